import {type Figures, figuresOf, NOTHING} from './figures.js'
import {msOf, type Period} from './period.js'
import {type Group, type Interval, intervalStart} from './question.js'

/** A stretch of time with its figures. The first and the last may lie in the period only in part. */
export interface Stretch extends Figures {
  /** RFC 3339. */
  start: string
  /** How much of it lies in the period. */
  seconds: number
  per_second: number
  p50_duration_ms?: number
  p95_duration_ms?: number
}

/** Percentiles of durations that stretches tell. */
export const STRETCH_PERCENTILES = [50, 95]

/** Every stretch of a period in order, those without records too. @param groups by time alone */
export function seriesOf(groups: readonly Group[], period: Period, every: Interval): Stretch[] {
  const byStart = new Map(groups.map((group) => [group.start as number, group]))
  return startsOf(period, every).map((start) => {
    const group = byStart.get(start) ?? NOTHING
    const seconds = secondsWithin(start, period, every)
    const [p50, p95] = group.durations?.percentiles ?? []
    return {
      start: new Date(start).toISOString(),
      seconds,
      ...figuresOf(group),
      per_second: group.count / seconds,
      ...(p50 === undefined ? {} : {p50_duration_ms: p50}),
      ...(p95 === undefined ? {} : {p95_duration_ms: p95}),
    }
  })
}

/** Records of each stretch of a period in order. @param groups by time alone */
export function countsOf(groups: readonly Group[], period: Period, every: Interval): number[] {
  const byStart = new Map(groups.map(({start, count}) => [start as number, count]))
  return startsOf(period, every).map((start) => byStart.get(start) ?? 0)
}

function startsOf({since, until}: Period, every: Interval): number[] {
  // What ends at nanosecond 0 of a stretch does not reach into it.
  const last = intervalStart(msOf(until) - (/^0*$/.test(until.slice(23, -1)) ? 1 : 0), every)
  const starts: number[] = []
  for (let start = intervalStart(msOf(since), every); start <= last; start += every.ms) starts.push(start)
  return starts
}

function secondsWithin(start: number, {since, until}: Period, every: Interval): number {
  const from = Math.max(start, msOf(since))
  const to = Math.min(start + every.ms, msOf(until))
  return Math.max(1, to - from) / 1_000
}
