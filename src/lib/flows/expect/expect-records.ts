// `logflow expect`: a yes or a no that later records cannot turn around, or "could not know".

import {LogflowError} from '../../errors/logflow-error.js'
import type {RecordFilter} from '../../query/record-filter.js'
import type {LogRecord} from '../../record/record.js'
import {type CountRange, holds} from './count-range.js'

/** Between two looks at the beginning, and at most; ms. */
const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 1_000
/** Records kept to be shown. */
const MOST_SHOWN = 10

export interface Expectation {
  name: string
  filter: RecordFilter
  count: CountRange
  /**
   * How long what is expected may take to come, and what is not expected must stay away, ms. Infinity: until the
   * evidence is over.
   */
  withinMs: number
}

/** What can be known of the records: a store behind a bus, or files that are read. */
export interface Evidence {
  /** Records that match, as far as can be seen now. Never counts one twice. */
  count(filter: RecordFilter): Promise<number>
  /** The first of them. */
  show(filter: RecordFilter, limit: number): Promise<LogRecord[]>
  /**
   * Takes note of everything that has been handed over by now. What it resolves with says how much of that cannot be
   * seen yet: once that is 0, `count` and `show` see all of it.
   */
  horizon(): Promise<() => Promise<number>>
  /** Says what `behind` counts, where that is not units on the bus. */
  tellBehind?(behind: number): string
  /** True once nothing can come any more: files have been read to their end. */
  isOver?(): boolean
}

export interface ExpectOptions {
  evidence: Evidence
  /** How long a pipeline that has not caught up at the end is waited for, ms. */
  catchUpMs: number
  /** Milliseconds of a clock that never goes back. */
  now: () => number
  /** Resolves after so long, or when the run is ended. */
  pause: (ms: number) => Promise<void>
  signal: AbortSignal
  /** What was handed over and cannot be seen yet. */
  onWait?: (behind: number) => void
}

export interface Outcome {
  expectation: Expectation
  /** `unknown`: a backend is away, the pipeline has not caught up, or the run was ended. */
  verdict: 'met' | 'broken' | 'unknown'
  count: number
  /** From the beginning to the verdict, ms. */
  afterMs: number
  /** The first of the matching records. */
  records: LogRecord[]
  /** Why it could not be known. */
  reason?: string
}

/**
 * Watches until the answer is certain. Enough of what is expected, or too much of what is not, is certain at once.
 * Anything else is certain when the time is over and everything handed over by then has been looked at: a record that
 * is on its way can still come, and no record is ever counted twice.
 */
export async function expectRecords(expectation: Expectation, options: ExpectOptions): Promise<Outcome> {
  const {evidence, now, pause, signal} = options
  const began = now()
  const ends = began + expectation.withinMs
  const lastChance = ends + options.catchUpMs
  let count = 0
  let reason: string | undefined
  let behind: (() => Promise<number>) | undefined
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    try {
      // Asked before the records are looked at: what has arrived by then is seen.
      if (now() >= ends) behind ??= await evidence.horizon()
      const left = evidence.isOver?.() ? 0 : await behind?.()
      count = await evidence.count(expectation.filter)
      const verdict = certain(expectation.count, count, left === 0)
      if (verdict) return {...(await outcome(verdict)), records: await evidence.show(expectation.filter, MOST_SHOWN)}
      reason = left === undefined ? undefined : (evidence.tellBehind?.(left) ?? notCaughtUp(left))
      if (left) options.onWait?.(left)
    } catch (error) {
      if (!(error instanceof LogflowError && error.retriable) || signal.aborted) throw error
      reason = error.message
    }
    const time = now()
    if (signal.aborted) return {...(await outcome('unknown')), reason: 'ended early'}
    if (time >= lastChance) return {...(await outcome('unknown')), reason: reason ?? 'there was no time to look'}
    await pause(Math.min(wait, time < ends ? ends - time : lastChance - time))
  }

  async function outcome(verdict: Outcome['verdict']): Promise<Outcome> {
    return {expectation, verdict, count, afterMs: now() - began, records: []}
  }
}

/** The verdict, where it is known already; `complete`: nothing can come any more. */
function certain(range: CountRange, count: number, complete: boolean): 'met' | 'broken' | undefined {
  if (count > range.max) return 'broken'
  if (count >= range.min && range.max === Number.POSITIVE_INFINITY) return 'met'
  if (!complete) return undefined
  return holds(range, count) ? 'met' : 'broken'
}

function notCaughtUp(behind: number): string {
  return behind === 1 ? 'one unit on the bus is not processed yet' : `${behind} units on the bus are not processed yet`
}
