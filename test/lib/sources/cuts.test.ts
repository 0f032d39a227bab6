import {setTimeout as sleep} from 'node:timers/promises'
import {expect, test} from 'vitest'
import {LineJoiner} from '../../../src/lib/parse/multiline.js'
import {cutKeeper} from '../../../src/lib/sources/cut-keeper.js'
import {newCounters} from '../../../src/lib/sources/read-counters.js'
import {type ReadOptions, readUnits} from '../../../src/lib/sources/read-units.js'
import type {KnownSource, SourceTable} from '../../../src/lib/sources/source-table.js'
import {type Joiner, UnitSplitter} from '../../../src/lib/sources/split-units.js'
import {type UnitBatch, unitBytes} from '../../../src/lib/units/unit-batch.js'
import {seededRandom} from '../../support/random.js'
import {indentJoiner} from './naive-split.js'
import {envelope} from './read-path.js'

interface Unit {
  offset: number
  text: string
  line: number
  continuation: boolean
}

function unitsOf(batches: readonly UnitBatch[]): Unit[] {
  return batches.flatMap((batch) =>
    Array.from({length: batch.count}, (_, i) => ({
      offset: batch.offsets[i] as number,
      text: unitBytes(batch, i).toString('latin1'),
      line: batch.lines[i] as number,
      continuation: batch.envelope.continuation === true,
    })),
  )
}

/** Marks as the source table would keep them. */
function marks() {
  const kept = new Set<number>()
  let tentative: number | undefined
  const table = {
    markCut: async (_id: string, offset: number, passed?: number) => {
      if (tentative !== undefined && tentative !== passed) kept.add(tentative)
      tentative = offset
    },
    keepCut: async (_id: string, offset: number) => void kept.add(offset),
  } as unknown as SourceTable
  const known = (): KnownSource => ({
    id: 's',
    arrivals: [],
    cuts: [...new Set(tentative === undefined ? kept : [...kept, tentative])].sort((a, b) => a - b),
    tentative: tentative === undefined || kept.has(tentative) ? undefined : tentative,
  })
  return {table, known, kept}
}

interface Reading {
  random: () => number
  joiner: Joiner
  /** How often the source falls silent between two reads. */
  silence: number
  /** Offset below which it does not: what was read before is there at once. */
  silentFrom?: number
  limits: Partial<ReadOptions>
  from?: {startOffset: number; startLine: number; handOutFrom: number}
}

/** Reads the text in pieces of random size with a splitter of its own, as a follower would. */
async function readText(text: string, keeper: ReturnType<typeof cutKeeper>, options: Reading) {
  const {random, joiner, silence, silentFrom = 0, limits, from} = options
  const bytes = Buffer.from(text, 'latin1')
  const counters = newCounters()
  const ranges = [{upTo: Number.POSITIVE_INFINITY, envelope}]
  const splitter = new UnitSplitter({envelopes: ranges, counters, joiner, cuts: keeper.cuts, ...limits, ...from})
  const batches: UnitBatch[] = []
  const take = async (cut?: number) => {
    for (const continued of splitter.continued.splice(0)) await keeper.onContinuation(continued)
    if (cut !== undefined) await keeper.onCut(cut)
    batches.push(...splitter.ready.splice(0))
  }
  for (let at = from?.startOffset ?? 0; at < bytes.length; ) {
    const most = at + 1 + Math.floor(random() * 60)
    const piece = bytes.subarray(at, random() < 0.5 ? most : bytes.indexOf(10, at) + 1 || most)
    const {carried} = splitter
    const slab = Buffer.alloc(carried + piece.length)
    piece.copy(slab, carried)
    splitter.moveTo(slab, carried)
    splitter.advance(slab.length)
    await take()
    if (random() < silence && at >= silentFrom) await take(splitter.settle())
    at += piece.length
  }
  await take(splitter.end())
  return {units: unitsOf(batches), counters}
}

const EVENTS = [
  '{"level":"error","msg":"x"}',
  '2026-01-01 10:00:00 ERROR Handler: it broke',
  'java.lang.IllegalStateException: no\n\tat a.b.C(D.java:1)\n\n\tat e.f(G.java:2)\nCaused by: java.io.IOException: gone',
  '  at Object.<anonymous> (/app/x.js:1:1)\n  at next (/app/y.js:2:2)',
  'Traceback (most recent call last):\n  File "x.py", line 1, in f\n    g()\nValueError: bad',
  'panic: oops\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/app/x.go:1 +0x1\nexit status 2',
  'a plain line\r\n   indented under it\r\n\r\n   and more',
  '!note: something\n deaf\n\n \n}',
  `a long line ${'x'.repeat(300)}\n\tat x.y(Z.java:1)`,
]

function randomText(random: () => number): string {
  const events = Array.from({length: 5 + Math.floor(random() * 25)}, () => EVENTS[Math.floor(random() * EVENTS.length)])
  return `${events.join(random() < 0.5 ? '\n' : '\n\n')}${random() < 0.8 ? '\n' : ''}`
}

/** A seed's text, limits and a maker of joiners. */
function world(seed: number) {
  const random = seededRandom(seed)
  const text = randomText(random)
  const joined = 40 + Math.floor(random() * 400)
  const limits = {maxJoinedBytes: joined, maxUnitBytes: joined + 60, maxUnitLines: 3 + Math.floor(random() * 8)}
  const stacks = random() < 0.7
  return {random, text, limits, joiner: () => (stacks ? new LineJoiner() : indentJoiner())}
}

