import type {FastifyInstance, LightMyRequestResponse} from 'fastify'
import {describe, expect, test} from 'vitest'
import type {LogRecord} from '../../../../src/lib/record/record.js'
import type {Store} from '../../../../src/lib/store/store.js'
import {fakeItems, makeItem} from '../../../contracts/store-records.js'
import {openApi} from '../../../support/open-api.js'
import {until} from '../../../support/until.js'

interface Found {
  records: LogRecord[]
  next_cursor: string | null
  total?: number
  took_ms: number
}

const get = (server: FastifyInstance, path: string, query: Record<string, string | string[]> = {}, headers = {}) =>
  server.inject({url: `/api/v1/logs/${path}`, query, headers})

const found = async (answer: Promise<LightMyRequestResponse>) => {
  const {statusCode, body} = await answer
  expect(statusCode, body).toBe(200)
  return JSON.parse(body) as Found
}

/** A server over a lake with these records, a minute apart unless they say otherwise. */
async function withRecords(records: Array<Partial<LogRecord>>) {
  const opened = await openApi({env: {LOGFLOW_API_RATE_LIMITS: 'off'}})
  const writer = await (await opened.parts.store()).openWriter()
  const minute = (i: number) => new Date(Date.parse('2026-11-20T10:00:00Z') + i * 60_000).toISOString()
  const items = records.map((record, i) => makeItem('app', i * 100, {'@timestamp': minute(i), ...record}))
  await writer.write({items, positions: []})
  await writer.refresh()
  await writer.close()
  return {...opened, ids: items.map(({record}) => record.id)}
}

const messages = ({records}: Pick<Found, 'records'>) => records.map(({message}) => message)

const SHOP: Array<Partial<LogRecord>> = [
  {message: 'cart opened', service: 'shop', level: 'INFO', trace_id: 't1', correlation_id: 'c1', request_id: 'r1'},
  {message: 'card declined', service: 'payment', level: 'ERROR', trace_id: 't1'},
  {message: 'retrying card', service: 'payment', level: 'WARN', trace_id: 't2'},
  {message: 'card accepted', service: 'payment', level: 'INFO', trace_id: 't2'},
  {message: 'out of memory', service: 'auth', level: 'FATAL'},
]

describe('/logs/search', () => {
  test.each<[Record<string, string | string[]>, string[]]>([
    [{}, ['out of memory', 'card accepted', 'retrying card', 'card declined', 'cart opened']],
    [{sort: 'oldest', limit: '2'}, ['card accepted', 'out of memory']],
    [{query: 'card'}, ['card accepted', 'retrying card', 'card declined']],
    [{query: 'card NOT declined level>=info'}, ['card accepted', 'retrying card']],
    [{service: 'payment', level: 'error'}, ['card declined']],
    [{service: ['shop', 'auth']}, ['out of memory', 'cart opened']],
    [{min_level: 'error'}, ['out of memory', 'card declined']],
    [{trace_id: 't1'}, ['card declined', 'cart opened']],
    [{correlation_id: 'c1'}, ['cart opened']],
    [{request_id: 'r1'}, ['cart opened']],
    [{start_time: '2026-11-20T10:02:00Z', end_time: '2026-11-20T10:04:00Z'}, ['card accepted', 'retrying card']],
    [{start_time: '2026-11-20 11:03', end_time: '2026-11-20 11:04', timezone: '+01:00'}, ['card accepted']],
    [{trace_id: "' OR '1'='1"}, []],
    [{service: '*'}, []],
  ])('%j', async (query, expected) => {
    const {server} = await withRecords(SHOP)
    const answer = await found(get(server, 'search', query))
    expect(messages(answer)).toEqual(expected)
    expect(answer.took_ms).toBeGreaterThan(0)
  })

  test('pages go on where the last one stopped, whatever comes meanwhile, and tell their total when asked', async () => {
    const {server, parts} = await withRecords(Array.from({length: 25}, (_, i) => ({message: `n${i}`})))
    const all: string[] = []
    let cursor: string | null | undefined
    for (let pages = 0; cursor !== null; pages++) {
      const query = {limit: '10', total: 'true', start_time: '2026-11-20', ...(cursor ? {cursor} : {})}
      const answer = await found(get(server, 'search', query))
      all.push(...messages(answer))
      cursor = answer.next_cursor
      expect(answer.total).toBe(25 + pages)
      const writer = await (await parts.store()).openWriter()
      await writer.write({items: [makeItem('later', pages, {'@timestamp': '2026-11-21T10:00:00.000Z'})], positions: []})
      await writer.close()
    }
    expect(all).toEqual(Array.from({length: 25}, (_, i) => `n${24 - i}`))
  })

  test('a cursor belongs to its search, and is read whole', async () => {
    const {server} = await withRecords(SHOP)
    const {next_cursor: cursor} = await found(get(server, 'search', {limit: '1'}))
    if (cursor === null) throw new Error('there is more')
    const others: Array<Record<string, string>> = [
      {cursor, service: 'shop'},
      {cursor: `${cursor}x`},
      {cursor: 'AAAA'},
      {cursor: '../..'},
    ]
    for (const query of others) {
      const answer = await get(server, 'search', {limit: '1', ...query})
      expect([answer.statusCode, answer.json().error]).toEqual([400, expect.stringContaining('the cursor ')])
    }
  })

  test('a bad query is told with its place', async () => {
    const {server} = await openApi()
    const answer = await get(server, 'search', {query: 'level:error AND (card'})
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({
      error: 'the query does not parse',
      code: 'bad_query',
      position: 16,
      detail: 'this parenthesis is never closed',
    })
  })

  test.each<[Record<string, string | string[]>]>([
    [{limit: '0'}],
    [{limit: '1001'}],
    [{limit: '1e9'}],
    [{limit: 'ten'}],
    [{limit: ['1', '2']}],
    [{level: 'loud'}],
    [{min_level: 'error;drop table'}],
    [{start_time: 'soonish'}],
    [{start_time: '2026-11-21', end_time: '2026-11-20'}],
    [{timezone: '../../etc/localtime'}],
    [{sort: 'random()'}],
    [{query: '/(?<=a)b/'}],
    [{query: '/(a{1000}){1000}/'}],
    [{query: '('.repeat(5_000)}],
    [{query: `message:${'x '.repeat(1_500)}`}],
    [{trace_id: ''}],
    [{trace_id: 'x'.repeat(600)}],
    [{unknown: '1'}],
    [{'__proto__[polluted]': '1'}],
  ])('%j is refused with 400', async (query) => {
    const {server} = await openApi()
    const answer = await get(server, 'search', query)
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('"error"')])
  })

  test('what means something to an engine, a pattern or a terminal is text', async () => {
    const {server} = await withRecords(SHOP)
    const texts: string[] = [
      "'; DROP TABLE records; --",
      '" OR 1=1 --',
      '%',
      '_',
      '*:*)(',
      '\u0000',
      '\u001b[31m',
      '\ud800',
      '{jndi:x}',
      '{"$gt":""}',
    ]
    for (const text of texts) {
      const queries: Array<Record<string, string>> = [
        {query: text},
        {query: JSON.stringify(text)},
        {query: `host:${JSON.stringify(text)}`},
        {service: text},
        {trace_id: text},
      ]
      for (const query of queries) {
        const answer = await get(server, 'search', query)
        expect([200, 400], `${JSON.stringify(query)}: ${answer.body}`).toContain(answer.statusCode)
      }
    }
    expect(messages(await found(get(server, 'search')))).toHaveLength(5)
  })
})

