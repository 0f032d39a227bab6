import {Aggregator, shortest} from '../../metrics/aggregator.js'
import {type GroupName, groupNamesOf} from '../../metrics/grouping.js'
import {compareGroups, type Group, inOrder, type Question} from '../../metrics/question.js'
import {ERROR_LEVELS} from '../../record/level.js'
import {type Answer as Answered, answerOf} from '../answers.js'
import {
  type Answer,
  askSnapshot,
  type Bucket,
  bucketPages,
  groupSources,
  keyFilter,
  type Snapshot,
  type TopHit,
} from './buckets.js'
import {type CompiledFilter, compileFilter, type Dsl} from './compile-query.js'
import type {Connection} from './connection.js'
import {fieldsOf} from './fields-of.js'
import {addPercentiles} from './percentiles.js'
import {readRecords} from './read-records.js'
import {closeSnapshot, openSnapshot} from './search.js'

/** Buckets of one request, each with a few of its own: Elasticsearch makes 65,536 at most. */
const PAGE = 5_000

/** Answers questions over one snapshot of all indices. Terms are counted in full (composite), never by the best of each shard. */
export async function aggregateElasticsearch(
  connection: Connection,
  index: string,
  questions: readonly Question[],
  signal?: AbortSignal,
): Promise<Answered[]> {
  signal?.throwIfAborted()
  const pit = await openSnapshot(connection, index, signal)
  if (pit === undefined)
    return Promise.all(questions.map((each) => answerOf(async () => new Aggregator([each]).answers()[0] as Group[])))
  const snapshot: Snapshot = {connection, index, pit, signal}
  try {
    const answers: Answered[] = []
    for (const question of questions)
      answers.push(await answerOf(async () => inOrder(question, await answer(snapshot, question))))
    return answers
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    await closeSnapshot(connection, pit)
  }
}

async function answer(snapshot: Snapshot, question: Question): Promise<Group[]> {
  const filter = compileFilter(question)
  const {doubtful, certain: query} = filter
  // Text has no values to count by, nor have attributes.
  if (question.by === 'message' || groupNamesOf(question)) return byReading(snapshot, question, filter)
  if (doubtful !== undefined && (await countOf(snapshot, doubtful)) > 0) return byReading(snapshot, question, filter)
  if (question.by === undefined && question.every === undefined) {
    const group = await whole(snapshot, question, query)
    return addPercentiles(snapshot, question, query, [group])
  }
  const chosen = await narrowed(snapshot, question, query)
  return addPercentiles(snapshot, question, chosen, await counted(snapshot, question, chosen))
}

async function countOf(snapshot: Snapshot, query: Dsl): Promise<number> {
  const {hits} = await askSnapshot<Answer>(snapshot, {track_total_hits: true, query})
  return hits?.total?.value ?? 0
}

async function whole(snapshot: Snapshot, question: Question, query: Dsl): Promise<Group> {
  const body = {track_total_hits: true, query, aggs: counts(question)}
  const {hits, aggregations} = await askSnapshot<Answer>(snapshot, body)
  return toGroup({key: {}, doc_count: hits?.total?.value ?? 0, ...aggregations})
}

/** The query for the values with the most records, where only those are wanted: what costs more is asked of them alone. */
async function narrowed(snapshot: Snapshot, question: Question, query: Dsl): Promise<Dsl> {
  const {by, top} = question
  if (by === undefined || top === undefined) return query
  const totals = await counted(snapshot, {query: question.query, by}, query)
  const keys = totals.sort(compareGroups).slice(0, top)
  const should = keys.map(({key}) => keyFilter(by, key))
  return {bool: {filter: [query], should: should.length ? should : [{match_none: {}}], minimum_should_match: 1}}
}

/** Every group, in the order of its values. */
async function counted(snapshot: Snapshot, question: Question, query: Dsl): Promise<Group[]> {
  const groups: Group[] = []
  for await (const buckets of bucketPages(snapshot, query, groupSources(question), counts(question), PAGE))
    groups.push(...buckets.map(toGroup))
  return groups
}

function counts({percentiles, times}: Question): object {
  const field = 'duration_ms'
  return {
    errors: {filter: {terms: {level: ERROR_LEVELS}}},
    ...(percentiles ? {timed: {value_count: {field}}, least: {min: {field}}, most: {max: {field}}} : {}),
    ...(times ? {first: topHit('asc'), last: topHit('desc')} : {}),
  }
}

/** As a hit: `min` and `max` compute with doubles, which lose nanoseconds. */
function topHit(order: 'asc' | 'desc'): object {
  const docvalue_fields = [{field: '@timestamp', format: 'strict_date_optional_time_nanos'}]
  return {
    top_hits: {size: 1, _source: false, docvalue_fields, sort: [{'@timestamp': {order, numeric_type: 'date_nanos'}}]},
  }
}

function toGroup(bucket: Bucket): Group {
  const {key, start} = bucket.key
  const group: Group = {count: bucket.doc_count, errors: bucket.errors?.doc_count ?? 0}
  if (key !== undefined && key !== null) group.key = key
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

/** Counts by reading what is counted of every record, in constant memory but for the groups. */
async function byReading(
  snapshot: Snapshot,
  question: Question,
  {exact, candidates}: CompiledFilter,
): Promise<Group[]> {
  const aggregator = new Aggregator([question], {filtered: exact})
  const tested = exact ? [] : fieldsOf(question.query)
  const fields = tested && [...new Set([...COUNTED, ...(groupNamesOf(question) ?? []).map(fieldOf), ...tested])]
  for await (const records of readRecords(snapshot, candidates, fields))
    for (const record of records) aggregator.add(record)
  return aggregator.answers()[0] as Group[]
}

/** The field of a document that a group is made of. */
function fieldOf(name: GroupName): string {
  return name.in === 'attributes' ? 'attributes' : name.name
}

/** What the aggregator looks at. */
const COUNTED = ['@timestamp', 'level', 'service', 'host', 'message', 'duration_ms']
