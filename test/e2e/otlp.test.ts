import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, test} from 'vitest'
import {openOtlpReceiver} from '../support/otlp-receiver.js'
import {buildLogflow, emptyHome, runLogflow} from '../support/run-logflow.js'

beforeAll(buildLogflow)

test('ship sends one trace to the collector that the environment names: from the lines to the store', async () => {
  const collector = await openOtlpReceiver()
  const home = emptyHome()
  writeFileSync(join(home, 'app.log'), 'one\ntwo\nthree\n')
  const ran = await runLogflow(['ship', 'app.log', '--quiet'], {
    home,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SERVICE_NAME: 'my-shipper',
      LOGFLOW_OTLP_FLUSH_TIMEOUT: '60s',
    },
  })
  expect(ran).toMatchObject({status: 0, stderr: ''})
  const spans = collector.spans()
  const [root] = spans.filter(({parentSpanId}) => !parentSpanId)
  expect(root).toMatchObject({name: 'ship'})
  expect(new Set(spans.map(({traceId}) => traceId))).toEqual(new Set([root?.traceId]))
  const names = spans.map(({name}) => name)
  for (const name of ['send logs', 'process logs', 'store write']) expect(names).toContain(name)
  expect(collector.points('logs_processed_total')).toMatchObject([{point: {asDouble: 3}}])
  expect(collector.resource()).toMatchObject({'service.name': 'my-shipper'})
})

test('a collector that is away changes nothing but its own data', async () => {
  const home = emptyHome()
  writeFileSync(join(home, 'app.log'), 'one\n')
  const env = {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9'}
  expect(await runLogflow(['ship', 'app.log', '--quiet'], {home, env})).toMatchObject({status: 0, stderr: ''})
  expect(await runLogflow(['search', '--count'], {home, env})).toMatchObject({status: 0, stdout: '{"count":1}\n'})
})

test('an endpoint that is no URL is told where it matters, and without its password', async () => {
  const home = emptyHome()
  writeFileSync(join(home, 'app.log'), 'one\n')
  const ran = await runLogflow(['ship', 'app.log', '--verbose'], {
    home,
    env: {OTLP_TRACES_ENDPOINT: 'ftp://me:hunter2@host'},
  })
  expect(ran.status).toBe(2)
  expect(ran.stderr).toContain('error: an endpoint for OpenTelemetry is no URL')
  expect(ran.stderr).not.toContain('hunter2')
})
