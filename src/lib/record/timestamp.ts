// Times of log lines to RFC 3339 in UTC with 3, 6 or 9 fraction digits.
// Nothing here reads a clock. Times before 1970 or after 2262-04-11 (what Elasticsearch's date_nanos holds) are none.

import {utcAsIs} from './rfc3339.js'
import {scanTime, type TimeContext} from './scan-time.js'

/** A whole text as a time. */
export function parseTime(text: string, context: TimeContext): string | undefined {
  const fast = utcAsIs(text)
  if (fast) return fast
  const trimmed = text.trim()
  if (trimmed.length < 8 || trimmed.length > 64) return undefined
  const found = scanTime(trimmed, 0, context)
  return found && found.end === trimmed.length ? found.time : undefined
}