test('a second reading cuts where the first fell silent: the same units, whatever the reads', async () => {
  let [cuts, continuations] = [0, 0]
  for (let seed = 1; seed <= 400; seed++) {
    const {random, text, limits, joiner} = world(seed)
    const {table, known, kept} = marks()
    const first = await readText(text, cutKeeper(table, known()), {random, limits, joiner: joiner(), silence: 0.3})
    const second = await readText(text, cutKeeper(table, known()), {random, limits, joiner: joiner(), silence: 0})
    expect(second.units, `seed ${seed}`).toEqual(first.units)
    const {lines, pieces, units, joined, blank} = second.counters
    expect(lines + pieces, `seed ${seed}`).toBe(units + joined + blank)
    cuts += kept.size
    continuations += first.units.filter((unit) => unit.continuation).length
  }
  expect(cuts).toBeGreaterThan(500)
  expect(continuations).toBeGreaterThan(cuts)
})

test('a reading that begins again behind any unit gives the same units, continuations among them', async () => {
  let begun = 0
  for (let seed = 1; seed <= 60; seed++) {
    const {random, text, limits, joiner} = world(seed)
    const {table, known} = marks()
    const {units} = await readText(text, cutKeeper(table, known()), {random, limits, joiner: joiner(), silence: 0.3})
    for (const [i, unit] of units.entries()) {
      const last = units[i - 1]
      // Behind a piece of a line alone the joiner cannot know that it had been told nothing.
      if (
        !last ||
        units[i - 2]?.line === last.line ||
        text.slice(last.offset, unit.offset).length > limits.maxUnitBytes
      )
        continue
      const from = {startOffset: last.offset, startLine: last.line, handOutFrom: unit.offset}
      const keeper = cutKeeper(table, known(), last.offset)
      const again = await readText(text, keeper, {random, limits, joiner: joiner(), silence: 0, from})
      expect(again.units, `seed ${seed}, unit ${i}`).toEqual(units.slice(i))
      const {lines, pieces, units: counted, joined, blank} = again.counters
      expect(lines + pieces).toBe(counted + joined + blank)
      begun++
    }
  }
  expect(begun).toBeGreaterThan(300)
})

test('a source that is killed and read again any number of times gives each of its bytes once', async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const {random, text, limits, joiner} = world(seed)
    const whole = text.endsWith('\n') ? text : `${text}\n`
    const {table, known} = marks()
    const seen = new Map<number, string>()
    let end = 0
    while (end < whole.length) {
      const silentFrom = end
      const more = end + 1 + Math.floor(random() * 300)
      end = more >= whole.length ? whole.length : whole.indexOf('\n', more) + 1
      const {units} = await readText(whole.slice(0, end), cutKeeper(table, known()), {
        random,
        limits,
        joiner: joiner(),
        silence: 0.3,
        silentFrom,
      })
      for (const {offset, text: bytes} of units) {
        if (seen.has(offset)) expect(bytes, `seed ${seed} at ${offset}`).toBe(seen.get(offset))
        seen.set(offset, bytes)
      }
    }
    let covered = 0
    for (const [offset, bytes] of [...seen].sort(([a], [b]) => a - b)) {
      expect(offset, `seed ${seed}`).toBeGreaterThanOrEqual(covered)
      expect(whole.slice(covered, offset).trim()).toBe('')
      covered = offset + bytes.length
    }
    expect(whole.slice(covered).trim()).toBe('')
  }
})

test('a silent pipe has its cut on disk before the unit is handed out, and the continuation kept before it is', async () => {
  const order: string[] = []
  const chunks = ['ERROR broke\n\tat a.b(C.java:1)\n', '\tat d.e(F.java:2)\n']
  let reads = 0
  let handedOut: () => void = () => {}
  const first = new Promise<void>((resolve) => {
    handedOut = resolve
  })
  const bytes = {
    consumed: 0,
    async read(into: Buffer, at: number) {
      const chunk = chunks[reads++]
      if (chunk === undefined) return 0
      if (reads === 2) await first
      return into.write(chunk, at, 'latin1')
    },
    async close() {},
  }
  const batches = readUnits(bytes, {
    path: 'test',
    envelopes: [{upTo: Number.POSITIVE_INFINITY, envelope}],
    counters: newCounters(),
    onProblem: () => {},
    joiner: new LineJoiner(),
    live: true,
    onCut: async (offset) => {
      await sleep(5)
      order.push(`cut ${offset}`)
    },
    onContinuation: async (cut) => {
      await sleep(5)
      order.push(`kept ${cut}`)
    },
  })
  for await (const batch of batches) {
    for (const {offset, continuation} of unitsOf([batch])) order.push(`unit ${offset} ${continuation}`)
    handedOut()
  }
  expect(order).toEqual(['cut 30', 'unit 0 false', 'kept 30', 'cut 48', 'unit 30 true'])
})

test('a unit that nothing can go on with needs no cut', async () => {
  const {table, known} = marks()
  const keeper = cutKeeper(table, known())
  await readText('{"a":1}\n{"b":2}\n', keeper, {
    random: () => 0.1,
    limits: {},
    joiner: new LineJoiner(),
    silence: 1,
  })
  expect(known().cuts).toEqual([])
})
