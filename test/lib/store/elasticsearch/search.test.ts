import {afterEach, expect, test} from 'vitest'
import {parseQuery} from '../../../../src/lib/query/parse-query.js'
import {openElasticsearch} from '../../../../src/lib/store/elasticsearch/elasticsearch-store.js'
import {type ScriptedAnswer, type SeenRequest, startScriptedServer} from './scripted-server.js'

const open: Array<{close(): Promise<void>}> = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

const ALL = {kind: 'all'} as const
const RECORDS = 2_500

interface Search {
  size: number
  search_after?: [string, string, number]
  pit?: {id: string}
}

/** A server of 2,500 records, oldest first, whose snapshots live as long as `expires` lets them. */
async function bench(expires: (request: number) => boolean) {
  let snapshots = 0
  let searches = 0
  const alive = new Set<string>()
  const other = (request: SeenRequest): ScriptedAnswer | undefined => {
    const body = (request.body ? JSON.parse(request.body) : {}) as Search & {id?: string}
    if (request.method === 'POST' && request.path.includes('/_pit')) {
      const id = `pit${snapshots++}`
      alive.add(id)
      return {status: 200, body: {id}}
    }
    if (request.method === 'DELETE') return {status: alive.delete(body.id ?? '') ? 200 : 404, body: {}}
    if (!request.path.includes('/_search')) return undefined
    if (expires(searches++)) alive.clear()
    if (body.pit && !alive.has(body.pit.id)) {
      return {
        status: 404,
        body: {error: {type: 'search_phase_execution_exception', reason: 'No search context found'}, status: 404},
      }
    }
    const from = body.search_after ? body.search_after[2] + 1 : 0
    const hits = Array.from({length: Math.max(0, Math.min(body.size, RECORDS - from))}, (_, i) => ({
      _source: {id: `s-${from + i}`, message: '', attributes: {n: from + i}},
      sort: ['2026-11-20T10:00:00.000000001Z', 's', from + i, 7],
    }))
    return {status: 200, body: {...(body.pit ? {pit_id: body.pit.id} : {}), hits: {hits}}}
  }
  const server = await startScriptedServer({other})
  const store = await openElasticsearch({nodes: [server.url], index: 'logflow', period: 'month', shards: 1})
  open.push(server, store)
  return {server, store, alive}
}

const ids = (from: number, to: number) => Array.from({length: to - from}, (_, i) => `s-${from + i}`)

test('a short answer is one request, without a snapshot', async () => {
  const {server, store} = await bench(() => false)
  const pages: string[][] = []
  for await (const page of store.search({query: ALL, order: 'oldest', limit: 10})) pages.push(page.map(({id}) => id))
  expect(pages).toEqual([ids(0, 10)])
  expect(server.requests).toHaveLength(1)
})

test('a long one comes in pages of one snapshot, which is given back', async () => {
  const {server, store, alive} = await bench(() => false)
  const pages: string[][] = []
  for await (const page of store.search({query: ALL, order: 'oldest', limit: Infinity}))
    pages.push(page.map(({id}) => id))
  expect(pages).toEqual([ids(0, 1_000), ids(1_000, 2_000), ids(2_000, 2_500)])
  expect(server.requests.filter(({method, path}) => method === 'POST' && path.includes('_pit'))).toHaveLength(1)
  expect(alive.size).toBe(0)
})

test('what the server cannot judge is tested here: page after page is read until enough is found', async () => {
  const {server, store, alive} = await bench(() => false)
  const pages: string[][] = []
  const query = parseQuery('n:>=1500')
  for await (const page of store.search({query, order: 'oldest', limit: 30})) pages.push(page.map(({id}) => id))
  expect(pages).toEqual([ids(1_500, 1_530)])
  const searches = server.requests.filter(({path}) => path.includes('/_search'))
  const asked = searches.map(({body}) => JSON.parse(body ?? '') as Search)
  expect(asked.map(({size, pit}) => [size, pit !== undefined])).toEqual([
    [30, false],
    [5_000, true],
  ])
  expect(alive.size).toBe(0)
})

test('a reader who pauses is not read ahead for', async () => {
  const {server, store} = await bench(() => false)
  const query = parseQuery('n:*')
  const reading = store.search({query, order: 'oldest', limit: Infinity})[Symbol.asyncIterator]()
  await reading.next()
  const before = server.requests.length
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(server.requests).toHaveLength(before)
  await reading.return?.(undefined)
})

test('a reader who leaves early gives the snapshot back', async () => {
  const {store, alive} = await bench(() => false)
  for await (const page of store.search({query: ALL, order: 'oldest', limit: Infinity})) {
    expect(page).toHaveLength(1_000)
    break
  }
  expect(alive.size).toBe(0)
})

test('a snapshot that ended while the reader was away is replaced, and nothing is repeated', async () => {
  const {server, store} = await bench((request) => request === 1)
  const got: string[] = []
  for await (const page of store.search({query: ALL, order: 'oldest', limit: Infinity}))
    got.push(...page.map(({id}) => id))
  expect(got).toEqual(ids(0, 2_500))
  expect(server.requests.filter(({method, path}) => method === 'POST' && path.includes('_pit'))).toHaveLength(2)
})

test('a server on which no snapshot lives is an error, not an endless loop', async () => {
  const {store} = await bench(() => true)
  const reading = store.search({query: ALL, order: 'oldest', limit: Infinity})[Symbol.asyncIterator]()
  await expect(reading.next()).rejects.toMatchObject({code: 'BACKEND_REFUSED'})
})
