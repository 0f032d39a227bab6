// A live view: what was there before, then what arrives, in the order of arrival, through outages, and with a mark
// wherever something may be missing.

import {jittered, passes, pause} from './patience.js'
import type {ArrivalEvent, Arrivals} from './tail-arrivals.js'

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 5_000

/** Ids remembered at least, so that what comes again is shown once. */
export const REMEMBERED_IDS = 100_000

export interface TailOptions {
  /** Newest records shown before following; Infinity: all. */
  last: number
  follow: boolean
  /** Wait out a bus or store that is away, instead of failing. */
  wait: boolean
}

export type TailEvent =
  | ArrivalEvent
  /** What was away answers again, and nothing was missed meanwhile unless a gap says so. */
  | {kind: 'back'; afterMs: number}

/** Rejects with the first error that waiting cannot mend, or with any where `wait` is off. */
export async function* tailRecords(
  arrivals: Arrivals,
  options: TailOptions,
  signal: AbortSignal,
): AsyncGenerator<TailEvent> {
  const reconnecting = new Reconnecting(options.wait, signal)
  yield* reconnecting.outlast(() => arrivals.start())
  if (signal.aborted) return
  for await (const records of arrivals.before(options.last, signal)) yield {kind: 'records', records}
  if (!options.follow || signal.aborted) return
  yield* reconnecting.outlast(() => arrivals.follow(signal))
}

class Reconnecting {
  private since: number | undefined
  private waitMs = FIRST_WAIT_MS

  constructor(
    private readonly wait: boolean,
    private readonly signal: AbortSignal,
  ) {}

  /** The events of `attempt`, which is called again after each error that may pass. Said once an outage. */
  async *outlast(attempt: () => AsyncIterable<ArrivalEvent> | Promise<void>): AsyncGenerator<TailEvent> {
    while (!this.signal.aborted) {
      try {
        const outcome = attempt()
        if (outcome instanceof Promise) return await outcome
        for await (const event of outcome) {
          yield* this.over()
          yield event
        }
        return
      } catch (error) {
        if (this.signal.aborted) return
        if (!this.wait || !passes(error)) throw error
        if (this.since === undefined) {
          this.since = performance.now()
          yield {kind: 'gap', gap: {reason: 'away', message: `${error.message}; trying again`}}
        }
        await pause(jittered(this.waitMs, Math.random), this.signal)
        this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS)
      }
    }
  }

  private *over(): Generator<TailEvent> {
    if (this.since === undefined) return
    const afterMs = performance.now() - this.since
    this.since = undefined
    this.waitMs = FIRST_WAIT_MS
    yield {kind: 'back', afterMs}
  }
}
