import {PassThrough} from 'node:stream'
import {expect, test} from 'vitest'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {paletteFor} from '../../../src/lib/output/palette.js'
import {MASK, openMasker} from '../../../src/lib/telemetry/mask.js'
import {
  type Detail,
  jsonLine,
  type OwnLogEntry,
  openOwnLog,
  prettyLine,
  streamSink,
} from '../../../src/lib/telemetry/own-log.js'

const masker = openMasker()
const now = () => new Date('2026-03-04T05:06:07.089Z')

function logOf(detail: Detail = 'info') {
  const entries: OwnLogEntry[] = []
  const log = openOwnLog({masker, now, detail, sinks: [(entry) => entries.push(entry)]})
  return {log, entries}
}

test('an entry has the audience of its severity and the names of the contract, in this order', () => {
  const {log, entries} = logOf('debug')
  log.audit('sign_in', {operation_id: 'r-1', subject_id: '7', reason_code: 'bad_password'})
  log.info('server_started', {port: 8000})
  log.debug('cache_miss')
  log.error('query_failed', new LogflowError('STORE_UNREACHABLE', 'no answer'), {upstream_server_id: 'es-1'})
  expect(entries.map(jsonLine)).toEqual([
    '{"timestamp":"2026-03-04T05:06:07.089Z","level":"info","audience":"audit","event":"sign_in","operation_id":"r-1","subject_id":"7","reason_code":"bad_password"}',
    '{"timestamp":"2026-03-04T05:06:07.089Z","level":"info","audience":"visibility","event":"server_started","port":8000}',
    '{"timestamp":"2026-03-04T05:06:07.089Z","level":"debug","audience":"visibility","event":"cache_miss"}',
    '{"timestamp":"2026-03-04T05:06:07.089Z","level":"error","audience":"error","event":"query_failed","upstream_server_id":"es-1","error":{"name":"LogflowError","code":"STORE_UNREACHABLE","message":"no answer"}}',
  ])
})

test('debug entries are made only where they are asked for', () => {
  const {log, entries} = logOf()
  log.debug('cache_miss')
  expect(entries).toEqual([])
  const quiet = logOf('quiet')
  quiet.log.info('started')
  quiet.log.audit('sign_in')
  quiet.log.error('failed', new Error('x'))
  expect(quiet.entries.map(({event}) => event)).toEqual(['sign_in', 'failed'])
})

test('secrets are hidden by name and by look, at any depth, and in causes', () => {
  const {log, entries} = logOf()
  const cause = new Error('password authentication failed for postgres://u:hunter2@db/x')
  log.error('broken', new Error('Bearer hunter2hunter2', {cause}), {
    password: 'hunter2',
    headers: {Authorization: 'hunter2', accept: '*/*'},
    list: [{refresh_token: 'hunter2'}],
    redirect_uri: 'https://app.example.com/hunter2',
    body: {name: 'hunter2'},
    note: 'password=hunter2',
  })
  const line = jsonLine(entries[0] as OwnLogEntry)
  expect(line).not.toContain('hunter2')
  expect(entries[0]).toMatchObject({
    password: MASK,
    headers: {Authorization: MASK, accept: '*/*'},
    redirect_uri: 'app.example.com',
    body: MASK,
  })
})

test('the chain of causes is flat, bounded, and ends where it goes in circles', () => {
  const {log, entries} = logOf()
  const inner = Object.assign(new Error('connect ECONNREFUSED'), {code: 'ECONNREFUSED'})
  const middle = new AggregateError([inner, new TypeError('and this')], 'both failed', {cause: inner})
  const outer = new LogflowError('STORE_UNREACHABLE', 'no answer', {cause: middle})
  Object.assign(inner, {cause: outer})
  log.error('query_failed', outer)
  expect(entries[0]?.error).toEqual({
    name: 'LogflowError',
    code: 'STORE_UNREACHABLE',
    message: 'no answer',
    causes: [
      {name: 'AggregateError', message: 'both failed'},
      {name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED'},
      {name: 'TypeError', message: 'and this'},
    ],
  })
  let deep: Error = new Error('0')
  for (let i = 1; i < 100; i++) deep = new Error(`${i}`, {cause: deep})
  log.error('deep', deep)
  expect(entries[1]).toMatchObject({error: {causes: Array(5).fill({name: 'Error'})}})
})

test('what strangers wrote makes no second entry and moves no cursor', () => {
  const {log, entries} = logOf()
  const hostile = 'x\n{"level":"audit","event":"forged"}\r\u001b[2J\u009b31m\u202egnp.exe'
  log.info('seen', {path: hostile, [hostile]: 1, event: 'forged', level: 'audit'})
  const line = jsonLine(entries[0] as OwnLogEntry)
  expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  expect(JSON.parse(line)).toMatchObject({event: 'seen', level: 'info', path: hostile, property_event: 'forged'})
  const pretty = prettyLine(paletteFor(false))(entries[0] as OwnLogEntry)
  expect(pretty).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
})

test('an entry has bounds, whatever it is given', () => {
  const {log, entries} = logOf()
  const circle: Record<string, unknown> = {name: 'circle'}
  circle.self = circle
  const getter = Object.defineProperty({}, 'bad', {
    enumerable: true,
    get: () => {
      throw new Error('no')
    },
  })
  const many = Object.fromEntries(Array.from({length: 10_000}, (_, i) => [`k${i}`, 'v'.repeat(1_000)]))
  log.error('large', new Error('m'.repeat(1_000_000)), {
    circle,
    getter,
    text: 'x'.repeat(1_000_000),
    list: Array(10_000).fill(1),
    many,
    bytes: Buffer.alloc(5),
    big: 10n,
    when: new Date(0),
    nan: Number.NaN,
    nothing: undefined,
    call: () => 1,
  })
  const line = jsonLine(entries[0] as OwnLogEntry)
  expect(line.length).toBeLessThan(100_000)
  expect(JSON.parse(line)).toMatchObject({
    bytes: '<5 bytes>',
    big: '10',
    when: '1970-01-01T00:00:00.000Z',
    nan: 'NaN',
    getter: {bad: '<unreadable>'},
    circle: {name: 'circle', self: {self: {self: '<object>'}}},
    many: {more_properties: 9_950},
  })
})

test('for a person: time, kind, event, facts', () => {
  const {log, entries} = logOf()
  log.audit('sign_in', {subject_id: '7', note: 'two words'})
  log.error('query_failed', new LogflowError('STORE_UNREACHABLE', 'no answer', {cause: new Error('refused')}))
  expect(entries.map(prettyLine(paletteFor(false)))).toEqual([
    '05:06:07.089 AUDIT sign_in subject_id=7 note="two words"',
    '05:06:07.089 ERROR query_failed STORE_UNREACHABLE: no answer ← Error: refused',
  ])
})

test('a reader that does not read costs entries, which are counted, and no memory', () => {
  const stream = new PassThrough({highWaterMark: 1_000})
  let dropped = 0
  const sink = streamSink({stream, format: jsonLine, onDropped: () => dropped++})
  const log = openOwnLog({masker, now, detail: 'info', sinks: [sink]})
  for (let i = 0; i < 5_000; i++) log.info('noise', {text: 'x'.repeat(900)})
  expect(dropped).toBeGreaterThan(3_000)
  expect(stream.writableLength).toBeLessThan(1_100_000)
  stream.destroy()
  log.info('after')
  expect(dropped).toBeGreaterThan(3_001)
})
