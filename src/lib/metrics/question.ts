// Metrics: what is counted over many records. A question is asked of a store (store/store.ts), of plain files or of any
// list of records; aggregator.ts is its meaning, and every store is tested against it. Pure: no clock, no streams.

import type {RecordFilter} from '../query/record-filter.js'
import {compareCodePoints} from './code-points.js'

/** One count over the records of a filter, in groups by a field, by stretches of time, by both, or as a whole. */
export interface Question extends RecordFilter {
  /** A group for each value, spelled as it is, and one for the records that have none. */
  by?: GroupField
  /**
   * A group for each combination of the values of up to three fields, by their names in the query language: see
   * grouping.ts. Neither with `by` nor with `top`; more than 10,000 groups (of messages 500,000) are refused. None are as
   * if it were absent.
   */
  groups?: readonly string[]
  /** A group for each stretch of event time that holds a record. */
  every?: Interval
  /** Only the values of `by` with the most records. All unless said. */
  top?: number
  /**
   * Of `by`: where records are read one by one and have more different values than can be held (500,000), count the rest
   * together as a group without a value, rather than refuse. A message is never without one.
   */
  bounded?: true
  /** Percentiles of `duration_ms` to tell, over 0 to 100, with at most three decimals. See {@link percentileRank}. */
  percentiles?: readonly number[]
  /** Tell the first and the last time of each group. */
  times?: boolean
}

/**
 * A name longer than MAX_FIELD_VALUE is no value here: queries by name do not find it either. For half a surrogate pair
 * in a value stands U+FFFD, or what else the store keeps for it (Elasticsearch in names: `?`).
 */
export type GroupField = 'level' | 'service' | 'host' | 'message'

/** Stretches of `ms` milliseconds, one of which begins at `origin`, ms since 1970; both whole numbers. */
export interface Interval {
  ms: number
  origin: number
}

export interface Group {
  /** The value of `by`; absent for the records that have none. */
  key?: string
  /** The values of `groups`, in its order; null for what the records have none of. */
  values?: Array<string | null>
  /** Where the stretch of time begins, ms since 1970. */
  start?: number
  count: number
  /** Records of level ERROR or FATAL. */
  errors: number
  /** Where percentiles are asked for, and a record of the group has a duration. */
  durations?: Durations
  /** Event times of the first and the last record, RFC 3339 with 3, 6 or 9 fraction digits: as few as they need. */
  first?: string
  last?: string
}

/** Of `duration_ms`, in milliseconds. */
export interface Durations {
  /** Records that have one. */
  count: number
  min: number
  max: number
  /** In the order they were asked for. */
  percentiles: number[]
}

/**
 * A percentile is the nearest rank: of n values in order the `ceil(p / 100 · n)`-th, from 1. It is always one of the
 * values, and exact: `p` is taken as thousandths.
 */
export function percentileRank(percentile: number, count: number): number {
  return Math.max(1, Math.ceil((Math.round(percentile * 1_000) * count) / 100_000))
}

/** Where the stretch of time that holds a moment begins. */
export function intervalStart(ms: number, every: Interval): number {
  return Math.floor((ms - every.origin) / every.ms) * every.ms + every.origin
}

/** What a group is of, whatever its stretch of time. */
export type GroupIdentity = Pick<Group, 'key' | 'values'>

/** The same for two groups of one answer that differ in their stretch of time alone. */
export function identityOf({key, values}: GroupIdentity): string | undefined {
  return values ? JSON.stringify(values) : key
}

/** The order of groups: most records first, then by value (code points), those without one last. */
export function compareGroups(a: GroupIdentity & {count: number}, b: GroupIdentity & {count: number}): number {
  return b.count - a.count || (a.values && b.values ? compareValues(a.values, b.values) : compareKeys(a.key, b.key))
}

function compareValues(a: Array<string | null>, b: Array<string | null>): number {
  for (const [i, value] of a.entries()) {
    const order = compareKeys(value ?? undefined, b[i] ?? undefined)
    if (order !== 0) return order
  }
  return 0
}

function compareKeys(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === undefined) return 1
  return b === undefined ? -1 : compareCodePoints(a, b)
}

/** Puts groups in order: the values as `compareGroups` has them, each with its stretches of time in turn. */
export function inOrder(question: Question, groups: Group[]): Group[] {
  if (question.every === undefined) return groups.sort(compareGroups)
  const wholes = new Map<string | undefined, GroupIdentity & {count: number}>()
  const wholeOf = groups.map((group) => {
    const identity = identityOf(group)
    const whole = wholes.get(identity)
    if (whole) whole.count += group.count
    const made = whole ?? {key: group.key, values: group.values, count: group.count}
    wholes.set(identity, made)
    return [group, made] as const
  })
  return wholeOf
    .sort(([a, ofA], [b, ofB]) => compareGroups(ofA, ofB) || (a.start as number) - (b.start as number))
    .map(([group]) => group)
}
