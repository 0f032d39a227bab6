import {expect, test} from 'vitest'
import {loadBatchCodec} from '../../../../src/lib/bus/embedded/batch-codec.js'
import {toUnitBatch, type UnitBatch, unitBytes} from '../../../../src/lib/units/unit-batch.js'
import {envelopeOf} from '../../../contracts/bus-reader.js'

const codec = await loadBatchCodec()
const envelope = envelopeOf('s')

/** Lines of a file as a source cuts them: one buffer, terminators between. */
function ofText(text: string, terminator: string): UnitBatch {
  const lines = text.split(terminator).slice(0, -1)
  let at = 0
  const units = lines.map((line, i) => {
    const start = at
    at += line.length + terminator.length
    return {start, end: start + line.length, line: i + 1}
  })
  return {
    envelope,
    count: units.length,
    data: Buffer.from(text),
    starts: Uint32Array.from(units, ({start}) => start),
    ends: Uint32Array.from(units, ({end}) => end),
    offsets: Float64Array.from(units, ({start}) => start + 7_000),
    spans: Float64Array.from(units, ({start, end}) => end - start + terminator.length),
    lines: Float64Array.from(units, ({line}) => line),
  }
}

function rows(batch: UnitBatch): unknown[] {
  return Array.from({length: batch.count}, (_, i) => [
    unitBytes(batch, i).toString('latin1'),
    batch.offsets[i],
    batch.spans[i],
    batch.lines[i],
  ])
}

const thousand = Array.from({length: 1_000}, (_, i) => `line ${i} ${'x'.repeat(i % 50)}`)

test.each([
  ['lines of a file', ofText(`${thousand.join('\n')}\n`, '\n')],
  ['lines that end in CR LF', ofText(`${thousand.join('\r\n')}\r\n`, '\r\n')],
  ['blank lines', ofText('a\n\n\nb\n\n', '\n')],
  ['one unit', ofText('alone\n', '\n')],
  ['one empty unit', ofText('\n', '\n')],
  [
    'events of several lines',
    toUnitBatch(
      envelope,
      [1, 5, 6, 20].map((line) => ({bytes: Buffer.from(`at ${line}`), offset: line * 100, span: 90, line})),
    ),
  ],
  [
    'jumps back and beyond 32 bits',
    toUnitBatch(
      envelope,
      [5, 2 ** 45, 0, 2 ** 33].map((offset) => ({
        bytes: Buffer.from('x'),
        offset,
        span: 2 ** 34,
        line: 2 ** 35 - offset,
      })),
    ),
  ],
  [
    'fractions and what is no number',
    toUnitBatch(
      envelope,
      [0.5, Number.NaN, -3, Number.POSITIVE_INFINITY].map((offset) => ({
        bytes: Buffer.from('x'),
        offset,
        span: offset,
        line: offset,
      })),
    ),
  ],
])('packs and unpacks %s', (_, batch) => {
  const packed = codec.pack(batch)
  const back = codec.unpack(envelope, packed, 0) as UnitBatch
  expect(rows(back)).toEqual(rows(batch))
  for (const skip of [1, batch.count - 1].filter((n) => n > 0 && n < batch.count)) {
    expect(rows(codec.unpack(envelope, packed, skip) as UnitBatch)).toEqual(rows(batch).slice(skip))
  }
})

test('the columns of plain lines cost less than two bytes a line', () => {
  const {columns} = codec.pack(ofText(`${thousand.join('\n')}\n`, '\n'))
  expect(columns.length).toBeLessThan(2_000)
})

test('bytes between units that are no line ends do not travel', () => {
  const data = Buffer.from('keep;password=hunter2;keep too')
  const batch = {...ofText('a\nb\n', '\n'), data, starts: Uint32Array.of(0, 22), ends: Uint32Array.of(4, 30)}
  const back = codec.unpack(envelope, codec.pack(batch), 0) as UnitBatch
  expect(back.data.toString()).toBe('keepkeep too')
  expect(rows(back).map((row) => (row as string[])[0])).toEqual(['keep', 'keep too'])
})

test('a flipped bit anywhere is noticed', () => {
  const packed = codec.pack(ofText(`${thousand.join('\n')}\n`, '\n'))
  for (const blob of ['columns', 'data'] as const) {
    for (const share of [0, 0.3, 0.99]) {
      const bent = Buffer.from(packed[blob])
      const at = Math.floor(bent.length * share)
      bent[at] = (bent[at] as number) ^ 4
      expect(codec.unpack(envelope, {...packed, [blob]: bent}, 0)).toBeUndefined()
    }
  }
  expect(codec.unpack(envelope, packed, 0)?.count).toBe(1_000)
})
