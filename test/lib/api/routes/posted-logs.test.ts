import {request as httpRequest} from 'node:http'
import {type AddressInfo, connect} from 'node:net'
import {gzipSync} from 'node:zlib'
import type {FastifyInstance} from 'fastify'
import {describe, expect, test} from 'vitest'
import type {Scope} from '../../../../src/lib/accounts/accounts.js'
import type {Bus} from '../../../../src/lib/bus/bus.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {settleBacklog} from '../../../../src/lib/flows/settle-backlog.js'
import {unitToRecord} from '../../../../src/lib/parse/to-record.js'
import type {LogRecord} from '../../../../src/lib/record/record.js'
import {knownTokens, openApi} from '../../../support/open-api.js'

const scopes = (...names: Scope[]) => ({scopes: new Set(names)})
const accounts = knownTokens({sender: scopes('ingest'), reader: scopes('read')})
const open = (parts = {}, env = {}) =>
  openApi({env: {LOGFLOW_API_RATE_LIMITS: 'off', ...env}, parts: {accounts, ...parts}})

interface Answer {
  accepted: number
  refused_count: number
  refused: Array<{index: number; error: string}>
  source: string
  positions: object[]
  ids?: string[]
}

async function post(
  server: FastifyInstance,
  payload: string | Buffer,
  {
    type = 'application/json',
    query = {},
    headers = {},
    token = 'sender',
  }: {type?: string; query?: Record<string, string | string[]>; headers?: Record<string, string>; token?: string} = {},
) {
  const all = {'content-type': type, ...(token ? {authorization: `Bearer ${token}`} : {}), ...headers}
  const answer = await server.inject({method: 'POST', url: '/api/v1/logs', query, headers: all, payload})
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.json<Answer & {error?: string; code?: string}>(),
  }
}

/** What the units on the bus become. */
async function recordsOn(bus: Bus, topic = 'logs'): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  const reader = await bus.openReader({topic, from: 'earliest'})
  for await (const event of reader) {
    if (event.kind === 'idle') break
    if (event.kind !== 'units') continue
    for (const {units} of event.runs) for (let i = 0; i < units.count; i++) records.push(unitToRecord(units, i))
  }
  await reader.close()
  return records
}

describe('what is taken', () => {
  test.each<[string, string, string | Buffer, string[]]>([
    ['a JSON object', 'application/json', '{"message":"one"}', ['one']],
    ['a JSON array', 'application/json; charset=utf-8', '[{"message":"one"},"two"]', ['one', 'two']],
    ['an object a line', 'application/x-ndjson', '{"message":"one"}\n{"message":"two"}\n', ['one', 'two']],
    ['an object a line, by its other name', 'application/jsonl', '{"message":"one"}', ['one']],
    ['text', 'text/plain', 'one\n\ntwo\r\n', ['one', 'two']],
    ['bytes that are no UTF-8', 'text/plain', Buffer.from([0x61, 0xe4, 0x62]), ['a\ufffdb']],
  ])('%s', async (_, type, payload, expected) => {
    const {server, parts} = await open()
    const {status, body} = await post(server, payload, {type, query: {ids: 'true'}})
    expect([status, body]).toEqual([
      202,
      {
        accepted: expected.length,
        refused_count: 0,
        refused: [],
        source: expect.stringMatching(/^[0-9a-z]{12}$/),
        positions: [{topic: 'logs', partition: 0, first_offset: 0, next_offset: expected.length}],
        ids: expect.any(Array),
      },
    ])
    const records = await recordsOn(await parts.bus())
    expect(records.map(({message}) => message)).toEqual(expected)
    expect(records.map(({id}) => id)).toEqual(body.ids)
  })

  test('what is said beside a body is said of its records, which may say otherwise', async () => {
    const {server, parts} = await open()
    const query = {
      service: 'shop',
      host: 'pod-7',
      environment: 'staging',
      timezone: 'Europe/Berlin',
      field: ['team=blue', 'a=b=c'],
    }
    await post(server, '[{"message":"one","time":"2026-07-01 12:00:00"},{"message":"two","service":"own"}]', {query})
    const [one, two] = await recordsOn(await parts.bus())
    expect(one).toMatchObject({
      service: 'shop',
      host: 'pod-7',
      environment: 'staging',
      '@timestamp': '2026-07-01T10:00:00.000Z',
      attributes: {team: 'blue', a: 'b=c'},
    })
    expect(two?.service).toBe('own')
  })

  test('gzip', async () => {
    const {server, parts} = await open()
    const {status} = await post(server, gzipSync('one\ntwo\n'), {
      type: 'text/plain',
      headers: {'content-encoding': 'gzip'},
    })
    expect([status, (await recordsOn(await parts.bus())).map(({message}) => message)]).toEqual([202, ['one', 'two']])
  })

  test('what is no record is told, and counted', async () => {
    const dropped: unknown[][] = []
    const opened = await open()
    const {signals} = opened.parts
    const counters = {...signals.counters, dropped: (...args: unknown[]) => void dropped.push(args)}
    const {server, parts} = await open({signals: {...signals, counters}})
    const {status, body} = await post(server, '{"message":"one"}\nnot json\n', {type: 'application/x-ndjson'})
    expect([status, body]).toMatchObject([
      202,
      {accepted: 1, refused_count: 1, refused: [{index: 1, error: 'the line is no JSON object'}]},
    ])
    expect(dropped).toContainEqual(['unit', 'not_a_record', 1])
    expect(await recordsOn(await parts.bus())).toHaveLength(1)
  })
})

