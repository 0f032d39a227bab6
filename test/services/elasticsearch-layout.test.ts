import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {openElasticsearch} from '../../src/lib/store/elasticsearch/elasticsearch-store.js'
import type {ElasticsearchSettings} from '../../src/lib/store/elasticsearch/settings.js'
import type {Store} from '../../src/lib/store/store.js'
import {makeItem} from '../contracts/store-records.js'
import {askElasticsearch, indicesOf, removeInstallation} from './elasticsearch-indices.js'
import {elasticsearchTargets, type RunningElasticsearch, useElasticsearch} from './start-elasticsearch.js'

// How records lie in the cluster, and what the contract of all stores does not reach.

const ALL = {kind: 'all'} as const
const run = Date.now().toString(36)
let installations = 0

for (const {name, version, runnable} of elasticsearchTargets('the layout in Elasticsearch')) {
  describe.skipIf(!runnable)(name, () => {
    let server: RunningElasticsearch
    const used: string[] = []
    const stores: Store[] = []
    beforeAll(async () => {
      server = await useElasticsearch(version, 19_208)
    })
    afterAll(async () => {
      await Promise.all(stores.map((store) => store.close()))
      if (server) for (const index of used) await removeInstallation(server.url, index)
      await server?.stop()
    })

    async function open(index: string, settings: Partial<ElasticsearchSettings> = {}): Promise<Store> {
      const store = await openElasticsearch({nodes: [server.url], index, period: 'month', shards: 1, ...settings})
      stores.push(store)
      return store
    }

    function fresh(): string {
      const index = `layout-${run}-${installations++}`
      used.push(index)
      return index
    }

    const times = [
      '2025-12-31T23:59:59.999Z',
      '2026-01-01T00:00:00.000Z',
      '2026-11-20T10:00:00.000Z',
      '1970-01-01T00:00:00.000Z',
    ]
    const items = () =>
      times.map((time, i) =>
        makeItem('app', i * 100, {'@timestamp': time, service: 'Payment', message: 'Card declined'}),
      )

    test('an index a month behind one alias; a second ship adds nothing, wherever it begins', async () => {
      const index = fresh()
      const store = await open(index)
      const writer = await store.openWriter()
      expect(await writer.write({items: items(), positions: []})).toEqual({stored: 4, alreadyThere: 0, rejected: []})
      expect(await indicesOf(server.url, index)).toEqual(
        ['1970-01', '2025-12', '2026-01', '2026-11'].map((month) => `${index}-${month}`),
      )
      expect(await writer.write({items: items().reverse(), positions: []})).toEqual({
        stored: 0,
        alreadyThere: 4,
        rejected: [],
      })
      await writer.refresh()
      expect(await store.count({query: ALL})).toBe(4)
      expect((await store.status()).parts).toEqual({indices: 4})
    })

    test('a document holds the record and when it was stored, and nothing of the search', async () => {
      const index = fresh()
      const writer = await (await open(index)).openWriter()
      const [item] = items()
      await writer.write({items: [item as ReturnType<typeof makeItem>], positions: []})
      const path = `/${index}-2025-12/_doc/${item?.record.id}`
      const {_source} = (await askElasticsearch(server.url, 'GET', path)) as {_source: Record<string, unknown>}
      expect(_source).toEqual({...item?.record, ingested_at: expect.stringMatching(/Z$/)})
    })

    test('any JSON object comes back as it was', async () => {
      const store = await open(fresh())
      const writer = await store.openWriter()
      const random = seeded(11)
      const odd: Array<Record<string, unknown>> = [
        {deep: nested(1_500)},
        {'nul\0name': 1, kept: {'\0': 2}},
        {['k'.repeat(40_000)]: 1},
        {['p'.repeat(300)]: {['q'.repeat(300)]: 'v'.repeat(33_000)}},
        {'lone \ud800': 'half \udc00 \ud83d'},
        {words: 'x', folded: {service: 'y'}, exact: '{"z":1}', ingested_at: 3},
        {ids: Array.from({length: 5_000}, (_, i) => i)},
        Object.fromEntries(Array.from({length: 3_000}, (_, i) => [`f${i}`, {v: i}])),
      ]
      const all = [...odd, ...Array.from({length: 300}, () => ({value: randomJson(random, 6)}))]
      const written = all.map((attributes, i) => makeItem('json', i, {attributes, message: `cut \ud83d ${i}`}))
      expect(await writer.write({items: written, positions: []})).toEqual({
        stored: all.length,
        alreadyThere: 0,
        rejected: [],
      })
      await writer.refresh()
      const got: string[] = []
      for await (const page of store.search({query: ALL, order: 'oldest', limit: 10_000})) {
        got.push(...page.map((record) => JSON.stringify({...record, ingested_at: undefined})))
      }
      expect(got).toEqual(written.map(({record}) => JSON.stringify(record)))
    })

    test('the period is fixed: another one is refused, the same one is not', async () => {
      const index = fresh()
      await (await open(index, {period: 'week'})).openWriter()
      await (await open(index, {period: 'week'})).openWriter()
      await expect((await open(index, {period: 'day'})).openWriter()).rejects.toMatchObject({
        code: 'BAD_CONFIG',
        message: `"${index}" has an index a week, and elasticsearch.period says day`,
      })
    })

    test('first writers at the same moment agree, and leave nothing else behind', async () => {
      const index = fresh()
      const stores = await Promise.all(Array.from({length: 4}, () => open(index)))
      const writers = await Promise.all(stores.map((store) => store.openWriter()))
      const results = await Promise.all(writers.map((writer) => writer.write({items: items(), positions: []})))
      expect(results.reduce((sum, result) => sum + result.stored, 0)).toBe(4)
      expect(results.reduce((sum, result) => sum + result.alreadyThere, 0)).toBe(12)
      const all = (await askElasticsearch(server.url, 'GET', `/${index}*/_alias`)) as Record<string, unknown>
      expect(Object.keys(all).sort()).toEqual(await indicesOf(server.url, index))
    })

    test('installations whose names begin alike do not disturb each other', async () => {
      const index = fresh()
      used.push(`${index}-dev`)
      const [one, other] = [await open(index), await open(`${index}-dev`, {period: 'none'})]
      await (await one.openWriter()).write({items: items().slice(0, 1), positions: []})
      const writer = await other.openWriter()
      await writer.write({items: items(), positions: []})
      await writer.refresh()
      await (await one.openWriter()).refresh()
      expect(await one.count({query: ALL})).toBe(1)
      expect(await other.count({query: ALL})).toBe(4)
      expect(await indicesOf(server.url, `${index}-dev`)).toEqual([`${index}-dev-all`])
    })

    test('a name that is an index already is refused in words', async () => {
      const index = fresh()
      await askElasticsearch(server.url, 'PUT', `/${index}`)
      const store = await open(index)
      const writing = store.openWriter().then((writer) => writer.write({items: items(), positions: []}))
      await expect(writing).rejects.toMatchObject({code: 'BACKEND_REFUSED', exitCode: 3})
      await askElasticsearch(server.url, 'DELETE', `/${index}`)
    })

    test('a read-only index stops the write, and dead-letters nothing', async () => {
      const index = fresh()
      const store = await open(index, {bulk: {patienceMs: 300}})
      const writer = await store.openWriter()
      await writer.write({items: items(), positions: []})
      await askElasticsearch(server.url, 'PUT', `/${index}-2026-11/_settings`, {
        'index.blocks.read_only_allow_delete': true,
      })
      const next = makeItem('app', 900, {'@timestamp': times[2] as string})
      await expect(writer.write({items: [next], positions: []})).rejects.toMatchObject({
        code: 'BACKEND_REFUSED',
        retriable: true,
        message: expect.stringContaining('disk is full'),
      })
      await askElasticsearch(server.url, 'PUT', `/${index}-2026-11/_settings`, {
        'index.blocks.read_only_allow_delete': null,
      })
      expect((await writer.write({items: [next], positions: []})).stored).toBe(1)
    })

    test('large records come in smaller pages', async () => {
      const index = fresh()
      const store = await open(index)
      const writer = await store.openWriter()
      const large = Array.from({length: 90}, (_, i) =>
        makeItem('large', i, {message: 'one', raw: 'r'.repeat(1_000_000)}),
      )
      await writer.write({items: large, positions: []})
      await writer.refresh()
      const pages: number[] = []
      const ids: string[] = []
      for await (const page of store.search({query: ALL, order: 'oldest', limit: Number.POSITIVE_INFINITY})) {
        pages.push(page.length)
        ids.push(...page.map((record) => record.id))
      }
      expect(ids).toEqual(large.map((item) => item.record.id))
      expect(Math.max(...pages)).toBeLessThan(64)
    })

    test('what becomes visible late is delivered once, though newer records came before it', async () => {
      const index = fresh()
      const store = await open(index)
      const writer = await store.openWriter()
      await writer.write({items: [makeItem('before', 0)], positions: []})
      await writer.refresh()
      const position = await store.position()
      const first = Array.from({length: 30}, (_, i) => makeItem('first', i))
      await writer.write({items: first, positions: []})
      await writer.refresh()
      const stop = new AbortController()
      const ids: string[] = []
      let late: Promise<unknown> | undefined
      for await (const event of store.follow({filter: {query: ALL}, from: position}, stop.signal)) {
        if (event.kind === 'records') ids.push(...event.records.map((record) => record.id))
        if (ids.length >= 30) {
          // Another sender's request, stamped ten seconds ago, is taken only now.
          const {record} = makeItem('late', 0)
          const document = {...record, ingested_at: new Date(Date.now() - 10_000).toISOString()}
          late ??= askElasticsearch(server.url, 'PUT', `/${index}-2026-11/_create/${record.id}?refresh=true`, document)
        }
        if (ids.length >= 31) stop.abort()
      }
      await late
      expect(ids.slice(30)).toEqual([makeItem('late', 0).record.id])
      expect(new Set(ids).size).toBe(31)
    })
  })
}

function nested(depth: number): unknown {
  let value: unknown = 'bottom'
  for (let i = 0; i < depth; i++) value = i % 3 ? {in: value} : [value]
  return value
}

const TEXTS = [
  '',
  ' ',
  '.',
  'a.b',
  '..',
  '*',
  '"',
  '\\',
  '\n',
  'ü',
  '日本',
  '🎉',
  '__proto__',
  'x'.repeat(2_000),
  '2026-11-20',
  '1e5',
  'null',
]

/** The same numbers in [0, 1) every time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Objects, lists and values of every kind, with names that mappings dislike. */
function randomJson(random: () => number, depth: number): unknown {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const kind = depth === 0 ? 2 + random() * 4 : random() * 6
  if (kind < 1) return Array.from({length: Math.floor(random() * 4)}, () => randomJson(random, depth - 1))
  if (kind < 2) {
    const entries = Array.from({length: Math.floor(random() * 5)}, () => [pick(TEXTS), randomJson(random, depth - 1)])
    return Object.fromEntries(entries)
  }
  if (kind < 3) return pick(TEXTS)
  if (kind < 4) return (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20)
  if (kind < 5) return Math.floor((random() - 0.5) * 2 ** 53)
  return pick([null, true, false, 0, [], {}])
}
