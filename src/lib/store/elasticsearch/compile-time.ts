// Tests on moments.

import type {Test, TimeField} from '../../query/query.js'
import {ALL, and, type Bounds, type Dsl, exactly, UNKNOWN} from './bounds.js'

export function compileTime(field: TimeField, test: Test): Bounds {
  // Every document has all three.
  if (test.kind === 'exists') return ALL
  if (field === 'observed_timestamp' || (test.kind !== 'equals' && test.kind !== 'range')) return UNKNOWN
  const [from, to] =
    test.kind === 'equals'
      ? [
          {value: test.value, inclusive: true},
          {value: test.value, inclusive: true},
        ]
      : [test.from, test.to]
  const range = field === '@timestamp' ? eventTime : storingTime
  const parts: Dsl[] = []
  if (from) parts.push(range(from.inclusive ? 'gte' : 'gt', from.value))
  if (to) parts.push(range(to.inclusive ? 'lte' : 'lt', to.value))
  return and(parts.map((part) => exactly(part)))
}

type Operator = 'gt' | 'gte' | 'lt' | 'lte'

/** As strings: a number of JSON cannot hold nanoseconds. */
export function eventTime(operator: Operator, time: string): Dsl {
  return {range: {'@timestamp': {[operator]: within(time), format: 'strict_date_optional_time_nanos'}}}
}

/** Bounds outside what `date_nanos` holds are refused by the server; no record lies out there. */
function within(time: string): string {
  const seconds = Date.parse(`${time.slice(0, 19)}Z`) / 1000
  if (seconds < 0) return '1970-01-01T00:00:00.000Z'
  return seconds > 9_223_300_000 ? '2262-04-11T00:00:00.000Z' : time
}

/** Kept to the millisecond: a bound between two of them lies behind the first. */
function storingTime(operator: Operator, time: string): Dsl {
  const ms = Date.parse(`${time.slice(0, 23).replace(/Z$/, '')}Z`)
  const isBetween = /[1-9]/.test(time.slice(23))
  const whole = isBetween ? (operator.startsWith('g') ? 'gt' : 'lte') : operator
  return {range: {ingested_at: {[whole]: ms, format: 'epoch_millis'}}}
}