describe('what is refused', () => {
  test.each<[string, string | Buffer, Parameters<typeof post>[2], number]>([
    ['nobody', '{}', {token: ''}, 401],
    ['somebody unknown', '{}', {token: 'forged'}, 401],
    ['who may only read', '{}', {token: 'reader'}, 403],
    ['nothing', '', {type: 'text/plain'}, 400],
    ['blanks', ' \n ', {type: 'text/plain'}, 400],
    ['an empty list', '[]', {}, 400],
    ['nothing but numbers', '[1,2]', {}, 400],
    ['half a JSON', '[{"a":1}', {}, 400],
    ['a type that holds no logs', '<a/>', {type: 'application/xml'}, 415],
    ['another encoding', 'a', {type: 'text/plain; charset=utf-16'}, 400],
    ['another packing', 'a', {type: 'text/plain', headers: {'content-encoding': 'br'}}, 400],
    ['a packing that is none', 'hello', {type: 'text/plain', headers: {'content-encoding': 'gzip'}}, 400],
    [
      'a packing that was cut',
      gzipSync('x'.repeat(10_000)).subarray(0, -9),
      {type: 'text/plain', headers: {'content-encoding': 'gzip'}},
      400,
    ],
    ['a body beyond the limit', 'x'.repeat(70_000), {type: 'text/plain'}, 413],
    [
      'one beyond it once it is unpacked',
      gzipSync(Buffer.alloc(200 << 20)),
      {type: 'text/plain', headers: {'content-encoding': 'gzip'}},
      413,
    ],
    ['an unknown format', 'a', {type: 'text/plain', query: {format: 'exe'}}, 400],
    ['an unknown zone', 'a', {type: 'text/plain', query: {timezone: '../x'}}, 400],
    ['a field without a value', 'a', {type: 'text/plain', query: {field: 'team'}}, 400],
    ['an unknown parameter', 'a', {type: 'text/plain', query: {topic: 'logs.dlq'}}, 400],
    ['a key that is too long', 'a', {type: 'text/plain', headers: {'idempotency-key': 'k'.repeat(300)}}, 400],
  ])('%s', async (_, payload, options, status) => {
    const {server, parts} = await open({}, {LOGFLOW_API_HOST: '0.0.0.0', LOGFLOW_API_BODY_LIMIT: '64kB'})
    const answer = await post(server, payload, options)
    expect([answer.status, answer.body]).toEqual([
      status,
      expect.objectContaining({error: expect.any(String), code: expect.any(String)}),
    ])
    expect((await (await parts.bus()).describe('logs')).partitions).toEqual([])
  })

  test('a bus that is away: 503, with when to come back, and nothing of where it is', async () => {
    const away = new LogflowError('BUS_UNREACHABLE', 'no broker at 10.1.2.3:9092', {retriable: true})
    const {server} = await open({bus: () => Promise.reject(away)})
    const {status, headers, body} = await post(server, '{}')
    expect([status, body.code, body.error]).toEqual([503, 'bus_unreachable', 'the bus cannot be reached'])
    expect(headers['retry-after']).toBeDefined()
  })
})