test('/logs/recent gives the newest, narrowed if asked', async () => {
  const {server} = await withRecords(SHOP)
  const answer = await found(get(server, 'recent', {limit: '2'}))
  expect([messages(answer), Object.keys(answer)]).toEqual([
    ['out of memory', 'card accepted'],
    ['records', 'took_ms'],
  ])
  expect(messages(await found(get(server, 'recent', {service: 'payment', min_level: 'warn'})))).toEqual([
    'retrying card',
    'card declined',
  ])
  expect((await get(server, 'recent', {query: 'x'})).statusCode).toBe(400)
})

describe('/logs/{id}', () => {
  test('a record, whole; 404 where there is none', async () => {
    const {server, parts, ids} = await withRecords(SHOP)
    const answer = await get(server, ids[1] as string)
    expect(answer.json()).toEqual(await (await parts.store()).get(ids[1] as string))
    const none = await get(server, 'app-zz-00000000')
    expect([none.statusCode, none.json()]).toEqual([
      404,
      expect.objectContaining({code: 'not_found', error: 'no record has this id'}),
    ])
  })

  test('ids that are long, or hold what a path means something by', async () => {
    const {server, parts} = await openApi()
    const source = `kafka:cluster/topic.${'x'.repeat(200)}/0`
    const item = makeItem(source, 7)
    const writer = await (await parts.store()).openWriter()
    await writer.write({items: [item], positions: []})
    await writer.close()
    expect((await get(server, encodeURIComponent(item.record.id))).json()).toMatchObject({id: item.record.id})
    for (const id of [
      '..',
      '../../etc/passwd',
      '..%2f..%2fetc%2fpasswd',
      "x' OR '1'='1",
      '*',
      '\u0000',
      'a'.repeat(2_000),
      'a'.repeat(5_000),
    ]) {
      const answer = await get(server, encodeURIComponent(id))
      expect([400, 404, 414], `${id}: ${answer.body}`).toContain(answer.statusCode)
    }
  })
})

test('a search that takes too long is a 504, and the store is told to stop', async () => {
  let stopped = false
  const store = {
    kind: 'embedded',
    async *search(_request: unknown, signal: AbortSignal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      stopped = true
      yield []
    },
    close: async () => {},
  } as unknown as Store
  const {server} = await openApi({env: {LOGFLOW_API_REQUEST_TIMEOUT: '100ms'}, parts: {store: async () => store}})
  const answer = await get(server, 'search', {query: 'slow'})
  expect([answer.statusCode, answer.json().code]).toEqual([504, 'timeout'])
  await until(() => stopped)
})

test('every kind of record comes as the store has it', async () => {
  const {server, parts} = await openApi()
  const store = await parts.store()
  const writer = await store.openWriter()
  await writer.write({items: fakeItems(300), positions: []})
  await writer.close()
  const {records} = await found(get(server, 'search', {limit: '1000'}))
  const local: LogRecord[] = []
  for await (const page of store.search({query: {kind: 'all'}, order: 'newest', limit: 1_000})) local.push(...page)
  expect(records).toEqual(JSON.parse(JSON.stringify(local)))
})
