import {LogflowError} from '../errors/logflow-error.js'
import {STRETCHES} from '../record/stretches.js'
import type {Zone} from '../record/zone.js'
import type {Interval} from './question.js'

/** What a measurement is over: event times from `since`, inclusive, to `until`, exclusive; RFC 3339. */
export interface Period {
  since: string
  until: string
  /** Its length in whole milliseconds, 1 at least. */
  ms: number
}

/** Stretches of a period that are chosen for people. */
const MOST_STRETCHES = 60
/** Stretches that an answer may have. */
export const MOST_ROWS = 10_000
const DAY = 86_400_000
/** 1970 began on a Thursday: weeks begin on Mondays. */
const FIRST_MONDAY = 4 * DAY

export function periodOf(since: string, until: string): Period {
  return {since, until, ms: Math.max(1, Math.floor(msOf(until) - msOf(since)))}
}

/** Ms since 1970, the nanoseconds beyond left off. */
export function msOf(time: string): number {
  return Date.parse(`${time.slice(0, 23).replace('Z', '')}Z`)
}

/** The period of the same length that ends where this one begins; `undefined` where it would begin before 1970. */
export function periodBefore({since, ms}: Period): Period | undefined {
  const begin = msOf(since) - ms
  if (begin < 0) return undefined
  const beyond = since.slice(23, -1)
  return periodOf(`${new Date(begin).toISOString().slice(0, 23)}${beyond}Z`, since)
}

/** What is measured where no beginning is given. */
const USUAL_MS = DAY

/** Between bounds of which either may be missing: the 24 hours before the end, up to now. */
export function periodAsked({since, until}: {since?: string; until?: string}, now: Date): Period {
  const end = until ?? now.toISOString()
  return periodOf(since ?? new Date(Math.max(0, Date.parse(end) - USUAL_MS)).toISOString(), end)
}

/** Whole seconds, minutes, hours, days or weeks that make at most 60 stretches of so many milliseconds. */
export function chooseInterval(ms: number): number {
  return STRETCHES.find((size) => ms / size <= MOST_STRETCHES) ?? (STRETCHES.at(-1) as number)
}

/** The next interval that stretches of this one can be put together to. */
export function coarser(ms: number): number {
  return STRETCHES.find((size) => size > ms && size % ms === 0) ?? ms * 2
}

/**
 * Stretches that begin with the minutes, hours, days and Mondays of a zone, as its clocks were at the beginning of
 * the period. All are equally long, also where clocks change within it.
 */
export function intervalIn(ms: number, zone: Zone, since: string): Interval {
  const monday = ms % (7 * DAY) === 0 ? FIRST_MONDAY : 0
  return {ms, origin: monday - zone.offsetAt(msOf(since))}
}

/** Throws USAGE where an interval would cut a period into more stretches than anybody reads. */
export function checkStretches({ms}: Period, every: Interval): void {
  const count = Math.ceil(ms / every.ms) + 1
  if (count <= MOST_ROWS) return
  throw new LogflowError('USAGE', `the interval would make ${count.toLocaleString('en-US')} stretches of time`, {
    suggestions: [`Use a longer one, or leave it out: ${chooseInterval(ms) / 1_000}s`],
  })
}
