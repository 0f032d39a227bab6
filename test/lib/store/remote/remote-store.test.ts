import {afterEach, expect, test} from 'vitest'
import type {LogRecord} from '../../../../src/lib/record/record.js'
import {RemoteClient} from '../../../../src/lib/remote/client.js'
import {openRemoteStore} from '../../../../src/lib/store/remote/remote-store.js'
import {storeContract} from '../../../contracts/store.js'
import {makeItem} from '../../../contracts/store-records.js'
import {cuttingProxy} from '../../../support/cutting-proxy.js'
import {runServer} from '../../../support/running-server.js'
import {storeOverHttp} from '../../../support/store-over-http.js'

storeContract(
  'remote',
  async () => {
    const server = await runServer({env: {LOGFLOW_API_RATE_LIMITS: 'off'}})
    return {store: await storeOverHttp(server), reopen: () => storeOverHttp(server), close: () => server.close()}
  },
  {keepsPositions: true, oneWriter: true, checksTrees: true},
)

const open: Array<{close(): Promise<void>}> = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

/** A server with these records, and a store that reaches it through a proxy that cuts connections. */
async function withCuts(count: number) {
  const server = await runServer()
  open.push(server)
  const writer = await (await server.app.store()).openWriter()
  const items = Array.from({length: count}, (_, i) =>
    makeItem(
      `s${i % 3}`,
      i * 10,
      {'@timestamp': new Date(Date.UTC(2026, 10, 20) + Math.floor(i / 9)).toISOString()},
      10,
    ),
  )
  await writer.write({items, positions: []})
  await writer.refresh()
  const proxy = await cuttingProxy(server.url)
  open.push(proxy)
  const store = await openRemoteStore(new RemoteClient({url: proxy.url}))
  return {server, proxy, store, writer, items, local: await server.app.store()}
}

async function idsOf(pages: AsyncIterable<LogRecord[]>): Promise<string[]> {
  const ids: string[] = []
  for await (const page of pages) ids.push(...page.map(({id}) => id))
  return ids
}

test.each(['oldest', 'newest'] as const)('a search that is cut goes on where it was, %s first', async (order) => {
  const {proxy, store, local} = await withCuts(6_000)
  const filter = {query: {kind: 'all'}} as const
  for (const limit of [Number.POSITIVE_INFINITY, 4_001]) {
    proxy.cutAfter([200_000, 300_000, 50_000, 600_000])
    const whole = await idsOf(local.search({...filter, order, limit}))
    expect(await idsOf(store.search({...filter, order, limit}))).toEqual(whole)
    expect(proxy.cuts).toBeGreaterThan(2)
  }
})

test('what cannot be taken up again is an error, and never less', async () => {
  const {proxy, store} = await withCuts(6_000)
  proxy.cutAfter([200_000])
  const texts = async () => {
    for await (const _ of store.texts?.({query: {kind: 'all'}}) ?? []);
  }
  await expect(texts()).rejects.toMatchObject({code: 'SERVER_UNREACHABLE', retriable: true})
})

test('a search is told when every answer is cut', async () => {
  const {proxy, store} = await withCuts(500)
  proxy.cutAfter(Array.from({length: 50}, () => 1_000))
  const request = {query: {kind: 'all'}, order: 'oldest', limit: 400} as const
  await expect(idsOf(store.search(request))).rejects.toMatchObject({code: 'SERVER_UNREACHABLE'})
})

test('a follow goes on after the server was away: nothing missed, nothing twice, and it is told', async () => {
  const {server, store, writer, items} = await withCuts(100)
  const {url} = server
  const direct = await openRemoteStore(new RemoteClient({url}))
  const from = await direct.position()
  const more = Array.from({length: 300}, (_, i) => makeItem('later', i * 10, {}, 10))
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), 60_000)
  const ids: string[] = []
  const gaps: string[] = []
  await writer.write({items: more.slice(0, 100), positions: []})
  let killed = false
  for await (const event of direct.follow({filter: {query: {kind: 'all'}}, from, wait: true}, stop.signal)) {
    if (event.kind === 'records') ids.push(...event.records.map(({id}) => id))
    if (event.kind === 'gap') gaps.push(event.cause)
    if (event.kind === 'caught-up' && !killed) {
      killed = true
      await server.kill()
      await writer.write({items: more.slice(100), positions: []})
      void server.restart()
    }
    if (ids.length >= more.length) stop.abort()
  }
  clearTimeout(timer)
  expect(ids).toEqual(more.map(({record}) => record.id))
  expect(gaps).toEqual(['away'])
  expect(items.length).toBe(100)
  expect(await store.count({query: {kind: 'all'}})).toBe(400)
})

test('without patience an outage is told at once', async () => {
  const {server} = await withCuts(1)
  const store = await openRemoteStore(new RemoteClient({url: server.url}))
  const from = await store.position()
  const events = store.follow({filter: {query: {kind: 'all'}}, from, wait: false}, new AbortController().signal)
  const next = events[Symbol.asyncIterator]()
  expect((await next.next()).value).toMatchObject({kind: 'caught-up'})
  await server.kill()
  await expect(next.next()).rejects.toMatchObject({code: 'SERVER_UNREACHABLE', retriable: true})
})

test('the server alone writes, and says where its store is', async () => {
  const {store, proxy} = await withCuts(1)
  await expect(store.openWriter()).rejects.toMatchObject({code: 'NOT_SUPPORTED'})
  expect(await store.status()).toMatchObject({kind: 'remote', records: 1, location: proxy.url})
  expect(store.kind).toBe('remote')
})
