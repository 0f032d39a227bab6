import type {LogRecord} from '../record/record.js'
import type {RecordFilter, Store} from '../store/store.js'

export interface SearchOptions extends RecordFilter {
  /** Infinity for all. The newest are chosen. */
  limit: number
  /** The order they come in. */
  sort: 'oldest' | 'newest'
}

/**
 * Pages of the newest `limit` records that match, in the asked order. With a limit and oldest first, the chosen
 * records are held in memory; without one, pages stream.
 */
export async function* searchRecords(
  store: Store,
  options: SearchOptions,
  signal?: AbortSignal,
): AsyncGenerator<LogRecord[]> {
  const {limit, sort, ...filter} = options
  if (limit === Infinity || sort === 'newest') {
    yield* store.search({...filter, order: sort, limit}, signal)
    return
  }
  const chosen: LogRecord[] = []
  for await (const page of store.search({...filter, order: 'newest', limit}, signal)) chosen.push(...page)
  if (chosen.length > 0) yield chosen.reverse()
}
