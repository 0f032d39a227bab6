import {createServer} from 'node:net'
import {expect, test} from 'vitest'
import {openApp} from '../../../../src/lib/compose.js'
import {loadConfig} from '../../../../src/lib/config/load-config.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {runProcessor} from '../../../../src/lib/flows/run-processor.js'
import {MASK} from '../../../../src/lib/telemetry/mask.js'
import {openSignals} from '../../../../src/lib/telemetry/open-signals.js'
import {silentSignals} from '../../../../src/lib/telemetry/signals.js'
import {toUnitBatch} from '../../../../src/lib/units/unit-batch.js'
import {openOtlpReceiver} from '../../../support/otlp-receiver.js'
import {tempFolder} from '../../../support/temp-folder.js'

async function configWith(env: Record<string, string>) {
  const dir = tempFolder()
  return loadConfig({
    flags: {'data-dir': dir},
    env: {HOME: dir, LOGFLOW_OTLP_FLUSH_TIMEOUT: '90s', ...env},
    cwd: dir,
    platform: 'linux',
  })
}

async function signalsTo(url: string, env: Record<string, string> = {}) {
  const config = await configWith({OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env})
  return openSignals(config, {version: '1.2.3'})
}

test('nothing is traced where there is nowhere to send to', async () => {
  const signals = await openSignals(await configWith({}), {version: '1.2.3'})
  expect(signals.tracer).toBe(silentSignals.tracer)
  await signals.close()
})

