import type {QueryNode} from '../query/query.js'
import {compareRecords} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import type {SearchRequest} from '../store/store.js'
import type {ContextRecord} from './record-context.js'
import type {AskRecords} from './search-records.js'

export interface AroundOptions {
  query: QueryNode
  /** So far before and after it, ms. */
  windowMs: number
  /** Infinity for all; else the nearest are chosen, the record itself one of them. */
  limit: number
  sort: 'oldest' | 'newest'
}

/** Pages of what was logged around a record, with the record itself, whether or not it matches the query. */
export async function* aroundRecord(
  ask: AskRecords,
  center: LogRecord,
  {query, windowMs, limit, sort}: AroundOptions,
  signal?: AbortSignal,
): AsyncGenerator<ContextRecord[]> {
  const {source, '@timestamp': time} = center
  const after = {time, source: source.id, offset: source.offset}
  const at = Date.parse(time)
  // A window's last millisecond belongs to it.
  const times = {
    since: new Date(Math.max(0, at - windowMs)).toISOString(),
    until: new Date(at + windowMs + 1).toISOString(),
  }
  const side = (order: SearchRequest['order'], most: number) =>
    ask({query, ...times, order, limit: most, after}, signal)
  if (limit === Number.POSITIVE_INFINITY) {
    const [first, second] = sort === 'oldest' ? (['newest', 'oldest'] as const) : (['oldest', 'newest'] as const)
    // What comes before it is held, to be turned round; what comes after it streams.
    const before = await all(side(first, limit))
    yield [...before.reverse().map(around), {...center, match: true}]
    for await (const page of side(second, limit)) yield page.map(around)
    return
  }
  const near = [...(await all(side('newest', limit - 1))), ...(await all(side('oldest', limit - 1)))]
  const distance = (record: LogRecord): number => Math.abs(Date.parse(record['@timestamp']) - at)
  near.sort((a, b) => distance(a) - distance(b) || compareRecords(a, b))
  const chosen = [...near.slice(0, limit - 1).map(around), {...center, match: true}]
  yield chosen.sort((a, b) => (sort === 'oldest' ? 1 : -1) * compareRecords(a, b))
}

function around(record: LogRecord): ContextRecord {
  return {...record, match: false}
}

async function all(pages: AsyncIterable<LogRecord[]>): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for await (const page of pages) records.push(...page)
  return records
}
