import {once} from 'node:events'
import {request as httpRequest, type IncomingMessage} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {FastifyInstance} from 'fastify'
import {describe, expect, test} from 'vitest'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {parseQuery} from '../../../../src/lib/query/parse-query.js'
import {API_PREFIX, PROTOCOL, PROTOCOL_HEADER, STORE_PATHS} from '../../../../src/lib/remote/protocol.js'
import type {Store} from '../../../../src/lib/store/store.js'
import {fakeItems, makeItem} from '../../../contracts/store-records.js'
import {openApi} from '../../../support/open-api.js'
import {until} from '../../../support/until.js'

type Call = keyof typeof STORE_PATHS

const ALL = {query: {kind: 'all'}}

async function ask(server: FastifyInstance, call: Call, body: object = {}, headers: Record<string, string> = {}) {
  const url = `${API_PREFIX}${STORE_PATHS[call]}`
  const answer = await server.inject({method: 'POST', url, payload: body, headers})
  return {
    status: answer.statusCode,
    json: <T>() => answer.json<T>(),
    lines: () => linesOf(answer.body),
    headers: answer.headers,
  }
}

function linesOf(text: string): Array<Record<string, unknown>> {
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** A server over a lake that holds 1,200 records of every kind. */
async function withRecords() {
  const opened = await openApi()
  const store = await opened.parts.store()
  const writer = await store.openWriter()
  await writer.write({items: fakeItems(1_200), positions: []})
  await writer.refresh()
  await writer.close()
  return {...opened, store}
}

async function all<T>(pages: AsyncIterable<T[]>): Promise<T[]> {
  const items: T[] = []
  for await (const page of pages) items.push(...page)
  return items
}

/** A store of which a test says what it does; what it does not say is not called. */
function someStore(members: Partial<Store>): {parts: {store(): Promise<Store>}} {
  return {
    parts: {
      store: async () => ({kind: 'embedded', followsBestEffort: false, close: async () => {}, ...members}) as Store,
    },
  }
}

describe('every call answers what the store answers', () => {
  test('streams, whole and closed', async () => {
    const {server, store} = await withRecords()
    const query = parseQuery('NOT service:payment level>=info')
    const request = {query, order: 'newest', limit: 700} as const
    const {order, limit} = request
    const searched = await ask(server, 'search', {filter: {query}, order, limit})
    const lines = searched.lines()
    expect(searched.headers['content-type']).toBe('application/x-ndjson')
    expect(lines.at(-1)).toEqual({end: true})
    const records = lines.slice(0, -1).flatMap(({records}) => records as object[])
    const local = await all(store.search(request))
    expect(local.length).toBeGreaterThan(100)
    expect(records).toEqual(local)

    const place = local[200]
    if (!place) throw new Error('there are fewer than 200')
    const after = {time: place['@timestamp'], source: place.source.id, offset: place.source.offset}
    const rest = (await ask(server, 'search', {filter: {query}, order, limit: 20, after})).lines()
    expect(rest.flatMap(({records = []}) => records)).toEqual(await all(store.search({...request, after, limit: 20})))

    const texts = (await ask(server, 'texts', {filter: {query}})).lines()
    expect(texts.at(-1)).toEqual({end: true})
    const messages = (list: unknown[]) => list.map((text) => (text as {message: string}).message).sort()
    const localTexts = await all(store.texts?.({query}) ?? store.search({query, order, limit: 5_000}))
    expect(messages(texts.flatMap(({texts = []}) => texts as unknown[]))).toEqual(messages(localTexts))

    const ranges = [{source: place.source.id, from: 0, to: 1_000_000}]
    const keys = (await ask(server, 'keys', {ranges})).lines()
    expect(keys.flatMap(({keys = []}) => keys)).toEqual(await all(store.keys(ranges)))
  })

  test('single answers', async () => {
    const {server, store} = await withRecords()
    const filter = {query: parseQuery('declined OR timeout'), since: '2026-01-01T00:00:00Z'}
    expect((await ask(server, 'count', {filter})).json()).toEqual({count: await store.count(filter)})
    const questions = [
      {...filter, by: 'service', top: 3, percentiles: [50, 99.9]},
      {...ALL, every: {ms: 3_600_000, origin: 0}},
    ]
    expect((await ask(server, 'aggregate', {questions})).json()).toEqual({
      groups: await store.aggregate(questions as never),
    })
    expect((await ask(server, 'values', {field: 'service', limit: 3})).json()).toEqual({
      values: await store.values('service', 3),
    })
    expect((await ask(server, 'explain', {filter})).json()).toEqual(await store.explain?.(filter))
    expect((await ask(server, 'status')).json()).toEqual(await store.status())
    expect((await ask(server, 'refresh')).json()).toEqual({})
    expect((await ask(server, 'position')).json()).toEqual({position: await store.position()})
    expect((await ask(server, 'about')).json()).toEqual({
      protocol: PROTOCOL,
      version: '0.0.0-test',
      kind: 'embedded',
      follows_best_effort: false,
    })
    const [record] = await all(store.search({...filter, order: 'newest', limit: 1}))
    expect((await ask(server, 'get', {id: record?.id})).json()).toEqual({record})
    expect((await ask(server, 'get', {id: 'no-such-00000000'})).json()).toEqual({})
  })

  test('an empty store gives a whole stream of nothing', async () => {
    const {server} = await openApi()
    const {status, lines} = await ask(server, 'search', {filter: ALL, order: 'oldest'})
    expect([status, lines()]).toEqual([200, [{end: true}]])
  })
})

describe('what is refused', () => {
  const phrase = (words: unknown) => ({filter: {query: {kind: 'phrase', words}}})
  const service = (test: object) => ({filter: {query: {kind: 'field', field: {in: 'record', name: 'service'}, test}}})

  test.each<[string, Call, object | string]>([
    ['no body', 'count', ''],
    ['no filter', 'count', {}],
    ['a filter of another kind', 'count', {filter: 'level:error'}],
    ['a query as text', 'count', {filter: {query: 'level:error'}}],
    ['SQL in a word', 'count', phrase(["x' OR 1=1; DROP TABLE records; --"])],
    ['an engine of its own', 'count', {filter: {query: {kind: 'script', source: 'process.exit()'}}}],
    [
      'an expression that never ends',
      'count',
      service({kind: 'regex', regex: {source: '(a+)+(?!b)$', ignoreCase: false}}),
    ],
    ['an unknown part', 'count', {filter: ALL, sql: '1'}],
    ['a time that is SQL', 'count', {filter: {...ALL, since: "2026-01-01T00:00:00Z' --"}}],
    ['a time that is none', 'count', {filter: {...ALL, since: '2026-99-99T00:00:00Z'}}],
    ['an order that is none', 'search', {filter: ALL, order: 'random()'}],
    ['a limit of nothing', 'search', {filter: ALL, order: 'newest', limit: 0}],
    ['a limit beyond all numbers', 'search', {filter: ALL, order: 'newest', limit: 1e300}],
    ['a place that is none', 'search', {filter: ALL, order: 'newest', after: {time: 'now', source: 'a', offset: 0}}],
    ['a position that is none', 'follow', {filter: ALL, from: '../../etc/passwd'}],
    [
      'two ranges of one source',
      'keys',
      {
        ranges: [
          {source: 'a', from: 0, to: 1},
          {source: 'a', from: 1, to: 2},
        ],
      },
    ],
    ['a field that is none', 'values', {field: 'password', limit: 5}],
    ['too many values', 'values', {field: 'service', limit: 1e9}],
    ['no question', 'aggregate', {questions: []}],
    ['stretches of no length', 'aggregate', {questions: [{...ALL, every: {ms: 0, origin: 0}}]}],
    ['a percentile that is none', 'aggregate', {questions: [{...ALL, percentiles: [101]}]}],
    ['an id that is none', 'get', {id: {length: 1}}],
  ])('%s: 400', async (_, call, body) => {
    const {server} = await openApi()
    const url = `${API_PREFIX}${STORE_PATHS[call]}`
    const headers = {'content-type': 'application/json'}
    const answer = await server.inject({method: 'POST', url, payload: body, headers})
    expect(answer.statusCode, answer.body).toBe(400)
    expect(answer.json()).toMatchObject({error: expect.any(String), code: expect.stringMatching(/^(usage|bad_query)$/)})
  })

  test('ids that mean something to a file system or an engine are only ids', async () => {
    const {server} = await withRecords()
    for (const id of [
      '',
      '..%2f..%2fetc%2fpasswd',
      '../../x-0-00000000',
      "' OR '1'='1",
      '*',
      '\u0000-0-00000000',
      'a'.repeat(8_000),
    ])
      expect((await ask(server, 'get', {id})).json(), id).toEqual({})
  })

  test('another protocol is refused with what to upgrade; none is taken for ours', async () => {
    const {server} = await openApi()
    const about = (protocol: string) => ask(server, 'about', {}, {[PROTOCOL_HEADER]: protocol})
    expect((await about(String(PROTOCOL))).status).toBe(200)
    const newer = await about('99')
    expect(newer.status).toBe(501)
    expect(newer.json()).toMatchObject({code: 'not_supported', suggestions: ['Upgrade logflow on the server']})
    expect((await about('0')).json()).toMatchObject({
      suggestions: ['Upgrade logflow here to the version of the server'],
    })
  })

  test('reads need a sign-in where the server can be reached from elsewhere', async () => {
    const {server} = await openApi({env: {LOGFLOW_API_HOST: '0.0.0.0'}})
    for (const call of Object.keys(STORE_PATHS) as Call[]) expect((await ask(server, call, {})).status, call).toBe(401)
  })
})

describe('streams that do not come to their end', () => {
  const unreachable = new LogflowError('STORE_UNREACHABLE', 'no answer from http://secret:9200', {retriable: true})

  test('what fails before the first page is an answer of its own', async () => {
    const {server} = await openApi(someStore({search: () => failing([], unreachable)}))
    const answer = await ask(server, 'search', {filter: ALL, order: 'newest'})
    expect(answer.status).toBe(503)
    expect(answer.json()).toMatchObject({code: 'store_unreachable', error: 'the store cannot be reached'})
  })

  test('what fails later closes the stream with a problem, never with an end', async () => {
    const {server} = await openApi(someStore({search: () => failing([[makeItem('a', 0).record]], unreachable)}))
    const lines = (await ask(server, 'search', {filter: ALL, order: 'newest'})).lines()
    expect(lines).toHaveLength(2)
    expect(lines[1]).toEqual({
      problem: {
        code: 'store_unreachable',
        error: 'the store cannot be reached',
        request_id: expect.any(String),
        retriable: true,
      },
    })
  })

  test('our own faults tell nothing of themselves', async () => {
    const {server} = await openApi(someStore({search: () => failing([[]], new Error('password=hunter2'))}))
    const lines = (await ask(server, 'search', {filter: ALL, order: 'newest'})).lines()
    expect(lines.at(-1)).toMatchObject({problem: {code: 'internal', error: 'internal error'}})
  })

  test('a server that ends closes a follow with a problem that says so', async () => {
    const {server, stop} = await openApi()
    const {position} = (await ask(server, 'position')).json<{position: string}>()
    const answer = (await open(server, 'follow', {filter: ALL, from: position})).setEncoding('utf8')
    let text = ''
    for await (const chunk of answer) {
      text += chunk
      stop.abort()
    }
    const lines = linesOf(text)
    expect(lines[0]).toEqual({caught_up: true, next: expect.any(String)})
    expect(lines.at(-1)).toMatchObject({problem: {code: 'server_unreachable', retriable: true}})
  })

  async function* failing<T>(pages: T[], error: Error): AsyncGenerator<T> {
    yield* pages
    throw error
  }
})

test('a follow gives what arrives, with the place to go on from', async () => {
  const {server, parts} = await openApi()
  const store = await parts.store()
  const position = await store.position()
  const answer = await open(server, 'follow', {filter: ALL, from: position})
  const writer = await store.openWriter()
  await writer.write({items: [makeItem('a', 0), makeItem('a', 100)], positions: []})
  const lines: Array<Record<string, unknown>> = []
  for await (const chunk of answer.setEncoding('utf8')) {
    lines.push(
      ...(chunk as string)
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    )
    if (lines.some(({records}) => records)) break
  }
  const came = lines.find(({records}) => records)
  expect(came).toEqual({
    records: [expect.objectContaining({message: 'line at 0'}), expect.objectContaining({message: 'line at 100'})],
    next: expect.any(String),
  })
  await writer.write({items: [makeItem('a', 200)], positions: []})
  const again = await open(server, 'follow', {filter: ALL, from: (came as {next: string}).next})
  const [first] = (await once(again.setEncoding('utf8'), 'data')) as [string]
  expect(JSON.parse(first.split('\n')[0] as string)).toMatchObject({records: [{message: 'line at 200'}]})
  again.destroy()
  await writer.close()
})

test('who does not read holds the store back, and who goes away ends the search', async () => {
  let given = 0
  let ended = false
  const page = Array.from({length: 100}, (_, i) => makeItem('a', i, {message: 'x'.repeat(1_000)}).record)
  const {server} = await openApi(
    someStore({
      async *search(_request, signal) {
        try {
          while (!signal?.aborted) {
            given++
            yield page
            await new Promise(setImmediate)
          }
        } finally {
          ended = true
        }
      },
    }),
  )
  const answer = await open(server, 'search', {filter: ALL, order: 'newest'})
  // As long as it runs away, it gives hundreds of pages a second.
  let before = -1
  await until(async () => {
    const still = given === before
    before = given
    await new Promise((resolve) => setTimeout(resolve, 300))
    return still && given === before
  })
  // 100 kB a page: what sockets hold, and no more.
  expect(given).toBeLessThan(500)
  const stood = given
  answer.resume()
  await until(() => given > stood + 50)
  expect(ended).toBe(false)
  answer.destroy()
  await until(() => ended)
})

/** Over a real socket: the answer as it comes, not read yet. */
async function open(server: FastifyInstance, call: Call, body: object): Promise<IncomingMessage> {
  if (!server.server.listening) await server.listen({host: '127.0.0.1', port: 0})
  const {port} = server.server.address() as AddressInfo
  const asked = httpRequest({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: `${API_PREFIX}${STORE_PATHS[call]}`,
    headers: {'content-type': 'application/json'},
  })
  asked.on('error', () => {})
  asked.end(JSON.stringify(body))
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.on('error', () => {})
  expect(answer.statusCode).toBe(200)
  return answer
}
