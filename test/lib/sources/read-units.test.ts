import {Readable} from 'node:stream'
import {expect, test} from 'vitest'
import {LineJoiner} from '../../../src/lib/parse/multiline.js'
import {type ByteSource, streamBytes} from '../../../src/lib/sources/byte-source.js'
import type {Problem} from '../../../src/lib/sources/input.js'
import {newCounters} from '../../../src/lib/sources/read-counters.js'
import {type ReadOptions, readUnits} from '../../../src/lib/sources/read-units.js'
import {MAX_UNIT_BYTES} from '../../../src/lib/sources/split-units.js'
import type {Envelope} from '../../../src/lib/units/envelope.js'
import {type UnitBatch, unitBytes} from '../../../src/lib/units/unit-batch.js'
import {seededRandom} from '../../support/random.js'
import {indentJoiner, naiveSplit} from './naive-split.js'

const envelope: Envelope = {source: 's', host: 'h', timezone: 'UTC', observed: '2026-01-01T00:00:00.000Z'}

interface Outcome {
  units: Array<{text: string; offset: number; span: number; line: number}>
  batches: UnitBatch[]
  counters: ReturnType<typeof newCounters>
  problems: Problem[]
}

async function readAll(bytes: ByteSource, options: Partial<ReadOptions> = {}): Promise<Outcome> {
  const counters = newCounters()
  const problems: Problem[] = []
  const batches: UnitBatch[] = []
  const all: ReadOptions = {
    path: 'test',
    envelopes: [{upTo: Number.POSITIVE_INFINITY, envelope}],
    counters,
    onProblem: (problem) => problems.push(problem),
    ...options,
  }
  for await (const batch of readUnits(bytes, all)) batches.push(batch)
  const units = batches.flatMap((batch) =>
    Array.from({length: batch.count}, (_, i) => ({
      text: unitBytes(batch, i).toString('latin1'),
      offset: batch.offsets[i] as number,
      span: batch.spans[i] as number,
      line: batch.lines[i] as number,
    })),
  )
  return {units, batches, counters, problems}
}

/** Gives the text in pieces of random size. */
function inPieces(text: string, random: () => number, most: number): ByteSource {
  const bytes = Buffer.from(text, 'latin1')
  let at = 0
  return {
    get consumed() {
      return at
    },
    async read(into, start, length) {
      const n = Math.min(length, 1 + Math.floor(random() * most), bytes.length - at)
      bytes.copy(into, start, at, at + n)
      at += n
      return n
    },
    async close() {},
  }
}

const of = (text: string) => streamBytes(Readable.from([Buffer.from(text, 'latin1')]))
const texts = async (text: string) => (await readAll(of(text))).units.map((unit) => unit.text)

test('one line is one unit, with its offset, span and number', async () => {
  const {units, counters} = await readAll(of('one\ntwo\n\n  \nthree\n'))
  expect(units).toEqual([
    {text: 'one', offset: 0, span: 4, line: 1},
    {text: 'two', offset: 4, span: 8, line: 2},
    {text: 'three', offset: 12, span: 6, line: 5},
  ])
  expect(counters).toEqual({
    bytes: 18,
    lines: 5,
    blank: 2,
    units: 3,
    joined: 0,
    oversize: 0,
    pieces: 0,
    unterminated: 0,
  })
})

test('CRLF is no part of a unit, a last line without end is one and is counted', async () => {
  expect(await texts('a\r\nb\rc\r\n\r\nd')).toEqual(['a', 'b\rc', 'd'])
  expect((await readAll(of('a\nb'))).counters).toMatchObject({units: 2, lines: 2, unterminated: 1})
})

test('bytes that are no UTF-8, and NUL bytes, pass untouched', async () => {
  expect(await texts('ok\n\xff\xfe\x80 bad\nnul\0\0 here\n')).toEqual(['ok', '\xff\xfe\x80 bad', 'nul\0\0 here'])
})

test('nothing, or only blank lines, gives no units', async () => {
  expect(await texts('')).toEqual([])
  const {units, counters} = await readAll(of('\n \n\t\r\n'))
  expect(units).toEqual([])
  expect(counters).toMatchObject({lines: 3, blank: 3})
})

test('a line of 1 MB, and the lines beside it, come whole', async () => {
  const long = 'x'.repeat(1 << 20)
  const {units, batches} = await readAll(of(`before\n${long}\nafter\n`))
  expect(units.map((unit) => unit.text)).toEqual(['before', long, 'after'])
  expect(batches.map((batch) => batch.count)).toEqual([1, 1, 1])
})

test('a line longer than a unit may be is cut between characters, and nothing of it is lost', async () => {
  const long = `${'a'.repeat(MAX_UNIT_BYTES - 1)}é${'b'.repeat(10)}`
  const bytes = Buffer.from(`${long}\nnext\n`)
  const {units, counters} = await readAll(of(bytes.toString('latin1')))
  expect(units.map((unit) => unit.text.length)).toEqual([MAX_UNIT_BYTES - 1, 12, 4])
  expect(Buffer.from(units[1]?.text ?? '', 'latin1').toString()).toBe(`é${'b'.repeat(10)}`)
  expect(units.map((unit) => unit.line)).toEqual([1, 1, 2])
  expect(counters).toMatchObject({lines: 2, units: 3, oversize: 1, pieces: 1})
})

