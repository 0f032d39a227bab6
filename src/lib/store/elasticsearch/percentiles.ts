// Exact percentiles of durations. Elasticsearch's own are estimates: they say where to look, and then values are counted.

import {type Group, percentileRank, type Question} from '../../metrics/question.js'
import {askSnapshot, bucketPages, groupFilter, groupSources, type Snapshot} from './buckets.js'
import type {Dsl} from './compile-query.js'

/** Groups of more durations are looked at one by one, where the estimate points. */
const LARGE = 20_000
/** How far to each side of a percentile the estimate is not trusted, in percent. */
const DOUBT = 1
/** Buckets of one request. */
const PAGE = 10_000
const DURATION = 'duration_ms'

/** Fills in the percentiles of groups that have durations. */
export async function addPercentiles(
  snapshot: Snapshot,
  question: Question,
  query: Dsl,
  groups: Group[],
): Promise<Group[]> {
  if (!question.percentiles) return groups
  const timed = groups.filter(({durations}) => durations)
  const large = timed.filter((group) => durationsOf(group).count > LARGE)
  for (const group of large) await lookWhereEstimated(snapshot, question, query, group)
  const small = timed.filter((group) => durationsOf(group).count <= LARGE)
  const left = large.length
    ? {bool: {filter: [query], must_not: large.map((group) => groupFilter(question, group))}}
    : query
  if (small.length > 0) await countThrough(snapshot, question, left, small)
  return groups
}

/** Counts through the distinct values of each group, in order. */
async function countThrough(snapshot: Snapshot, question: Question, query: Dsl, groups: Group[]): Promise<void> {
  const ranked = new Map(groups.map((group) => [nameOf(group.key, group.start), new Ranks(question, group)]))
  const sources = [...groupSources(question), {duration: {terms: {field: DURATION}}}]
  for await (const buckets of bucketPages(snapshot, query, sources, {}, PAGE)) {
    for (const {key, doc_count} of buckets)
      ranked.get(nameOf(key.key ?? undefined, key.start))?.add(key.duration as number, doc_count)
  }
}

function nameOf(key: string | undefined, start: number | undefined): string {
  return `${start} ${key === undefined ? '' : `=${key}`}`
}

/** Finds the values at the ranks of one group, from values that come in order. */
class Ranks {
  readonly #group: Group
  readonly #ranks: number[]
  #seen = 0

  constructor(question: Question, group: Group) {
    this.#group = group
    this.#ranks = (question.percentiles ?? []).map((percentile) => percentileRank(percentile, durationsOf(group).count))
  }

  add(value: number, count: number): void {
    const {percentiles} = durationsOf(this.#group)
    const before = this.#seen
    this.#seen += count
    this.#ranks.forEach((rank, i) => {
      if (rank > before && rank <= this.#seen) percentiles[i] = value
    })
  }
}

interface Estimate {
  aggregations?: {guess: {values: Array<{key: number; value: number}>}}
}

interface Below {
  aggregations?: {below: {doc_count: number}; within: {doc_count: number}}
}

/** One percentile after the other: an estimate, how many lie below it, and the values around it counted through. */
async function lookWhereEstimated(snapshot: Snapshot, question: Question, query: Dsl, group: Group): Promise<void> {
  const all: Dsl = {bool: {filter: [query, groupFilter(question, group)]}}
  const durations = durationsOf(group)
  for (const [i, percentile] of (question.percentiles ?? []).entries()) {
    const percents = [Math.max(0, percentile - DOUBT), Math.min(100, percentile + DOUBT)]
    const aggs = {guess: {percentiles: {field: DURATION, percents, keyed: false}}}
    const {aggregations} = await askSnapshot<Estimate>(snapshot, {track_total_hits: false, query: all, aggs})
    const [from, to] = (aggregations?.guess.values ?? []).map(({value}) => value) as [number, number]
    const low = Math.max(durations.min, Math.min(from, to))
    const high = Math.min(durations.max, Math.max(from, to))
    const rank = percentileRank(percentile, durations.count)
    const found = await lookBetween(snapshot, all, {low, high, rank})
    // Wrong by more than the doubt: then from one end to the other.
    const value = found ?? (await lookBetween(snapshot, all, {low: durations.min, high: durations.max, rank}))
    durations.percentiles[i] = value as number
  }
}

/** The value at a rank, if it lies between two others. */
async function lookBetween(
  snapshot: Snapshot,
  query: Dsl,
  {low, high, rank}: {low: number; high: number; rank: number},
): Promise<number | undefined> {
  const between = {range: {[DURATION]: {gte: low, lte: high}}}
  const aggs = {below: {filter: {range: {[DURATION]: {lt: low}}}}, within: {filter: between}}
  const {aggregations} = await askSnapshot<Below>(snapshot, {track_total_hits: false, query, aggs})
  let seen = aggregations?.below.doc_count ?? 0
  if (rank <= seen || rank > seen + (aggregations?.within.doc_count ?? 0)) return undefined
  const narrow = {bool: {filter: [query, between]}}
  const sources = [{duration: {terms: {field: DURATION}}}]
  for await (const buckets of bucketPages(snapshot, narrow, sources, {}, PAGE)) {
    for (const {key, doc_count} of buckets) {
      seen += doc_count
      if (seen >= rank) return key.duration
    }
  }
  return undefined
}

function durationsOf(group: Group): NonNullable<Group['durations']> {
  return group.durations as NonNullable<Group['durations']>
}