test('spans arrive with their kind, their parents, their links and what went wrong', async () => {
  const collector = await openOtlpReceiver()
  const signals = await signalsTo(collector.url, {OTEL_SERVICE_NAME: 'mine', OTEL_RESOURCE_ATTRIBUTES: 'team=a%20b'})
  const {tracer} = signals
  const caller = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const other = '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01'
  let passedOn: string | undefined
  await tracer.span(
    'GET /x',
    {'span.kind': 'server', password: 'hunter2', note: 'Bearer abcdef123456'},
    async () => {
      passedOn = tracer.current()
      await Promise.all([tracer.span('one', {}, async () => {}), tracer.span('two', {}, async () => {})])
    },
    caller,
    [other, 'not a traceparent'],
  )
  const failing = tracer.span('fails', {}, async () => {
    throw new LogflowError('STORE_UNREACHABLE', 'no answer from http://u:hunter2@es:9200')
  })
  await expect(failing).rejects.toThrow('no answer')
  const refused = tracer.span('refused', {}, async () => {
    throw new LogflowError('BAD_QUERY', 'no')
  })
  await expect(refused).rejects.toThrow('no')
  await signals.close()

  const spans = new Map(collector.spans().map((span) => [span.name, span]))
  const server = spans.get('GET /x')
  expect(server).toMatchObject({
    kind: 2,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    parentSpanId: '00f067aa0ba902b7',
    attributes: {password: MASK, note: `Bearer ${MASK}`},
    links: [{traceId: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', spanId: 'bbbbbbbbbbbbbbbb'}],
  })
  expect(passedOn).toBe(`00-${server?.traceId}-${server?.spanId}-01`)
  for (const name of ['one', 'two'])
    expect(spans.get(name)).toMatchObject({traceId: server?.traceId, parentSpanId: server?.spanId})
  expect(spans.get('fails')).toMatchObject({status: {code: 2}, attributes: {'error.type': 'STORE_UNREACHABLE'}})
  expect(spans.get('fails')?.status.message).not.toContain('hunter2')
  expect(spans.get('fails')?.parentSpanId ?? '').toBe('')
  expect(spans.get('refused')).toMatchObject({attributes: {'error.type': 'BAD_QUERY'}})
  expect(spans.get('refused')?.status.code ?? 0).toBe(0)
  expect(collector.resource()).toMatchObject({'service.name': 'mine', 'service.version': '1.2.3', team: 'a b'})
})

test('a trace id that was given out before its first span began is kept, and an unsampled trace is not sent', async () => {
  const collector = await openOtlpReceiver()
  const signals = await signalsTo(collector.url)
  const {tracer} = signals
  await tracer.span('root', {}, async () => {}, '00-cccccccccccccccccccccccccccccccc-0000000000000000-01')
  await tracer.span('unsampled', {}, async () => {}, '00-dddddddddddddddddddddddddddddddd-eeeeeeeeeeeeeeee-00')
  await signals.close()
  expect(collector.spans().map(({name, traceId, parentSpanId}) => [name, traceId, parentSpanId ?? ''])).toEqual([
    ['root', 'cccccccccccccccccccccccccccccccc', ''],
  ])
})

test('the own log arrives masked and within its trace', async () => {
  const collector = await openOtlpReceiver()
  const signals = await signalsTo(collector.url)
  let traceparent: string | undefined
  await signals.tracer.span('work', {}, async () => {
    traceparent = signals.tracer.current()
    signals.log.audit('sign_in', {operation_id: 'r-1', subject_id: '7', password: 'hunter2'})
  })
  signals.log.error('broken', new Error('with Bearer hunter2hunter2'))
  await signals.close()
  const [audit, error] = collector.logs()
  expect(audit).toMatchObject({
    event: 'sign_in',
    severity: 'INFO',
    attributes: {audience: 'audit', operation_id: 'r-1', subject_id: '7', password: MASK},
    traceId: traceparent?.slice(3, 35),
  })
  expect(error).toMatchObject({event: 'broken', severity: 'ERROR'})
  expect(collector.requests.map(({body}) => body).join()).not.toContain('hunter2')
})

test('metrics arrive under the names that /metrics has, with what was counted', async () => {
  const collector = await openOtlpReceiver()
  const signals = await signalsTo(collector.url)
  signals.counters.logsIndexed({service: 'payment', level: 'ERROR'}, 7)
  signals.counters.databaseConnections(3)
  for (const seconds of [0.0005, 0.003, 0.003, 99]) signals.counters.storeQuery('search', seconds)
  await signals.close()
  expect(collector.points('logs_indexed_total')).toMatchObject([
    {attributes: {service: 'payment', level: 'ERROR'}, point: {asDouble: 7}},
  ])
  expect(collector.points('database_connections')).toMatchObject([{attributes: {}, point: {asDouble: 3}}])
  const [histogram] = collector.points('elasticsearch_query_duration_seconds')
  expect(histogram).toMatchObject({attributes: {operation: 'search'}, point: {count: 4}})
  const {explicitBounds = [], bucketCounts = []} = (histogram?.point ?? {}) as Record<string, number[]>
  expect(bucketCounts).toHaveLength(explicitBounds.length + 1)
  expect(bucketCounts.slice(0, 3)).toEqual([1, 0, 2])
  expect(bucketCounts.at(-1)).toBe(1)
})

test('headers of the configuration are sent', async () => {
  const collector = await openOtlpReceiver()
  const config = await configWith({
    OTLP_TRACES_ENDPOINT: `${collector.url}/otlp`,
    OTLP_AUTHORIZATION: 'Bearer abc',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-scope=team-a',
  })
  const signals = await openSignals(config, {version: '1.2.3'})
  await signals.tracer.span('work', {}, async () => {})
  await signals.close()
  expect(collector.requests.map(({path}) => path)).toEqual(['/otlp/v1/traces'])
  expect(collector.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer abc',
    'x-scope': 'team-a',
    'content-type': 'application/json',
  })
})

test('a collector that is away costs signals, which are counted; work goes on', async () => {
  const signals = await signalsTo('http://127.0.0.1:9', {OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none'})
  for (let i = 0; i < 5_000; i++) await signals.tracer.span('work', {}, async () => {})
  const exposed = signals.expose()
  await signals.close()
  const given = Number(
    /^logflow_dropped_total\{what="signal",reason="collector_slow"\} (\d+)$/m.exec((await exposed).body)?.[1],
  )
  // What does not fit into the queue is given up at once.
  expect(given).toBeGreaterThan(2_000)
})

test('the end waits no longer than it is told for a collector that does not answer', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const {port} = silent.address() as {port: number}
  const signals = await signalsTo(`http://127.0.0.1:${port}`, {LOGFLOW_OTLP_FLUSH_TIMEOUT: '500ms'})
  await signals.tracer.span('work', {}, async () => {})
  signals.log.info('started')
  const started = performance.now()
  await signals.close()
  // Half a second is all it may take; a loaded machine gets a multiple of that.
  expect(performance.now() - started).toBeLessThan(60_000)
  silent.close()
})

test('one trace leads from the shipper over the bus and the processor into the store', async () => {
  const collector = await openOtlpReceiver()
  const config = await configWith({OTEL_EXPORTER_OTLP_ENDPOINT: collector.url})
  const app = openApp(config)
  const signals = await app.signals({version: '1.2.3'})
  const producer = await (await app.bus()).openProducer({topic: 'logs'})
  const envelope = {source: 'src1', host: 'web', timezone: 'UTC', observed: '2026-11-21T09:41:00.000Z'}
  await signals.tracer.span('ship', {}, () =>
    producer.send(toUnitBatch(envelope, [{bytes: Buffer.from('a'), offset: 0}])),
  )
  await signals.tracer.span('ship again', {}, () =>
    producer.send(toUnitBatch(envelope, [{bytes: Buffer.from('b'), offset: 2}])),
  )
  await producer.close()
  const report = await runProcessor({
    bus: await app.bus(),
    store: await app.store(),
    topic: 'logs',
    group: 'g',
    once: true,
    signal: new AbortController().signal,
    now: () => new Date(),
    signals,
  })
  expect(report.stored).toBe(2)
  await app[Symbol.asyncDispose]()

  const spans = collector.spans()
  const named = (name: string) => spans.filter((span) => span.name === name)
  const [ship] = named('ship')
  const [again] = named('ship again')
  const sends = named('send logs')
  expect(sends.map(({parentSpanId}) => parentSpanId)).toEqual([ship?.spanId, again?.spanId])
  const [process] = named('process logs')
  expect(process).toMatchObject({
    kind: 5,
    traceId: ship?.traceId,
    parentSpanId: sends[0]?.spanId,
    links: [{traceId: again?.traceId, spanId: sends[1]?.spanId}],
    attributes: {units: 2},
  })
  expect(named('store write')).toMatchObject([{traceId: ship?.traceId, parentSpanId: process?.spanId}])
})
