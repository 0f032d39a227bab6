import {expect, test} from 'vitest'
import {loadConfig} from '../../../src/lib/config/load-config.js'
import {exportsSignals, OTLP_SIGNALS, type OtlpTarget, otlpTarget} from '../../../src/lib/config/otlp-target.js'
import {tempFolder} from '../../support/temp-folder.js'

async function targets(env: Record<string, string>): Promise<Record<string, OtlpTarget | undefined>> {
  const dir = tempFolder()
  const {otlp} = await loadConfig({flags: {}, env: {HOME: dir, ...env}, cwd: dir, platform: 'linux'})
  return Object.fromEntries(OTLP_SIGNALS.map((signal) => [signal, otlpTarget(otlp, signal)]))
}

const GRAFANA = {
  GRAFANA_OTLP_ENDPOINT: 'https://gw.grafana.net/otlp',
  GRAFANA_OTLP_INSTANCE_ID: '123',
  GRAFANA_OTLP_API_TOKEN: 'glc_x',
}
const BASIC = `Basic ${Buffer.from('123:glc_x').toString('base64')}`

test.each<[string, Record<string, string>, Record<string, string | undefined>]>([
  ['nothing set: nothing is sent', {}, {}],
  [
    'a base that ends in /otlp gets the path of the signal',
    {OTLP_TRACES_ENDPOINT: 'http://c:4318/otlp', OTLP_LOGS_ENDPOINT: 'https://c/x/otlp/'},
    {traces: 'http://c:4318/otlp/v1/traces', logs: 'https://c/x/otlp/v1/logs'},
  ],
  ['so does one without a path or a scheme', {OTLP_METRICS_ENDPOINT: 'c:4318'}, {metrics: 'http://c:4318/v1/metrics'}],
  ['any other is taken as it is', {OTLP_TRACES_ENDPOINT: 'http://c/in/t'}, {traces: 'http://c/in/t'}],
  [
    'the standard variable for all three',
    {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/base/'},
    {
      traces: 'http://c:4318/base/v1/traces',
      metrics: 'http://c:4318/base/v1/metrics',
      logs: 'http://c:4318/base/v1/logs',
    },
  ],
  [
    'one of its own beats the one for all, and one that is switched off is off',
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/v1/traces',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'console,otlp',
    },
    {traces: 'http://t/v1/traces', logs: 'http://c:4318/v1/logs'},
  ],
  ['the SDK is disabled', {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true'}, {}],
  ['gRPC is not spoken', {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc'}, {}],
  [
    'Grafana where nothing else is named',
    {...GRAFANA, OTLP_TRACES_ENDPOINT: 'http://t/in'},
    {
      traces: 'http://t/in',
      metrics: 'https://gw.grafana.net/otlp/v1/metrics',
      logs: 'https://gw.grafana.net/otlp/v1/logs',
    },
  ],
])('%s', async (_, env, urls) => {
  const found = await targets(env)
  for (const signal of OTLP_SIGNALS) expect(found[signal]?.url, signal).toBe(urls[signal])
})

test('credentials go where they are for, and nowhere else', async () => {
  const found = await targets({
    ...GRAFANA,
    OTLP_TRACES_ENDPOINT: 'http://t/in',
    OTLP_AUTHORIZATION: 'Bearer abc',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-scope=team%20a, x-empty=,broken',
    OTLP_LOGS_ENDPOINT: 'http://me:p%40ss@logs/in',
  })
  const common = {'x-scope': 'team a', 'x-empty': ''}
  expect(found.traces?.headers).toEqual({...common, authorization: 'Bearer abc'})
  expect(found.metrics?.headers).toEqual({...common, authorization: BASIC})
  expect(found.logs).toEqual({url: 'http://logs/in', headers: {...common, authorization: 'Bearer abc'}})
  const inUrl = await targets({OTLP_LOGS_ENDPOINT: 'http://me:p%40ss@logs/in'})
  expect(inUrl.logs).toEqual({
    url: 'http://logs/in',
    headers: {authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`},
  })
})

test('what is no URL is refused where it is used, without telling what it was', async () => {
  await expect(targets({OTLP_TRACES_ENDPOINT: 'ftp://me:hunter2@c'})).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.not.stringContaining('hunter2'),
  })
  const dir = tempFolder()
  const env = {HOME: dir, OTLP_TRACES_ENDPOINT: 'http://'}
  const {otlp} = await loadConfig({flags: {}, env, cwd: dir, platform: 'linux'})
  expect(exportsSignals(otlp)).toBe(true)
})
