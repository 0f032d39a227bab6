// What a tail follows: the bus or the store. A member takes its place first, then tells what was there before, then
// follows from that place; what it has told already it never tells again. tail-store.ts is the one to copy.

import type {LogRecord} from '../record/record.js'
import type {GapCause} from '../store/store.js'

export interface Arrivals {
  /** Takes the place to follow from. Rejects with a retriable error where that cannot be had now: ask again. */
  start(): Promise<void>
  /**
   * What had arrived before the place was taken: the newest `last` that match, oldest first, or all where `last` is
   * Infinity. Call it once, after `start`.
   */
  before(last: number, signal: AbortSignal): AsyncIterable<LogRecord[]>
  /** What arrives after the place, which moves along: called again after a retriable error, it goes on from there. */
  follow(signal: AbortSignal): AsyncIterable<ArrivalEvent>
  /** Records that are on the bus and cannot have been shown yet; `undefined` where nobody can tell. */
  lag(): Promise<number | undefined>
}

export type ArrivalEvent =
  | {kind: 'records'; records: LogRecord[]}
  /** Everything that has arrived was told. */
  | {kind: 'caught-up'}
  | {kind: 'gap'; gap: Gap}

/** Where the stream may lack something. */
export interface Gap {
  reason: GapCause
  /** One sentence for people. */
  message: string
  topic?: string
  partition?: number
  /** Offsets on the bus, `to` exclusive, where they are known. */
  from?: number
  to?: number
}
