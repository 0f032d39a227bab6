import type {Measured} from './measurement.js'
import type {Durations, Group} from './question.js'

/** Figures that every answer has. Rates of errors are parts of one; absent where there are no records. */
export interface Figures {
  records: number
  /** Of level ERROR or FATAL. */
  errors: number
  error_rate?: number
}

/** How much there was in a period, and when; times are RFC 3339. */
export interface PeriodFigures extends Figures {
  since: string
  until: string
  seconds: number
  interval_seconds: number
  per_minute: number
  per_second: number
  first?: string
  last?: string
}

/** Of records that say how long something took. Percentiles are nearest ranks. */
export interface DurationFigures {
  records: number
  min_ms: number
  p50_ms: number
  p90_ms: number
  p95_ms: number
  p99_ms: number
  max_ms: number
}

/** The percentiles of {@link DurationFigures}. */
export const DURATION_PERCENTILES = [50, 90, 95, 99]

export const NOTHING: Group = {count: 0, errors: 0}

export function figuresOf({count, errors}: Pick<Group, 'count' | 'errors'>): Figures {
  return {records: count, errors, ...(count > 0 ? {error_rate: errors / count} : {})}
}

/** @param all the group of all records, with its times */
export function periodFigures(all: Group, {period, every}: Pick<Measured, 'period' | 'every'>): PeriodFigures {
  const seconds = period.ms / 1_000
  return {
    since: period.since,
    until: period.until,
    seconds,
    interval_seconds: every.ms / 1_000,
    ...figuresOf(all),
    per_minute: (all.count / seconds) * 60,
    per_second: all.count / seconds,
    ...(all.first === undefined ? {} : {first: all.first, last: all.last}),
  }
}

/** Of a group that was asked for DURATION_PERCENTILES. */
export function durationFigures(durations: Durations | undefined): DurationFigures | undefined {
  if (!durations) return undefined
  const [p50_ms, p90_ms, p95_ms, p99_ms] = durations.percentiles as [number, number, number, number]
  return {records: durations.count, min_ms: durations.min, p50_ms, p90_ms, p95_ms, p99_ms, max_ms: durations.max}
}

/** How much a count differs from the one before, as a part of it: 0.12 is 12 % more. `undefined` where there was none. */
export function changeOf(now: number, before: number): number | undefined {
  return before === 0 ? undefined : (now - before) / before
}
