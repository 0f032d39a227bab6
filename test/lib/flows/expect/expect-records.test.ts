import {expect, test} from 'vitest'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {type CountRange, holds} from '../../../../src/lib/flows/expect/count-range.js'
import {type Evidence, expectRecords} from '../../../../src/lib/flows/expect/expect-records.js'
import {seededRandom} from '../../../support/random.js'

// A pipeline on a clock of its own: each record is handed over at one moment and seen at a later one, not in the order
// in which they were handed over, and delivered more than once. The answer must be that of what was handed over.

interface Passing {
  id: string
  /** Handed over to the bus, ms. */
  handed: number
  /** Seen in the store, ms. */
  seen: number
}

class Pipeline implements Evidence {
  time = 0
  constructor(
    readonly records: Passing[],
    readonly away: (time: number) => boolean = () => false,
  ) {}

  async count(): Promise<number> {
    this.answer()
    return new Set(this.records.filter(({seen}) => seen <= this.time).map(({id}) => id)).size
  }

  async show() {
    return []
  }

  async horizon() {
    this.answer()
    const then = this.time
    return async () => {
      this.answer()
      return this.records.filter(({handed, seen}) => handed <= then && seen > this.time).length
    }
  }

  handedBy(time: number): number {
    return new Set(this.records.filter(({handed}) => handed <= time).map(({id}) => id)).size
  }

  /** Each question takes a moment. */
  private answer(): void {
    this.time += 1
    if (this.away(this.time)) throw new LogflowError('STORE_UNREACHABLE', 'no answer', {retriable: true})
  }
}

function run(pipeline: Pipeline, count: CountRange, {withinMs, catchUpMs}: {withinMs: number; catchUpMs: number}) {
  const expectation = {name: 'x', filter: {query: {kind: 'all'} as const}, count, withinMs}
  return expectRecords(expectation, {
    evidence: pipeline,
    catchUpMs,
    now: () => pipeline.time,
    pause: async (ms) => {
      pipeline.time += Math.max(1, ms)
    },
    signal: new AbortController().signal,
  })
}

const any = Number.POSITIVE_INFINITY

test('2,000 runs with late, doubled and reordered delivery: no answer is ever wrong', async () => {
  const verdicts = {met: 0, broken: 0, unknown: 0}
  for (let seed = 1; seed <= 2_000; seed++) {
    const random = seededRandom(seed)
    const withinMs = Math.floor(random() * 3_000)
    const records = Array.from({length: Math.floor(random() * 8)}, (_, i): Passing[] => {
      const handed = random() * withinMs * 1.5
      const times = Array.from({length: 1 + Math.floor(random() * 3)}, () => handed + random() ** 3 * 8_000)
      return times.map((seen) => ({id: `r${i}`, handed, seen}))
    }).flat()
    const min = Math.floor(random() * 4)
    const max = random() < 0.4 && min > 0 ? any : min + Math.floor(random() * 3)
    const broken = random() < 0.3 ? {from: random() * 3_000, ms: random() * 2_000} : {from: 0, ms: 0}
    const pipeline = new Pipeline(records, (time) => time >= broken.from && time < broken.from + broken.ms)
    const {verdict} = await run(pipeline, {min, max}, {withinMs, catchUpMs: 20_000})
    verdicts[verdict]++
    const inTime = pipeline.handedBy(withinMs)
    const atAll = pipeline.handedBy(Math.max(withinMs, pipeline.time))
    const possible = Array.from({length: atAll - inTime + 1}, (_, i) => holds({min, max}, inTime + i))
    expect(possible, `seed ${seed}: ${verdict}, ${inTime} in time and ${atAll} at all of ${min} to ${max}`).toContain(
      verdict === 'met',
    )
    expect(verdict, `seed ${seed}`).not.toBe('unknown')
  }
  expect(Math.min(verdicts.met, verdicts.broken)).toBeGreaterThan(300)
})

test('enough is told at once, and so is too much', async () => {
  const soon = () => new Pipeline([{id: 'a', handed: 10, seen: 20}])
  expect(await run(soon(), {min: 1, max: any}, {withinMs: 60_000, catchUpMs: 0})).toMatchObject({
    verdict: 'met',
    count: 1,
  })
  const late = soon()
  expect(await run(late, {min: 0, max: 0}, {withinMs: 60_000, catchUpMs: 0})).toMatchObject({
    verdict: 'broken',
    count: 1,
  })
  expect(late.time).toBeLessThan(5_000)
})

test('none is told only when the time is over', async () => {
  const pipeline = new Pipeline([])
  expect(await run(pipeline, {min: 0, max: 0}, {withinMs: 60_000, catchUpMs: 1_000})).toMatchObject({verdict: 'met'})
  expect(pipeline.time).toBeGreaterThanOrEqual(60_000)
})

test('what was handed over in time and is not processed: nobody can know', async () => {
  const pipeline = new Pipeline([{id: 'a', handed: 10, seen: any}])
  const outcome = await run(pipeline, {min: 1, max: any}, {withinMs: 100, catchUpMs: 500})
  expect(outcome).toMatchObject({verdict: 'unknown', reason: 'one unit on the bus is not processed yet'})
})

test('a store that stays away: nobody can know; one that comes back is asked again', async () => {
  const away = new Pipeline([], () => true)
  expect(await run(away, {min: 0, max: 0}, {withinMs: 100, catchUpMs: 500})).toMatchObject({
    verdict: 'unknown',
    reason: 'no answer',
  })
  const back = new Pipeline([{id: 'a', handed: 1, seen: 2}], (time) => time < 300)
  expect(await run(back, {min: 1, max: any}, {withinMs: 100, catchUpMs: 5_000})).toMatchObject({verdict: 'met'})
})

test('an error that waiting cannot mend is thrown', async () => {
  const pipeline = new Pipeline([])
  pipeline.count = () => Promise.reject(new LogflowError('BAD_QUERY', 'no'))
  await expect(run(pipeline, {min: 1, max: any}, {withinMs: 0, catchUpMs: 0})).rejects.toMatchObject({
    code: 'BAD_QUERY',
  })
})
