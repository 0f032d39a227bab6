import {expect, test} from 'vitest'
import {decodeUnits, encodeUnits} from '../../../src/lib/remote/unit-frame.js'
import type {Envelope} from '../../../src/lib/units/envelope.js'
import {MAX_BATCH_UNITS, toUnitBatch, unitBytes} from '../../../src/lib/units/unit-batch.js'

const envelope: Envelope = {
  source: 'a1b2c3',
  file: '/var/log/app\n.log',
  host: 'web-1',
  timezone: 'Europe/Berlin',
  observed: '2026-11-21T09:00:00.000Z',
  fields: {team: 'ö"\\'},
}

const bytes = [
  Buffer.from('first line'),
  Buffer.alloc(0),
  Buffer.from([0xff, 0x0a, 0x00, 0xfe]),
  Buffer.from('{"a":1}'),
]
const batch = toUnitBatch(
  envelope,
  bytes.map((unit, i) => ({bytes: unit, offset: 7_000_000_000 + i * 100, span: unit.length + 2, line: i + 1})),
)

test('units come back as they were: bytes, places and envelope', () => {
  const back = decodeUnits(encodeUnits(batch))
  expect(back.envelope).toEqual(envelope)
  const units = Array.from({length: back.count}, (_, i) => unitBytes({...back, envelope}, i))
  expect(units).toEqual(bytes)
  expect([...back.offsets]).toEqual([...batch.offsets])
  expect([...back.spans]).toEqual([...batch.spans])
  expect([...back.lines]).toEqual([...batch.lines])
})

test('what lies between units in the buffer does not travel', () => {
  const data = Buffer.from('one\ntwo\n')
  const apart = {
    ...toUnitBatch(envelope, [
      {bytes: Buffer.from('one'), offset: 0},
      {bytes: Buffer.from('two'), offset: 4},
    ]),
    data,
    starts: Uint32Array.of(0, 4),
    ends: Uint32Array.of(3, 7),
  }
  expect(encodeUnits(apart).toString().split('\n')[1]).toBe('onetwo')
})

const frame = encodeUnits(batch)
const header = frame.subarray(0, frame.indexOf(10))
const withHeader = (change: object) =>
  Buffer.concat([
    Buffer.from(`${JSON.stringify({...JSON.parse(header.toString()), ...change})}\n`),
    frame.subarray(header.length + 1),
  ])

test.each([
  ['nothing at all', Buffer.alloc(0), 'has no header'],
  ['a header without an end', header, 'has no header'],
  ['no JSON', Buffer.from('{\n'), 'has no header'],
  ['null', Buffer.from('null\n'), 'has no header'],
  ['columns that are none', withHeader({lengths: 'abcd'}), 'has no header'],
  ['lengths below zero', withHeader({lengths: [-1, 0, 4, 7]}), 'has no header'],
  ['numbers that are none', withHeader({offsets: [1, 2, 3, null]}), 'has no header'],
  ['columns of different lengths', withHeader({lines: [1]}), 'has columns of different lengths'],
  ['no unit', withHeader({lengths: []}), `holds 0 units: 1 to ${MAX_BATCH_UNITS} are taken`],
  [
    'a place that no file has',
    withHeader({offsets: [0, 1, 2, Number.MAX_SAFE_INTEGER]}),
    'has a place that no file has',
  ],
  ['a cut frame', frame.subarray(0, -1), 'was cut'],
  ['a frame with more behind it', Buffer.concat([frame, Buffer.from('x')]), 'holds more bytes than its units have'],
])('a frame of %s is refused', (_, bytes, why) => {
  expect(() => decodeUnits(bytes)).toThrow(`the frame of units ${why}`)
})