test('sent again with the same key, the ids are the same; the same key with another body is another post', async () => {
  const {server} = await open()
  const send = async (body: string, key?: string) =>
    (await post(server, body, {query: {ids: 'true'}, headers: key === undefined ? {} : {'idempotency-key': key}})).body
      .ids
  const first = await send('[{"a":1},{"a":1}]', 'k')
  expect(await send('[{"a":1},{"a":1}]', 'k')).toEqual(first)
  expect(await send('[{"a":1},{"a":2}]', 'k')).not.toEqual(first)
  expect(await send('[{"a":1},{"a":1}]')).not.toEqual(first)
})

test('an answer that is lost after the bus has the lines: sent again with the key, each record is stored once', async () => {
  const {parts} = await open()
  const bus = await parts.bus()
  let loseNext = true
  const losing = {
    openProducer: async (options: Parameters<Bus['openProducer']>[0]) => {
      const producer = await bus.openProducer(options)
      return {
        ...producer,
        async send(...args: Parameters<typeof producer.send>) {
          const receipt = await producer.send(...args)
          if (!loseNext) return receipt
          loseNext = false
          throw new LogflowError('BUS_UNREACHABLE', 'the connection broke', {retriable: true})
        },
      }
    },
    close: async () => {},
  } as unknown as Bus
  const {server} = await open({bus: async () => losing})
  const lines = Array.from({length: 50}, (_, i) => `line ${i}`).join('\n')
  const options = {type: 'text/plain', query: {ids: 'true'}, headers: {'idempotency-key': 'once'}}
  expect((await post(server, lines, options)).status).toBe(503)
  const again = await post(server, lines, options)
  expect(again.status).toBe(202)
  const {topic, group} = parts.config
  const [state] = (await bus.describe(topic)).partitions
  // The bus has them twice.
  expect(state?.next).toBe(100)
  const store = await parts.store()
  const until = new Map([[0, 100]])
  const report = await settleBacklog({
    bus,
    store,
    topic,
    group,
    until,
    signal: AbortSignal.timeout(90_000),
    now: () => new Date(),
  })
  expect(report).toMatchObject({stored: 50, alreadyThere: 50, deadLettered: 0})
  const stored: string[] = []
  for await (const page of store.search({query: {kind: 'all'}, order: 'oldest', limit: 1_000}))
    stored.push(...page.map(({id}) => id))
  expect(stored.sort()).toEqual([...(again.body.ids ?? [])].sort())
})

test('a body that breaks off is no post', async () => {
  const {server, parts} = await open()
  await server.listen({host: '127.0.0.1', port: 0})
  const {port} = server.server.address() as AddressInfo
  const head = `POST /api/v1/logs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sender\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\none\ntwo\n`
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(head))
    socket
      .on('error', reject)
      .on('close', () => resolve())
      .resume()
  })
  // Another request shows that the server has got so far.
  await new Promise((resolve) =>
    httpRequest({port, host: '127.0.0.1', path: '/health'}, (answer) => answer.resume().on('end', resolve)).end(),
  )
  expect((await (await parts.bus()).describe('logs')).partitions).toEqual([])
})
