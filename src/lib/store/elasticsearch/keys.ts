import {parseId} from '../../record/id.js'
import type {KeyRange, RecordKey} from '../store.js'
import type {Dsl} from './compile-query.js'
import type {Connection} from './connection.js'
import {PageReader} from './search.js'
import {refreshIndices} from './writer.js'

/** Hits of one request: of each only the id comes. */
const PAGE = 10_000

/** The keys of the records in these ranges, from one snapshot. */
export async function* keyPages(
  connection: Connection,
  index: string,
  ranges: readonly KeyRange[],
  signal?: AbortSignal,
): AsyncGenerator<RecordKey[]> {
  if (ranges.length === 0) return
  const body = {
    query: {bool: {filter: [{bool: {should: ranges.map(rangeOf), minimum_should_match: 1}}]}},
    sort: [{'source.id': {order: 'asc'}}, {'source.offset': {order: 'asc'}}],
    _source: ['id'],
    track_total_hits: false,
  }
  const pages = new PageReader(connection, index, body, true, signal)
  try {
    await refreshIndices(connection, index, signal)
    while (!signal?.aborted) {
      const {hits, asked} = await pages.next(PAGE)
      const keys = hits.flatMap(({_source}) => parseId(_source.id) ?? [])
      if (keys.length > 0) yield keys
      if (hits.length < asked) return
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    await pages.close()
  }
}

function rangeOf({source, from, to}: KeyRange): Dsl {
  return {bool: {filter: [{term: {'source.id': source}}, {range: {'source.offset': {gte: from, lt: to}}}]}}
}
