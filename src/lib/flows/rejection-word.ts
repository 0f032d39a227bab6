import type {Rejection} from '../store/store.js'

/**
 * Why a store refused a record, as one of few words for counters: the type that Elasticsearch gave, or its status, or
 * what our own check found. The reason itself tells of one record, and is in its dead letter.
 */
export function rejectionWord({reason, status}: Rejection): string {
  const type = /^([a-z][a-z0-9_]*_exception)\b/.exec(reason)?.[1]
  if (type) return type
  if (status === 413) return 'too_large'
  if (/\bis no (UTC )?time\b/.test(reason)) return 'bad_time'
  if (status !== undefined) return `status_${status}`
  return 'not_storable'
}
