// Many questions in one request: an aggregation each, over the records of a filter of its own.

import {groupNamesOf} from '../../metrics/grouping.js'
import type {Group, Question} from '../../metrics/question.js'
import {type Batch, batchesOf, outerBounds} from '../batches.js'
import {askSnapshot, type Bucket, COUNTED_ERRORS, groupSources, mappedNames, type Snapshot, toGroup} from './buckets.js'
import {compileFilter} from './compile-query.js'

const MOST_QUESTIONS = 40
/** Groups of each, with a bucket of their own for errors: together fewer than the 65,536 that Elasticsearch makes. */
const MOST_GROUPS = 500

/** Which questions are asked in one request; those that no aggregation answers are in none. */
export function requestsOf(questions: readonly Question[]): Batch[] {
  return batchesOf(questions, (question) => (isAggregated(question) ? '' : undefined), MOST_QUESTIONS)
}

/** A question that is refused for what it groups by is left to be refused by itself. */
function isAggregated(question: Question): boolean {
  try {
    return mappedNames(groupNamesOf(question) ?? []) !== undefined
  } catch {
    return false
  }
}

interface Part {
  doc_count: number
  errors?: {doc_count: number}
  groups?: {buckets: Bucket[]}
}

interface PartsAnswer {
  aggregations?: Record<string, Part>
}

/**
 * The answers of a batch of questions, in no order; `undefined` for one that has more groups than one request gives, or
 * about some of whose records Elasticsearch cannot tell. Rejects where the request is refused.
 */
export async function askTogether(
  snapshot: Snapshot,
  questions: readonly Question[],
): Promise<Array<Group[] | undefined>> {
  const filters = questions.map(compileFilter)
  const aggs: Record<string, object> = {}
  for (const [i, {certain, doubtful}] of filters.entries()) {
    aggs[`certain${i}`] = {filter: certain, aggs: countsOf(questions[i] as Question)}
    if (doubtful !== undefined) aggs[`doubtful${i}`] = {filter: doubtful}
  }
  const {certain: query} = compileFilter({query: {kind: 'all'}, ...outerBounds(questions)})
  const {aggregations = {}} = await askSnapshot<PartsAnswer>(snapshot, {track_total_hits: false, query, aggs})
  return questions.map((question, i) => {
    const doubtful = aggregations[`doubtful${i}`]?.doc_count ?? 0
    return doubtful > 0 ? undefined : groupsOf(question, aggregations[`certain${i}`] ?? {doc_count: 0})
  })
}

function countsOf(question: Question): object {
  const sources = groupSources(question)
  if (sources.length === 0) return COUNTED_ERRORS
  return {groups: {composite: {size: MOST_GROUPS, sources}, aggs: COUNTED_ERRORS}}
}

function groupsOf(question: Question, {doc_count, errors, groups}: Part): Group[] | undefined {
  if (groupSources(question).length === 0) return [{count: doc_count, errors: errors?.doc_count ?? 0}]
  const buckets = groups?.buckets ?? []
  return buckets.length >= MOST_GROUPS ? undefined : buckets.map((bucket) => toGroup(question, bucket))
}
