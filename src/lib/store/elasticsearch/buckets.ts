// Buckets of composite aggregations: every group there is, page by page, from one snapshot.

import {shortest} from '../../metrics/aggregator.js'
import {type GroupName, groupNamesOf} from '../../metrics/grouping.js'
import type {Group, Question} from '../../metrics/question.js'
import {ERROR_LEVELS} from '../../record/level.js'
import {compileFilter, type Dsl} from './compile-query.js'
import type {Connection} from './connection.js'
import {KEEP_ALIVE} from './search.js'

/** What requests of one answer have in common. */
export interface Snapshot {
  connection: Connection
  index: string
  pit: string
  signal?: AbortSignal
}

type ValueKey = `value${number}`

/** A bucket of a composite aggregation, with the counts that COUNTS asks for. */
export interface Bucket {
  key: {key?: string | null; start?: number; duration?: number} & Record<ValueKey, string | null | undefined>
  doc_count: number
  errors?: {doc_count: number}
  timed?: {value: number}
  least?: {value: number}
  most?: {value: number}
  first?: TopHit
  last?: TopHit
}

export interface TopHit {
  hits: {hits: Array<{fields: {'@timestamp': [string]}}>}
}

interface Totals extends Omit<Bucket, 'key' | 'doc_count'> {
  groups?: {buckets: Bucket[]; after_key?: object}
}

export interface Answer {
  hits?: {total?: {value: number}}
  aggregations?: Totals
}

/** The sources of a composite aggregation over the groups of a question. */
export function groupSources(question: Question): object[] {
  const {by, every} = question
  const sources: object[] = []
  if (by) sources.push({key: {terms: {field: by, missing_bucket: true}}})
  for (const [i, field] of (mappedNames(groupNamesOf(question) ?? []) ?? []).entries())
    sources.push({[`value${i}`]: {terms: {field, missing_bucket: true}}})
  if (every) {
    const offset = ((every.origin % every.ms) + every.ms) % every.ms
    const histogram = {field: '@timestamp', fixed_interval: `${every.ms}ms`, offset: `${offset}ms`}
    sources.push({start: {date_histogram: histogram}})
  }
  return sources
}

/** Fields that the mapping has values of; others are in `_source` and in terms alone. */
const MAPPED: ReadonlySet<string> = new Set(['level', 'service', 'host', 'environment', 'event'])

/** The fields of what is grouped by; `undefined` where the records have to be read. */
export function mappedNames(names: readonly GroupName[]): string[] | undefined {
  const fields = names.flatMap((name) => (name.in === 'record' && MAPPED.has(name.name) ? [name.name] : []))
  return fields.length === names.length ? fields : undefined
}

export const COUNTED_ERRORS = {errors: {filter: {terms: {level: ERROR_LEVELS}}}}

/** The group that a bucket of these sources is. */
export function toGroup({groups = []}: Question, bucket: Bucket): Group {
  const {key, start} = bucket.key
  const group: Group = {count: bucket.doc_count, errors: bucket.errors?.doc_count ?? 0}
  if (key !== undefined && key !== null) group.key = key
  if (groups.length > 0) group.values = groups.map((_, i) => bucket.key[`value${i}`] ?? null)
  if (start !== undefined) group.start = start
  if (bucket.timed?.value) {
    const [min, max] = [bucket.least?.value as number, bucket.most?.value as number]
    group.durations = {count: bucket.timed.value, min, max, percentiles: []}
  }
  const [first, last] = [timeOf(bucket.first), timeOf(bucket.last)]
  if (first !== undefined) group.first = shortest(first)
  if (last !== undefined) group.last = shortest(last)
  return group
}

function timeOf(top: TopHit | undefined): string | undefined {
  return top?.hits.hits[0]?.fields['@timestamp'][0]
}

/** Pages of buckets, in the order of their sources. */
export async function* bucketPages(
  snapshot: Snapshot,
  query: Dsl,
  sources: object[],
  aggs: object,
  size: number,
): AsyncGenerator<Bucket[]> {
  for (let after: object | undefined; ; ) {
    const composite = {size, sources, ...(after ? {after} : {})}
    const body = {track_total_hits: false, query, aggs: {groups: {composite, aggs}}}
    const {aggregations} = await askSnapshot<Answer>(snapshot, body)
    const buckets = aggregations?.groups?.buckets ?? []
    yield buckets
    after = aggregations?.groups?.after_key
    if (after === undefined || buckets.length < size) return
  }
}

/** A search without hits. */
export async function askSnapshot<T>({connection, pit, signal}: Snapshot, body: object): Promise<T> {
  signal?.throwIfAborted()
  const answer = await connection.ask<T>({
    method: 'POST',
    path: '/_search',
    query: {allow_partial_search_results: false},
    body: {size: 0, ...body, pit: {id: pit, keep_alive: KEEP_ALIVE}},
    signal,
  })
  return answer.body
}

/** The condition that takes the records of a group and no others. */
export function groupFilter({by, every}: Question, {key, start}: Group): Dsl {
  const filter: Dsl[] = []
  if (by) filter.push(keyFilter(by, key))
  if (every && start !== undefined) {
    const [since, until] = [start, start + every.ms].map((ms) => new Date(ms).toISOString())
    filter.push(compileFilter({query: {kind: 'all'}, since, until}).certain)
  }
  return {bool: {filter}}
}

export function keyFilter(by: NonNullable<Question['by']>, key: string | undefined): Dsl {
  return key === undefined ? {bool: {must_not: [{exists: {field: by}}]}} : {term: {[by]: {value: key}}}
}