function randomLog(random: () => number): string {
  const endings = ['\n', '\n', '\n', '\r\n', '\n\n', '\n \n', '\n\n\n\n']
  const starts = ['', ' ', '\t', '!', '  ']
  const pick = <T>(list: T[]) => list[Math.floor(random() * list.length)] as T
  let text = random() < 0.3 ? '\n \n' : ''
  const lines = Math.floor(random() * 60)
  for (let i = 0; i < lines; i++) {
    const length = random() < 0.1 ? Math.floor(random() * 300) : Math.floor(random() * 20)
    const body = Array.from({length}, () => String.fromCharCode(pick([97, 98, 32, 13, 0, 255])))
    text += pick(starts) + body.join('') + pick(endings)
  }
  return random() < 0.5 ? text : text.trimEnd()
}

test('units do not depend on how the bytes were split into reads, and account for each of them', async () => {
  for (let seed = 1; seed <= 600; seed++) {
    const random = seededRandom(seed)
    const text = randomLog(random)
    const joins = random() < 0.7
    const joined = 5 + Math.floor(random() * 100)
    const limits = {bytes: joined + Math.floor(random() * 100), joined, lines: 2 + Math.floor(random() * 8)}
    const read = 1 + Math.floor(random() * 64)
    const slab = read + Math.floor(random() * 300)
    const {units, counters, problems} = await readAll(inPieces(text, random, 1 + Math.floor(random() * 90)), {
      joiner: joins ? indentJoiner() : undefined,
      maxUnitBytes: limits.bytes,
      maxJoinedBytes: limits.joined,
      maxUnitLines: limits.lines,
      sizes: {read, slab, headroom: Math.floor(random() * 40)},
    })
    const expected = naiveSplit(text, joins ? indentJoiner() : undefined, limits)
    expect(units, `seed ${seed}`).toEqual(expected)
    const covered = units.reduce((sum, unit) => sum + unit.span, units[0]?.offset ?? text.length)
    expect(covered, `seed ${seed}`).toBe(text.length)
    expect(counters.lines + counters.pieces).toBe(counters.units + counters.joined + counters.blank)
    expect(counters.bytes).toBe(text.length)
    expect(problems).toEqual([])
  }
})

test('reading may begin again at the offset of any unit and gives the same units', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed)
    const text = randomLog(random)
    const options = {maxUnitBytes: 60, maxJoinedBytes: 50, maxUnitLines: 4, sizes: {read: 16, slab: 64, headroom: 8}}
    const {units} = await readAll(inPieces(text, random, 20), {...options, joiner: indentJoiner()})
    for (const [i, unit] of units.entries()) {
      if (unit.line === units[i - 1]?.line) continue
      const again = await readAll(inPieces(text.slice(unit.offset), random, 20), {
        ...options,
        joiner: indentJoiner(),
        startOffset: unit.offset,
        startLine: unit.line,
      })
      expect(again.units, `seed ${seed}, unit ${i}`).toEqual(units.slice(i))
    }
  }
})

const EVENTS = [
  '{"level":"error","msg":"x"}',
  '2026-01-01 10:00:00 ERROR Handler: it broke',
  'java.lang.IllegalStateException: no\n\tat a.b.C(D.java:1)\n\tat e.f(G.java:2)\nCaused by: java.io.IOException: gone',
  '  at Object.<anonymous> (/app/x.js:1:1)\n  at next (/app/y.js:2:2)',
  'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    g()\nValueError: bad',
  'panic: oops\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/app/x.go:1 +0x1\nexit status 2',
  'a plain line\n   indented under it\n\n   and more',
  'note: something\n}',
]

test('with the joiner of stack traces, too, reading may begin again at any unit', async () => {
  let joined = 0
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed)
    const events = Array.from({length: 25}, () => EVENTS[Math.floor(random() * EVENTS.length)])
    const text = `${events.join('\n')}\n`
    const options = () => ({joiner: new LineJoiner(), maxJoinedBytes: 120, maxUnitLines: 6})
    const {units, counters} = await readAll(inPieces(text, random, 50), options())
    joined += counters.joined
    for (const [i, {offset, line}] of units.entries()) {
      const rest = inPieces(text.slice(offset), random, 50)
      const again = await readAll(rest, {...options(), startOffset: offset, startLine: line})
      expect(again.units, `seed ${seed}, unit ${i}`).toEqual(units.slice(i))
    }
  }
  expect(joined).toBeGreaterThan(1_000)
})

test('a read that fails half-way is a problem, and what came before is handed out', async () => {
  const failing = new Readable({
    read() {
      if (!this.push('one\ntwo\nthr')) return
      this.destroy(Object.assign(new Error('EIO: i/o error, read'), {code: 'EIO'}))
    },
  })
  const {units, problems} = await readAll(streamBytes(failing), {path: '/var/log/x'})
  expect(problems.map((problem) => problem.error.message)).toEqual([
    'cannot read /var/log/x: the disk or network drive reports a read error',
  ])
  expect(units.map((unit) => unit.text)).toEqual(['one', 'two', 'thr'])
})
