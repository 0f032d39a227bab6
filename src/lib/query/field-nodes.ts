// A value as it was typed → what it asks of the field it was typed for.

import {LogflowError, unreachable} from '../errors/logflow-error.js'
import {compareTimes} from '../record/order.js'
import {compareCodePoints} from './code-points.js'
import type {Target} from './field-names.js'
import {levelNode} from './level-nodes.js'
import {numberOf} from './number-of.js'
import {parseTime} from './parse-time.js'
import type {Bound, Field, QueryNode, Test} from './query.js'
import type {Operator, Plain, Quoted} from './query-scanner.js'
import type {End, Reading, Value} from './query-values.js'
import {isAnything, literalOf, textNode} from './text-nodes.js'

type Fields = Extract<Target, {kind: 'fields'}>
type Hold = Fields['hold']

/** The node for one value of a field. */
export function fieldNode(target: Target, value: Value, reading: Reading): QueryNode {
  switch (target.kind) {
    case 'level':
      return levelNode(value, reading)
    case 'texts':
      return messageNode(value, reading)
    case 'fields':
      return nodeOf(target.fields, testOf(value, target.hold, reading))
    case 'object':
      throw reading.error(value.at, 'only * was expected here')
    default:
      return unreachable(target)
  }
}

/** After `message:` words, phrases and regular expressions are what they are without it. */
function messageNode(value: Value, reading: Reading): QueryNode {
  if (value.kind === 'regex') return {kind: 'text-regex', regex: value.regex}
  const isText = value.kind === 'quoted' || (value.kind === 'plain' && !isAnything(value.pattern))
  return isText ? textNode(value, reading) : nodeOf([MESSAGE], testOf(value, 'text', reading))
}

const MESSAGE: Field = {in: 'record', name: 'message'}

/** Any of these fields passes. */
export function nodeOf(fields: Field[], test: Test): QueryNode {
  const nodes = fields.map((field): QueryNode => ({kind: 'field', field, test}))
  return nodes.length === 1 ? (nodes[0] as QueryNode) : {kind: 'or', nodes}
}

function testOf(value: Value, hold: Hold, reading: Reading): Test {
  switch (value.kind) {
    case 'quoted':
      return equals(value, hold, reading)
    case 'plain':
      if (isAnything(value.pattern)) return {kind: 'exists'}
      if (literalOf(value.pattern) !== undefined) return equals(value, hold, reading)
      if (hold === 'times') throw reading.error(value.at, NO_PATTERN)
      return {kind: 'like', pattern: value.pattern}
    case 'regex':
      if (hold === 'times') throw reading.error(value.at, NO_PATTERN)
      return {kind: 'regex', regex: value.regex}
    case 'compared':
      return compared(value.operator, value.value, hold, reading)
    case 'range':
      return range(value.from, value.until, value.at, hold, reading)
    default:
      return unreachable(value)
  }
}

const NO_PATTERN = 'a time was expected here; times are compared: >2026-11-21T09:00, [yesterday TO today}'

function equals(value: Quoted | Plain, hold: Hold, reading: Reading): Test {
  const text = textOf(value, reading)
  const quoted = value.kind === 'quoted'
  if (hold === 'times') return {kind: 'equals', value: momentOf(text, value.at, reading), quoted}
  if (hold === 'numbers' && numberOf(text) === undefined) throw reading.error(value.at, NO_NUMBER)
  return {kind: 'equals', value: text, quoted}
}

const NO_NUMBER = 'a number was expected here, as this field holds nothing else'

function compared(operator: Operator, value: Quoted | Plain, hold: Hold, reading: Reading): Test {
  if (operator === '=') return equals(value, hold, reading)
  const end = {value, inclusive: operator.endsWith('=')}
  return operator.startsWith('>')
    ? range(end, undefined, value.at, hold, reading)
    : range(undefined, end, value.at, hold, reading)
}

function range(from: End | undefined, until: End | undefined, at: number, hold: Hold, reading: Reading): Test {
  if (!from && !until) return {kind: 'exists'}
  const low = from && boundOf(from, hold, reading)
  const high = until && boundOf(until, hold, reading)
  if (low && high) checkOrder(low, high, at, hold, reading)
  return {kind: 'range', ...(low && {from: low}), ...(high && {to: high})}
}

function checkOrder(low: Bound, high: Bound, at: number, hold: Hold, reading: Reading): void {
  const [from, to] = [numberOf(low.value), numberOf(high.value)]
  if (hold !== 'times' && (from === undefined) !== (to === undefined))
    throw reading.error(at, 'both ends of a range must be numbers, or neither')
  const order =
    hold === 'times'
      ? compareTimes(low.value, high.value)
      : from !== undefined && to !== undefined
        ? from - to
        : compareCodePoints(low.value, high.value)
  if (order > 0) throw reading.error(at, 'nothing lies between these: the smaller end comes first')
}

function boundOf({value, inclusive}: End, hold: Hold, reading: Reading): Bound {
  const text = textOf(value, reading)
  if (hold === 'times') return {value: momentOf(text, undefined, reading, value.at), inclusive}
  const isNumber = numberOf(text) !== undefined
  if (hold === 'numbers' && !isNumber) throw reading.error(value.at, NO_NUMBER)
  if (value.kind === 'quoted' && isNumber && hold !== 'numbers')
    throw reading.error(
      value.at,
      'a number was expected without quotes: as text it would not be in the order of numbers',
    )
  if (value.kind === 'plain' && !isNumber) checkText(text, value.at, reading)
  return {value: text, inclusive}
}

/** Like a number, but not as JSON writes one: `10ms`, `+5`, `1_000`, `5%`. */
const NEARLY_NUMBER = /^[+-]?(?:\d[\d_,]*)?\.?\d*(?:e[+-]?\d+)?\s*[a-zµ%]{0,3}$/i

function checkText(text: string, at: number, reading: Reading): void {
  if (/\d/.test(text) && NEARLY_NUMBER.test(text))
    throw reading.error(at, 'a number was expected here, as JSON writes it: 10, -1.5, 2e3; quote it to compare as text')
  if (/^now\b/i.test(text))
    throw reading.error(
      at,
      'times are understood for @timestamp, observed_timestamp and ingested_at only; quote it to compare as text',
    )
}

/** The text of a value without wildcards. */
function textOf(value: Quoted | Plain, reading: Reading): string {
  if (value.kind === 'quoted') return value.text
  const text = literalOf(value.pattern)
  if (text === undefined)
    throw reading.error(value.at, 'a value without wildcards was expected here; quote it to take it as it is')
  return text
}

function momentOf(text: string, whole: number | undefined, reading: Reading, at = whole ?? 0): string {
  if (whole !== undefined && /^\d{4}-\d\d(?:-\d\d)?$/.test(text))
    throw reading.error(at, `a moment was expected here; for all of that time write [${text} TO …}`)
  try {
    return parseTime(text, reading.now, reading.zone)
  } catch (error) {
    if (!(error instanceof LogflowError)) throw error
    throw reading.error(at, [error.message, ...error.suggestions.slice(0, 1)].join(': '))
  }
}
