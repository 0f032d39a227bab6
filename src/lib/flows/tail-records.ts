import type {LogRecord} from '../record/record.js'
import type {FollowEvent, RecordFilter, Store} from '../store/store.js'

export interface TailOptions {
  filter: RecordFilter
  /** Newest records shown before following. */
  last: number
  follow: boolean
}

/**
 * The last records, oldest first, then every matching record as it arrives. The place to follow from is taken
 * before the last records are read, and what both hold comes once: nothing between the two is missed or repeated.
 */
export async function* tailRecords(
  store: Store,
  options: TailOptions,
  signal: AbortSignal,
): AsyncGenerator<FollowEvent> {
  const {filter, last, follow} = options
  const from = await store.position()
  const recent: LogRecord[] = []
  if (last > 0)
    for await (const page of store.search({...filter, order: 'newest', limit: last}, signal)) recent.push(...page)
  recent.reverse()
  if (recent.length > 0) yield {kind: 'records', records: recent}
  if (!follow) return
  const shown = new Set(recent.map((record) => record.id))
  for await (const event of store.follow({filter, from}, signal)) {
    if (event.kind !== 'records') {
      yield event
      continue
    }
    const records = shown.size === 0 ? event.records : event.records.filter((record) => !shown.delete(record.id))
    if (records.length > 0) yield {kind: 'records', records}
  }
}
