import {expect, test} from 'vitest'
import {openApp} from '../../../src/lib/compose.js'
import {loadConfig} from '../../../src/lib/config/load-config.js'
import {runProcessor} from '../../../src/lib/flows/run-processor.js'
import type {Store, StoreWriter, WriteBatch, WriteResult} from '../../../src/lib/store/store.js'
import {serveMetrics} from '../../../src/lib/telemetry/metrics-server.js'
import type {Signals} from '../../../src/lib/telemetry/signals.js'
import {toUnitBatch} from '../../../src/lib/units/unit-batch.js'
import {tempFolder} from '../../support/temp-folder.js'

const ENVELOPE = {source: 'src1', host: 'web', timezone: 'UTC', observed: '2026-11-21T09:41:00.000Z'}
const NOW = () => new Date('2026-11-21T09:41:07.000Z')

const LINES = [
  '{"time":"2026-11-21T09:40:00Z","level":"error","service":"payment","msg":"declined"}',
  '{"time":"2026-11-21T09:40:01Z","level":"info","service":"payment","msg":"paid"}',
  '{"time":"2026-11-21T09:40:02Z","level":"info","service":"payment","msg":"paid"}',
  'nothing is known of this line',
  '{"time":"2026-11-21T09:40:03Z","level":"info","service":"refused","msg":"not this one"}',
]

/** The store, refusing what comes from one service as Elasticsearch refuses a document. */
function refusing(store: Store): Store {
  return Object.assign(Object.create(store) as Store, {
    async openWriter(): Promise<StoreWriter> {
      const writer = await store.openWriter()
      return Object.assign(Object.create(writer) as StoreWriter, {
        storedPosition: (topic: string, partition: number) => writer.storedPosition(topic, partition),
        close: () => writer.close(),
        refresh: () => writer.refresh(),
        async write(batch: WriteBatch): Promise<WriteResult> {
          const items = [...batch.items]
          const rejected = items.flatMap(({record}, index) =>
            record.service === 'refused'
              ? [{index, status: 400, reason: 'document_parsing_exception: [1:9] failed to parse'}]
              : [],
          )
          if (rejected.length > 0) await batch.onRejected?.(rejected)
          const taken = items.filter(({record}) => record.service !== 'refused')
          return {...(await writer.write({...batch, items: taken})), rejected}
        },
      })
    },
  })
}

async function appWith(lines: string[]) {
  const dir = tempFolder()
  const config = await loadConfig({flags: {'data-dir': dir}, env: {HOME: dir}, cwd: dir, platform: 'linux'})
  const app = openApp(config)
  const signals = await app.signals({version: '1.2.3', now: NOW})
  const producer = await (await app.bus()).openProducer({topic: 'logs'})
  let offset = 0
  const units = lines.map((line) => {
    const unit = {bytes: Buffer.from(line), offset}
    offset += unit.bytes.length + 1
    return unit
  })
  await producer.send(toUnitBatch(ENVELOPE, units))
  await producer.close()
  const process = async () =>
    runProcessor({
      bus: await app.bus(),
      store: refusing(await app.store()),
      topic: 'logs',
      group: 'g',
      once: true,
      signal: new AbortController().signal,
      now: NOW,
      signals,
    })
  return {app, signals, process}
}

async function lines(signals: Signals, start: RegExp): Promise<string[]> {
  const {body} = await signals.expose()
  return body.split('\n').filter((line) => start.test(line))
}

test('the processor counts what it stores by service and level, and what it could not store by the reason', async () => {
  const {app, signals, process} = await appWith(LINES)
  const report = await process()
  expect(await lines(signals, /^logs_processed_total/)).toEqual([`logs_processed_total ${LINES.length}`])
  const indexed = await lines(signals, /^logs_indexed_total/)
  expect(indexed).toContain('logs_indexed_total{service="payment",level="INFO"} 2')
  expect(indexed).toContain('logs_indexed_total{service="payment",level="ERROR"} 1')
  expect(indexed).toContain('logs_indexed_total{service="unknown",level="unknown"} 1')
  const sum = indexed.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0)
  expect(sum).toBe(report.stored)
  const dead = await lines(signals, /^logflow_dead_lettered_total/)
  expect(report).toMatchObject({stored: 4, deadLettered: 1})
  expect(dead).toEqual(['logflow_dead_lettered_total{reason="document_parsing_exception"} 1'])
  await app[Symbol.asyncDispose]()
})

test('what is there already is not counted as stored again', async () => {
  const {app, signals, process} = await appWith(LINES.slice(0, 3))
  const producer = await (await app.bus()).openProducer({topic: 'logs'})
  await producer.send(toUnitBatch(ENVELOPE, [{bytes: Buffer.from(LINES[0] as string), offset: 0}]))
  await producer.close()
  expect(await process()).toMatchObject({read: 4, stored: 3, alreadyThere: 1})
  expect(await lines(signals, /^logs_processed_total/)).toEqual(['logs_processed_total 4'])
  expect(await lines(signals, /^logs_indexed_total/)).toEqual([
    'logs_indexed_total{service="payment",level="ERROR"} 1',
    'logs_indexed_total{service="payment",level="INFO"} 2',
  ])
  await app[Symbol.asyncDispose]()
})

test('questions to the store are counted and timed', async () => {
  const {app, signals, process} = await appWith(LINES.slice(0, 3))
  await process()
  expect(await (await app.store()).count({query: {kind: 'all'}})).toBe(3)
  expect(await lines(signals, /^elasticsearch_queries_total\{operation="(count|write)"\}/)).toEqual([
    'elasticsearch_queries_total{operation="write"} 1',
    'elasticsearch_queries_total{operation="count"} 1',
  ])
  expect(await lines(signals, /^elasticsearch_query_duration_seconds_count\{operation="count"\}/)).toHaveLength(1)
  await app[Symbol.asyncDispose]()
})

test('a process without an API serves its metrics on a port', async () => {
  const {app, signals, process} = await appWith(LINES.slice(0, 3))
  await process()
  const server = await serveMetrics(signals, '127.0.0.1', 0)
  const answer = await fetch(server.url)
  expect(answer.headers.get('content-type')).toContain('version=0.0.4')
  expect(await answer.text()).toContain('\nlogs_processed_total 3\n')
  expect((await fetch(new URL('/health', server.url))).status).toBe(200)
  expect((await fetch(new URL('/etc/passwd', server.url))).status).toBe(404)
  expect((await fetch(server.url, {method: 'POST'})).status).toBe(405)
  await server.close()
  await app[Symbol.asyncDispose]()
})
