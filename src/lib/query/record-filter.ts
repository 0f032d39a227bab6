import {compareTimes} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import {matches} from './matches.js'
import type {QueryNode} from './query.js'

/** Which records are meant: those that a query takes, within bounds of their event time. */
export interface RecordFilter {
  query: QueryNode
  /** RFC 3339, inclusive, compared with `@timestamp` to the nanosecond. */
  since?: string
  /** RFC 3339, exclusive. */
  until?: string
}

/** Whether a record that no store has searched is one of a filter's answers. */
export function isAsked(record: LogRecord, {query, since, until}: RecordFilter): boolean {
  const time = record['@timestamp']
  if (since !== undefined && compareTimes(time, since) < 0) return false
  if (until !== undefined && compareTimes(time, until) >= 0) return false
  return matches(query, record)
}
