import type {FastifyInstance} from 'fastify'
import {describe, expect, test} from 'vitest'
import type {Scope} from '../../../../src/lib/accounts/accounts.js'
import type {Bus} from '../../../../src/lib/bus/bus.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {API_PREFIX, BUS_PATHS, OWN_TOPIC, PROTOCOL, UNIT_FRAME} from '../../../../src/lib/remote/protocol.js'
import {encodeUnits} from '../../../../src/lib/remote/unit-frame.js'
import type {Envelope} from '../../../../src/lib/units/envelope.js'
import {toUnitBatch, type UnitBatch, unitBytes} from '../../../../src/lib/units/unit-batch.js'
import {ADMIN, knownTokens, openApi} from '../../../support/open-api.js'

const envelope: Envelope = {
  source: 'a1b2c3d4e5f6',
  file: '/var/log/app.log',
  host: 'web-1',
  timezone: 'Europe/Berlin',
  observed: '2026-11-21T09:00:00.000Z',
  fields: {team: 'blue'},
}

const scopes = (...names: Scope[]) => ({scopes: new Set(names)})
const accounts = knownTokens({sender: scopes('ingest'), reader: scopes('read'), admin: ADMIN})

/** Reachable from elsewhere: nothing without a sign-in. */
const open = (parts = {}) => openApi({env: {LOGFLOW_API_HOST: '0.0.0.0'}, parts: {accounts, ...parts}})

function batchOf(...lines: string[]): UnitBatch {
  let offset = 0
  return toUnitBatch(
    envelope,
    lines.map((line, i) => {
      const bytes = Buffer.from(line)
      const unit = {bytes, offset, span: bytes.length + 1, line: i + 1}
      offset += bytes.length + 1
      return unit
    }),
  )
}

function send(
  server: FastifyInstance,
  frame: Buffer | string,
  {topic = OWN_TOPIC, token = 'sender', type = UNIT_FRAME} = {},
) {
  const headers = {authorization: `Bearer ${token}`, 'content-type': type}
  return server.inject({method: 'POST', url: API_PREFIX + BUS_PATHS.units(topic), headers, payload: frame})
}

const ask = (server: FastifyInstance, path: string, token: string, payload: object = {}) =>
  server.inject({method: 'POST', url: API_PREFIX + path, headers: {authorization: `Bearer ${token}`}, payload})

/** Everything on a topic, as units. */
async function onBus(
  bus: Bus,
  topic: string,
): Promise<Array<{envelope: Envelope; text: string; offset: number; place: number}>> {
  const reader = await bus.openReader({topic, from: 'earliest'} as never)
  const units = []
  for await (const event of reader) {
    if (event.kind === 'idle') break
    if (event.kind !== 'units') continue
    for (const {units: batch, busOffsets} of event.runs)
      for (let i = 0; i < batch.count; i++)
        units.push({
          envelope: batch.envelope,
          text: unitBytes(batch, i).toString(),
          offset: batch.offsets[i] as number,
          place: busOffsets[i] as number,
        })
  }
  await reader.close()
  return units
}

test('a batch is acknowledged with its places once the bus has it, and is there as it was sent', async () => {
  const {server, parts} = await open()
  const first = await send(server, encodeUnits(batchOf('one', 'two')))
  expect([first.statusCode, first.json()]).toEqual([200, {partition: 0, firstOffset: 0, nextOffset: 2}])
  const second = await send(server, encodeUnits(batchOf('three')), {topic: parts.config.topic})
  expect(second.json()).toEqual({partition: 0, firstOffset: 2, nextOffset: 3})
  const units = await onBus(await parts.bus(), parts.config.topic)
  expect(units.map(({text, offset, place}) => [text, offset, place])).toEqual([
    ['one', 0, 0],
    ['two', 4, 1],
    ['three', 0, 2],
  ])
  expect(units[0]?.envelope).toEqual(envelope)
})

test('who may do what', async () => {
  const {server} = await open()
  const frame = encodeUnits(batchOf('one'))
  const anonymous = await server.inject({
    method: 'POST',
    url: API_PREFIX + BUS_PATHS.units('-'),
    headers: {'content-type': UNIT_FRAME},
    payload: frame,
  })
  expect(anonymous.statusCode).toBe(401)
  expect((await send(server, frame, {token: 'reader'})).statusCode).toBe(403)
  expect((await send(server, frame, {topic: 'other'})).json()).toMatchObject({
    code: 'forbidden',
    error: 'only admins send to other topics than logs',
  })
  expect((await send(server, frame, {topic: 'other', token: 'admin'})).statusCode).toBe(200)
  expect((await ask(server, BUS_PATHS.about, 'sender')).statusCode).toBe(200)
  expect((await ask(server, BUS_PATHS.about, 'reader')).statusCode).toBe(200)
  expect((await ask(server, BUS_PATHS.describe('-'), 'sender')).statusCode).toBe(403)
})

