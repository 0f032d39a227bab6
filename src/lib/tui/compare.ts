// Two records, field by field. Pure: records in, rows out.

import {formatDuration} from '../output/numbers.js'
import type {LogRecord} from '../record/record.js'
import {millisecondsAfter} from '../trace/clock.js'
import {fieldsOf, valueText} from './record-fields.js'

/** One field of two records; a record that does not have it has no text. */
export interface FieldPair {
  name: string
  left?: string
  right?: string
  /** What the right one has more than the left one: times and numbers, with sign and unit. */
  delta?: string
  /** Tells where and when a record was taken in, and so hardly ever is the same. */
  taken: boolean
}

export interface Comparison {
  /** Those that tell what happened come first, each kind in the order of a record's fields. */
  differing: FieldPair[]
  equal: FieldPair[]
}

const TIMES = new Set(['@timestamp', 'observed_timestamp', 'ingested_at'])
/** Numbers that are names. */
const CODES = /(^|[._])(status|code|port|pid|tid|number|partition)$|(Code|Status|Port|Pid)$/

export function compared(left: LogRecord, right: LogRecord): Comparison {
  const before = valuesOf(left)
  const after = valuesOf(right)
  const names = [...before.keys()]
  // A field that only the right one has stands behind its neighbour there.
  let last = ''
  for (const name of after.keys()) {
    if (!before.has(name)) names.splice(names.indexOf(last) + 1, 0, name)
    last = name
  }
  const pairs = names.map((name) => pairOf(name, before.get(name), after.get(name)))
  const differing = pairs.filter((pair) => pair.left !== pair.right)
  return {
    differing: [...differing.filter(({taken}) => !taken), ...differing.filter(({taken}) => taken)],
    equal: pairs.filter((pair) => pair.left === pair.right),
  }
}

interface Value {
  value: unknown
  taken: boolean
}

function valuesOf(record: LogRecord): Map<string, Value> {
  const {own, attributes, error, taken} = fieldsOf(record)
  const [time, ...others] = own
  const values = new Map<string, Value>()
  const put = (group: typeof own, isTaken = false) => {
    for (const [name, value] of group) values.set(name, {value, taken: isTaken})
  }
  put(time ? [time] : [])
  put([['message', record.message ?? '']])
  put(others)
  put(error)
  if (record.error?.stack !== undefined) put([['error.stack', record.error.stack]])
  put(attributes)
  if (record.raw !== undefined) put([['raw', record.raw]], true)
  put(taken, true)
  return values
}

function pairOf(name: string, left: Value | undefined, right: Value | undefined): FieldPair {
  const pair: FieldPair = {name, taken: (left ?? right)?.taken ?? false}
  if (left) pair.left = valueText(left.value)
  if (right) pair.right = valueText(right.value)
  const delta = left && right ? deltaOf(name, left.value, right.value) : undefined
  if (delta !== undefined) pair.delta = delta
  return pair
}

function deltaOf(name: string, left: unknown, right: unknown): string | undefined {
  if (TIMES.has(name) && typeof left === 'string' && typeof right === 'string') {
    const ms = millisecondsAfter(left)(right)
    return Number.isFinite(ms) && ms !== 0 ? signed(ms, formatDuration) : undefined
  }
  if (typeof left !== 'number' || typeof right !== 'number' || left === right || CODES.test(name)) return undefined
  // 0.30000000000000004 is nobody's difference.
  const plain = (value: number) => String(Number(value.toPrecision(12)))
  return signed(right - left, name === 'duration_ms' ? formatDuration : plain)
}

function signed(value: number, format: (value: number) => string): string {
  return `${value < 0 ? '-' : '+'}${format(Math.abs(value))}`
}
