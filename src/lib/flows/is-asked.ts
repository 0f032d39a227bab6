import {matches} from '../query/matches.js'
import {compareTimes} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import type {RecordFilter} from '../store/store.js'

/** Whether a record that no store has searched is one of a filter's answers. */
export function isAsked(record: LogRecord, {query, since, until}: RecordFilter): boolean {
  const time = record['@timestamp']
  if (since !== undefined && compareTimes(time, since) < 0) return false
  if (until !== undefined && compareTimes(time, until) >= 0) return false
  return matches(query, record)
}
