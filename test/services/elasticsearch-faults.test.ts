import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openElasticsearch} from '../../src/lib/store/elasticsearch/elasticsearch-store.js'
import type {BulkSettings} from '../../src/lib/store/elasticsearch/settings.js'
import type {Store, StoreItem, WriteResult} from '../../src/lib/store/store.js'
import {makeItem} from '../contracts/store-records.js'
import {canStartElasticsearch, type RunningElasticsearch, startElasticsearch} from './start-elasticsearch.js'

// What happens to records when the server is busy, small or killed. Only on nodes started here.

const SUITE = 'Elasticsearch under pressure and killed'
const ALL = {kind: 'all'} as const

function open(url: string, index: string, bulk: BulkSettings): Promise<Store> {
  return openElasticsearch({nodes: [url], index, period: 'month', shards: 1, replicas: 0, bulk})
}

function batchOf(source: string, count: number, size: number): StoreItem[] {
  return Array.from({length: count}, (_, i) => makeItem(source, i * 10, {message: `${i} ${'w '.repeat(size / 2)}`}))
}

describe.skipIf(!canStartElasticsearch(SUITE, '8.19.21'))('a server that is too small', () => {
  let server: RunningElasticsearch
  beforeAll(async () => {
    const settings = {
      'indexing_pressure.memory.limit': '2mb',
      'thread_pool.write.queue_size': '1',
      'http.max_content_length': '4mb',
    }
    server = await startElasticsearch({version: '8.19.21', port: 19_206, settings})
  })
  afterAll(() => server?.stop())

  test.each<[string, BulkSettings, number, number]>([
    ['many requests at once: 429s', {inFlight: 8, bytes: 300_000}, 500, 500],
    ['bodies over its limit: 413s', {inFlight: 2, bytes: 8_000_000}, 2_000, 2_000],
  ])('%s, and every record is stored once', async (_, bulk, count, size) => {
    const store = await open(server.url, `pressure-${size}`, bulk)
    const writer = await store.openWriter()
    const batches = Array.from({length: 6}, (_each, k) => batchOf(`s${k}`, count, size))
    const results = await Promise.all(batches.map((items) => writer.write({items, positions: []})))
    expect(results).toEqual(batches.map(() => ({stored: count, alreadyThere: 0, rejected: []})))
    await writer.refresh()
    expect(await store.count({query: ALL})).toBe(6 * count)
    await store.close()
  })

  test('a record that can never fit is rejected, its neighbours are stored', async () => {
    const store = await open(server.url, 'too-large', {})
    const writer = await store.openWriter()
    const items = [
      ...batchOf('small', 5, 100),
      makeItem('large', 0, {message: 'w '.repeat(2_500_000)}),
      ...batchOf('after', 5, 100),
    ]
    const result = await writer.write({items, positions: []})
    expect(result).toMatchObject({stored: 10, rejected: [{index: 5, status: 413}]})
    await store.close()
  })
})

describe.skipIf(!canStartElasticsearch(SUITE, '8.19.21'))('a server that is killed', () => {
  let server: RunningElasticsearch
  beforeAll(async () => {
    server = await startElasticsearch({version: '8.19.21', port: 19_207})
  })
  afterAll(() => server?.stop())

  test('while records are written: after it is back, each is there once, with one index', async () => {
    const store = await open(server.url, 'killed', {bytes: 100_000, patienceMs: 120_000})
    const writer = await store.openWriter()
    const items = batchOf('app', 20_000, 60)
    const results: WriteResult[] = []
    const writing = (async () => {
      for (let at = 0; at < items.length; at += 1_000) {
        results.push(await writer.write({items: items.slice(at, at + 1_000), positions: []}))
      }
    })()
    while (results.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    await server.kill()
    const before = results.length
    await server.revive()
    await writing
    expect(before).toBeLessThan(20)
    const sum = (of: (result: WriteResult) => number) => results.reduce((total, result) => total + of(result), 0)
    expect(sum((result) => result.stored + result.alreadyThere)).toBe(20_000)
    expect(sum((result) => result.rejected.length)).toBe(0)
    await writer.refresh()
    expect(await store.count({query: ALL})).toBe(20_000)
    expect((await writer.write({items: items.slice(0, 5_000), positions: []})).alreadyThere).toBe(5_000)
    await store.close()
  })

  test('while it is followed: the gap is said, and nothing is missed', async () => {
    const store = await open(server.url, 'followed', {patienceMs: 120_000})
    const writer = await store.openWriter()
    await writer.write({items: batchOf('before', 10, 20), positions: []})
    await writer.refresh()
    const position = await store.position()
    const stop = new AbortController()
    const ids = new Set<string>()
    const gaps: string[] = []
    let killed: Promise<void> | undefined
    for await (const event of store.follow({filter: {query: ALL}, from: position}, stop.signal)) {
      if (event.kind === 'gap') gaps.push(event.reason)
      if (event.kind === 'records') for (const record of event.records) ids.add(record.id)
      killed ??= (async () => {
        await server.kill()
        await server.revive()
        await writer.write({items: batchOf('after', 50, 20), positions: []})
      })()
      if (ids.size === 50) stop.abort()
    }
    await killed
    expect(gaps.some((reason) => reason.startsWith('no answer from Elasticsearch at'))).toBe(true)
    expect([...ids].every((id) => id.startsWith('after-'))).toBe(true)
    await store.close()
  })
})
