import {Aggregator} from '../../metrics/aggregator.js'
import {GroupLimit, type GroupName, groupNamesOf} from '../../metrics/grouping.js'
import {compareGroups, type Group, inOrder, type Question} from '../../metrics/question.js'
import {type Answer as Answered, answerOf, refusalOf} from '../answers.js'
import {askTogether, requestsOf} from './aggregate-many.js'
import {
  type Answer,
  askSnapshot,
  bucketPages,
  COUNTED_ERRORS,
  groupSources,
  keyFilter,
  mappedNames,
  type Snapshot,
  toGroup,
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
    return await answerAll(snapshot, questions)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    await closeSnapshot(connection, pit)
  }
}

async function answerAll(snapshot: Snapshot, questions: readonly Question[]): Promise<Answered[]> {
  const answers: Array<Answered | undefined> = questions.map(() => undefined)
  for (const batch of requestsOf(questions)) {
    const groups = await groupsTogether(
      snapshot,
      batch.map((i) => questions[i] as Question),
    )
    for (const [i, place] of batch.entries()) {
      const found = groups[i]
      if (found) answers[place] = inOrder(questions[place] as Question, found)
    }
  }
  for (const [i, question] of questions.entries())
    answers[i] ??= await answerOf(async () => inOrder(question, await answer(snapshot, question)))
  return answers as Answered[]
}

/** None of a request that is refused: which question it was for is found out one by one. */
async function groupsTogether(snapshot: Snapshot, questions: readonly Question[]): Promise<Array<Group[] | undefined>> {
  try {
    return await askTogether(snapshot, questions)
  } catch (error) {
    refusalOf(error)
    return []
  }
}

async function answer(snapshot: Snapshot, question: Question): Promise<Group[]> {
  const filter = compileFilter(question)
  const {doubtful, certain: query} = filter
  const names = groupNamesOf(question)
  // Text has no values to count by, nor have attributes.
  if (question.by === 'message' || (names && (question.percentiles || !mappedNames(names))))
    return byReading(snapshot, question, filter)
  if (doubtful !== undefined && (await countOf(snapshot, doubtful)) > 0) return byReading(snapshot, question, filter)
  if (question.by === undefined && question.every === undefined && !names) {
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
  return toGroup(question, {key: {}, doc_count: hits?.total?.value ?? 0, ...aggregations})
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
  const limit = new GroupLimit(question)
  for await (const buckets of bucketPages(snapshot, query, groupSources(question), counts(question), PAGE)) {
    const read = buckets.map((bucket) => toGroup(question, bucket))
    if (question.groups?.length) limit.add(read)
    groups.push(...read)
  }
  return groups
}

function counts({percentiles, times}: Question): object {
  const field = 'duration_ms'
  return {
    ...COUNTED_ERRORS,
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
