import {unreachable} from '../../errors/logflow-error.js'
import type {Bound, Test, TimeField} from '../../query/query.js'
import {compileValue} from './compile-value.js'
import type {Parameters} from './sql.js'
import {readBound} from './time.js'

/** A test on a moment; bounds are compared as instants, patterns with the text that the record has. */
export function compileTime(name: TimeField, test: Test, parameters: Parameters): string {
  const ordered = name === '@timestamp' ? eventTime : textTime(name === 'ingested_at' ? 'ingested' : 'observed')
  const text = name === '@timestamp' ? EVENT_TEXT : name === 'ingested_at' ? 'ingested' : 'observed'
  switch (test.kind) {
    case 'exists':
      return `${name === '@timestamp' ? 'time' : text} IS NOT NULL`
    case 'equals':
      return ordered('=', test.value, parameters)
    case 'range': {
      const {from, to} = test
      const bounds = [
        ...(from ? [ordered(operator('>', from), from.value, parameters)] : []),
        ...(to ? [ordered(operator('<', to), to.value, parameters)] : []),
      ]
      return `(${bounds.join(' AND ')})`
    }
    case 'like':
    case 'regex':
      return compileValue(test, {text, numbers: false}, parameters)
    default:
      return unreachable(test)
  }
}

type Operator = '=' | '<' | '<=' | '>' | '>='

function operator(side: '<' | '>', {inclusive}: Bound): Operator {
  return inclusive ? `${side}=` : side
}

/** Milliseconds and nanoseconds beyond them are columns of their own; the first decides mostly. */
function eventTime(compare: Operator, wanted: string): string {
  const {ms, ns} = readBound(wanted)
  if (compare === '=') return `(time = ${ms} AND ns = ${ns})`
  const side = compare.slice(0, 1)
  return `(time ${side}= ${ms} AND (time ${side} ${ms} OR ns ${compare} ${ns}))`
}

/** RFC 3339 in UTC with 0 to 9 fraction digits: filled up to nine it sorts as the times do. */
function textTime(column: string): (compare: Operator, wanted: string, parameters: Parameters) => string {
  return (compare, wanted, parameters) => {
    const filled = `(left(${column}, 19) || '.' || rpad(replace(substr(${column}, 21), 'Z', ''), 9, '0'))`
    const bound = `${wanted.slice(0, 19)}.${wanted.slice(20).replace('Z', '').padEnd(9, '0')}`
    return `${filled} ${compare} ${parameters.bind(bound)}`
  }
}

/** The time of the record as it was given, with as many digits. */
const EVENT_TEXT = `(strftime(make_timestamp(time * 1000), '%Y-%m-%dT%H:%M:%S')
  || CASE WHEN digits = 0 THEN 'Z' ELSE
    '.' || left(printf('%09d', ((time % 1000 + 1000) % 1000) * 1000000 + ns), digits) || 'Z' END)`
