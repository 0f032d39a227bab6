import type {RecordFilter} from '../query/record-filter.js'
import {NOTHING} from './figures.js'
import type {Measurement} from './measurement.js'
import {msOf} from './period.js'
import type {Group, GroupField, Interval} from './question.js'
import {STRETCH_PERCENTILES, type Stretch, seriesOf} from './series.js'

/** A row of `metrics timeseries`: a stretch of time, of one value where they are asked for by a field. */
export type TimeseriesRow = {[field in GroupField]?: string | null} & Stretch & StretchBefore

/** The stretch as far into the period before. */
export interface StretchBefore {
  records_before?: number
  errors_before?: number
}

export interface Timeseries {
  rows: TimeseriesRow[]
  records: number
}

export interface TimeseriesOptions {
  /** A series for each of the values with the most records. */
  by?: Exclude<GroupField, 'message'>
  top: number
}

/** Every stretch of the period, those without records too. */
export function timeseries({by, top}: TimeseriesOptions): Measurement<Timeseries> {
  return {
    questions: ({filter, before, every}) => {
      const split = by ? {by, top} : {}
      return [
        {...filter, times: true},
        {...filter, ...split, every, percentiles: STRETCH_PERCENTILES},
        ...(before ? [{...before, ...(by ? {by} : {}), every: shifted(every, filter, before)}] : []),
      ]
    },
    result([whole = [], groups = [], before], {period, every}) {
      const earlier = before && byKey(before)
      const rows = [...byKey(groups, !by)].flatMap(([key, own]) => {
        const was = earlier && new Map(earlier.get(key)?.map((group) => [(group.start as number) + period.ms, group]))
        return seriesOf(own, period, every).map((stretch) => ({
          ...(by ? {[by]: key ?? null} : {}),
          ...stretch,
          ...(was ? countsBefore(was.get(Date.parse(stretch.start))) : {}),
        }))
      })
      return {rows, records: (whole[0] ?? NOTHING).count}
    },
  }
}

/** Stretches that begin as far into the period before as those of the interval do in the period. */
function shifted(every: Interval, filter: RecordFilter, before: RecordFilter): Interval {
  return {ms: every.ms, origin: every.origin - (msOf(filter.since as string) - msOf(before.since as string))}
}

function countsBefore(group: Group | undefined): StretchBefore {
  return {records_before: group?.count ?? 0, errors_before: group?.errors ?? 0}
}

/** In the order of the groups; as a `whole`, one even where there are none. */
function byKey(groups: readonly Group[], whole = false): Map<string | undefined, Group[]> {
  const keys = new Map<string | undefined, Group[]>()
  if (whole) keys.set(undefined, [])
  for (const group of groups) {
    const own = keys.get(group.key)
    if (own) own.push(group)
    else keys.set(group.key, [group])
  }
  return keys
}
