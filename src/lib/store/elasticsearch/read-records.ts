import {isAsked, type RecordFilter} from '../../query/record-filter.js'
import type {LogRecord} from '../../record/record.js'
import type {Snapshot} from './buckets.js'
import {compileFilter, type Dsl} from './compile-query.js'
import {decodeSource} from './document.js'
import {fieldsOf} from './fields-of.js'
import {PageReader} from './search.js'

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

/** How many of the doubtful are answers. */
export async function countDoubtful(snapshot: Snapshot, filter: RecordFilter): Promise<number> {
  const {doubtful} = compileFilter(filter)
  if (doubtful === undefined) return 0
  let count = 0
  for await (const records of readRecords(snapshot, doubtful, fieldsOf(filter.query)))
    for (const record of records) if (isAsked(record, filter)) count++
  return count
}
