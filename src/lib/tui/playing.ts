// How stored records are played: which of those ahead are due, as the clock goes on. Pure; times are ms since 1970.

import type {LogRecord} from '../record/record.js'

/** How many times as fast as they came. */
export type Speed = 1 | 10 | 100

export const SPEEDS: readonly Speed[] = [1, 10, 100]

/** A time without records is jumped over where one would wait for longer than this, ms. */
export const LONGEST_WAIT_MS = 3_000

export interface Playhead {
  /** Event time that is reached. */
  at: number
  speed: Speed
}

export interface Played {
  at: number
  /** How many of the records ahead are due. */
  count: number
  /** Length of a time without records that was jumped over; 0 mostly. */
  skippedMs: number
}

/**
 * Where the playhead is after some time, and what is due by then. It never passes what is read so far while there is more,
 * however fast it goes: then it waits for what reads.
 *
 * @param elapsedMs by the clock, since it was at `at`
 * @param ahead what is read and not played, oldest first
 * @param more false where nothing else is stored behind these
 */
export function play({at, speed}: Playhead, elapsedMs: number, ahead: readonly LogRecord[], more: boolean): Played {
  const [next] = ahead
  if (!next) return {at, count: 0, skippedMs: 0}
  const reached = at + elapsedMs * speed
  const gap = timeOf(next) - reached
  const skips = gap > LONGEST_WAIT_MS * speed
  const to = skips ? timeOf(next) : reached
  let count = 0
  while (count < ahead.length && timeOf(ahead[count] as LogRecord) <= to) count++
  const all = count === ahead.length
  return {
    at: all && more ? timeOf(ahead[count - 1] as LogRecord) : to,
    count,
    skippedMs: skips ? timeOf(next) - at : 0,
  }
}

export function timeOf(record: LogRecord): number {
  return Date.parse(record['@timestamp'])
}

export function nextSpeed(speed: Speed): Speed {
  return SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] as Speed
}
