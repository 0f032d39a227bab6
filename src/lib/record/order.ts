import type {LogRecord} from './record.js'

/** The total order of records: event time to the nanosecond, then source, then place in the source. */
export function compareRecords(a: LogRecord, b: LogRecord): number {
  return (
    compareTimes(a['@timestamp'], b['@timestamp']) ||
    compareText(a.source.id, b.source.id) ||
    a.source.offset - b.source.offset
  )
}

/** Compares two RFC 3339 times in UTC (`…Z`) with 0 to 9 fraction digits each. */
export function compareTimes(a: string, b: string): number {
  if (a.length === b.length) return compareText(a, b)
  return compareText(padFraction(a), padFraction(b))
}

function padFraction(time: string): string {
  const whole = time.slice(0, 19)
  return `${whole}.${time.slice(20, -1).padEnd(9, '0')}`
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
