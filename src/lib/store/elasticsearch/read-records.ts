import {toPredicate} from '../../query/matches.js'
import {isAsked, type RecordFilter} from '../../query/record-filter.js'
import type {LogRecord} from '../../record/record.js'
import type {RecordText} from '../store.js'
import type {Snapshot} from './buckets.js'
import {compileFilter, type Dsl} from './compile-query.js'
import type {Connection} from './connection.js'
import {decodeSource} from './document.js'
import {fieldsOf} from './fields-of.js'
import {closeSnapshot, openSnapshot, PageReader} from './search.js'

/** Records of one request. */
const PAGE = 5_000

/**
 * Reads the records that a query of Elasticsearch's finds, in no order, in constant memory.
 * @param fields of the record that come; all unless given
 */
export async function* readRecords(snapshot: Snapshot, query: Dsl, fields?: string[]): AsyncGenerator<LogRecord[]> {
  const {connection, index, pit, signal} = snapshot
  const body = {
    query,
    // The order of a snapshot's own, which is why another can not go on from it.
    sort: ['_shard_doc'],
    track_total_hits: false,
    // An armoured document holds the record as text.
    ...(fields ? {_source: [...fields, 'exact']} : {}),
  }
  const pages = new PageReader(connection, index, body, pit, signal)
  for (;;) {
    signal?.throwIfAborted()
    const {hits, asked} = await pages.next(PAGE)
    yield hits.map((hit) => decodeSource(hit._source))
    if (hits.length < asked) return
  }
}

/** What the records of a filter say, in no order, from one moment of the store; ends early when the signal aborts. */
export async function* readTexts(
  connection: Connection,
  index: string,
  filter: RecordFilter,
  signal?: AbortSignal,
): AsyncGenerator<RecordText[]> {
  const {exact, candidates} = compileFilter(filter)
  const tested = exact ? [] : fieldsOf(filter.query)
  const isAnswer = exact ? () => true : toPredicate(filter.query)
  const pit = await openSnapshot(connection, index, signal)
  if (pit === undefined) return
  try {
    const fields = tested && [...SAID, ...tested]
    for await (const records of readRecords({connection, index, pit, signal}, candidates, fields))
      yield records.filter(isAnswer)
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    await closeSnapshot(connection, pit)
  }
}

/** The fields of a RecordText. */
const SAID = ['@timestamp', 'level', 'service', 'message', 'attributes']

/** How many of the doubtful are answers. */
export async function countDoubtful(connection: Connection, index: string, filter: RecordFilter): Promise<number> {
  const {doubtful} = compileFilter(filter)
  const pit = doubtful && (await openSnapshot(connection, index))
  if (doubtful === undefined || pit === undefined) return 0
  let count = 0
  try {
    for await (const records of readRecords({connection, index, pit}, doubtful, fieldsOf(filter.query)))
      for (const record of records) if (isAsked(record, filter)) count++
  } finally {
    await closeSnapshot(connection, pit)
  }
  return count
}