test('about and describe tell what is behind the server', async () => {
  const {server, parts} = await open()
  expect((await ask(server, BUS_PATHS.about, 'reader')).json()).toEqual({
    protocol: PROTOCOL,
    version: '0.0.0-test',
    bus: await (await parts.bus()).version(),
    topic: 'logs',
    group: parts.config.group,
  })
  expect((await ask(server, BUS_PATHS.describe('-'), 'reader')).json()).toEqual({
    topic: 'logs',
    partitions: [],
    expires: false,
  })
  await send(server, encodeUnits(batchOf('one')))
  const described = await ask(server, BUS_PATHS.describe('logs'), 'reader', {group: 'g'})
  const bus = await parts.bus()
  expect(described.json()).toEqual({...(await bus.describe('logs', 'g')), expires: await bus.expires('logs')})
})

describe('what is refused', () => {
  const withEnvelope = (change: object) =>
    encodeUnits({...batchOf('one'), envelope: {...envelope, ...change} as Envelope})

  test.each<[string, Buffer | string, string]>([
    ['no frame', 'hello', 'the frame of units has no header'],
    ['a cut frame', encodeUnits(batchOf('one', 'two')).subarray(0, -1), 'the frame of units was cut'],
    ['an envelope that is none', withEnvelope({source: 7}), 'the envelope has no source that is text'],
    ['a source that breaks ids', withEnvelope({source: '-a'}), 'the envelope has a source that is no id'],
    [
      'a source that writes to terminals',
      withEnvelope({source: 'a\u001b[2J'}),
      'the envelope has a source that is no id',
    ],
    ['a zone that is none', withEnvelope({timezone: '../etc/localtime'}), 'the envelope has a timezone that is none'],
    ['a time that is none', withEnvelope({observed: 'now'}), 'the envelope has an observed time that is none'],
    ['a format that is none', withEnvelope({format: 'exe'}), 'the envelope has an unknown format'],
    ['fields that are no texts', withEnvelope({fields: {a: {b: 1}}}), 'the envelope has a field "a" that is no text'],
    ['a letter from the dead', withEnvelope({dead: {reason: 'x'}}), 'the envelope may not say "dead"'],
    ['settled letters', withEnvelope({settled: {how: 'dropped', at: ''}}), 'the envelope may not say "settled"'],
  ])('%s: 400', async (_, frame, error) => {
    const {server, parts} = await open()
    const answer = await send(server, frame)
    expect([answer.statusCode, answer.json()]).toEqual([400, expect.objectContaining({code: 'usage', error})])
    expect((await (await parts.bus()).describe('logs')).partitions).toEqual([])
  })

  test('other types of bodies, large bodies, and topics that are paths', async () => {
    const {server} = await open()
    const frame = encodeUnits(batchOf('one'))
    expect((await send(server, '{}', {type: 'application/json'})).statusCode).toBe(415)
    expect((await send(server, 'x', {type: 'application/xml'})).statusCode).toBe(415)
    expect((await send(server, Buffer.alloc(11 << 20), {})).statusCode).toBe(413)
    for (const topic of [
      '..',
      '../../etc/passwd',
      'a/b',
      'a b',
      "'; drop table topics; --",
      'x'.repeat(300),
      'x'.repeat(3_000),
    ])
      expect((await send(server, frame, {topic, token: 'admin'})).statusCode, topic).toBeOneOf([400, 404, 414])
  })
})

test('a bus that is away is told as such, and taken again once it is back', async () => {
  const away = new LogflowError('BUS_UNREACHABLE', 'no broker at 10.1.2.3:9092', {retriable: true})
  let isAway = true
  const sent: UnitBatch[] = []
  const bus = {
    openProducer: async () => {
      if (isAway) throw away
      return {
        async send(batch: UnitBatch) {
          sent.push(batch)
          return {partition: 0, firstOffset: 0, nextOffset: 1}
        },
        close: async () => {},
      }
    },
    close: async () => {},
  } as unknown as Bus
  const {server} = await open({bus: async () => bus})
  const refused = await send(server, encodeUnits(batchOf('one')))
  expect(refused.statusCode).toBe(503)
  expect(refused.headers['retry-after']).toBeDefined()
  expect(refused.json()).toMatchObject({code: 'bus_unreachable', error: 'the bus cannot be reached'})
  isAway = false
  expect((await send(server, encodeUnits(batchOf('one')))).statusCode).toBe(200)
  expect(sent).toHaveLength(1)
})
