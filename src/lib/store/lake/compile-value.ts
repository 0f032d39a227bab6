import {unreachable} from '../../errors/logflow-error.js'
import {equalNumberOf, numberOf} from '../../query/number-of.js'
import {MAX_FIELD_VALUE, type Test, type Wildcard} from '../../query/query.js'
import {toRe2} from '../../query/regex.js'
import {mapLiterals} from '../../query/wildcard.js'
import {containsRe2, leastLength, onlyPrefixOf, simplified} from './like.js'
import {type Parameters, quote} from './sql.js'

/** One value as SQL sees it. */
export interface SqlValue {
  /** Its text, NULL where there is none. */
  text: string
  /** The same with numbers as JSON prints them, where `text` may have them otherwise. */
  printed?: string
  /** The text as it compares without case, where the field does. */
  folded?: string
  /** Whether unquoted values of a query equal it as numbers. */
  numbers: boolean
  /** Its number, where it is never anything else. */
  number?: string
}

export type ValueTest = Exclude<Test, {kind: 'exists'}>

/** A test of one value; NULL may stand for no. Conditions that cost more come later. */
export function compileValue(test: ValueTest, value: SqlValue, parameters: Parameters): string {
  switch (test.kind) {
    case 'equals':
      return equals(test, value, parameters)
    case 'like':
      return inOrder([like(test.pattern, value, parameters), isSearchable(value.text)])
    case 'regex':
      return inOrder([matchesRe2(value.printed ?? value.text, toRe2(test.regex)), isSearchable(value.text)])
    case 'range':
      return range(test, value, parameters)
    default:
      return unreachable(test)
  }
}

/** Whether one value passes any of these tests; equalities are one condition, however many. NULL may stand for no. */
export function compileAnyValue(tests: ValueTest[], value: SqlValue, parameters: Parameters): string {
  const texts: string[] = []
  const numbers: number[] = []
  const others: ValueTest[] = []
  for (const test of tests) {
    const number = test.kind === 'equals' && !test.quoted && value.numbers ? equalNumberOf(test.value) : undefined
    if (number !== undefined) numbers.push(number)
    else if (test.kind === 'equals' && value.folded === undefined && isPlainText(test.value)) texts.push(test.value)
    else others.push(test)
  }
  const list = (values: Array<string | number>) => values.map((each) => parameters.bind(each)).join(', ')
  const conditions = others.map((test) => compileValue(test, value, parameters))
  if (texts.length > 0) conditions.push(`${value.text} IN (${list(texts)})`)
  if (numbers.length > 0) conditions.push(asNumber(value, (sql) => `${sql} IN (${list(numbers)})`))
  return conditions.length === 1
    ? (conditions[0] as string)
    : `(${conditions.map((condition) => `coalesce(${condition}, false)`).join(' OR ')})`
}

function isPlainText(wanted: string): boolean {
  return wanted.length <= MAX_FIELD_VALUE && !EXPONENT.test(wanted)
}

/** Conditions that must all hold, each looked at only where those before it do: DuckDB reorders an AND as it likes. */
export function inOrder(conditions: string[]): string {
  return conditions.reduceRight((rest, condition) => `CASE WHEN ${condition} THEN ${rest} ELSE false END`)
}

function equals(
  {value: wanted, quoted}: Extract<Test, {kind: 'equals'}>,
  value: SqlValue,
  parameters: Parameters,
): string {
  const number = quoted || !value.numbers ? undefined : equalNumberOf(wanted)
  if (number !== undefined) return asNumber(value, (sql) => `${sql} = ${parameters.bind(number)}`)
  if (value.folded !== undefined) {
    const folded = wanted.toLowerCase()
    const same = `${value.folded} = ${parameters.bind(folded)}`
    // Folding never makes a text shorter, so a short one comes from a searchable value.
    return folded.length > MAX_FIELD_VALUE ? inOrder([same, isSearchable(value.text)]) : same
  }
  if (wanted.length > MAX_FIELD_VALUE) return 'false'
  const text = EXPONENT.test(wanted) ? (value.printed ?? value.text) : value.text
  return `${text} = ${parameters.bind(wanted)}`
}

/** What only a printed number may be, of those that DuckDB prints in a way of its own. */
const EXPONENT = /^-?[\d.]+e[+-]?\d+$/

function like(given: Wildcard, {text, printed, folded}: SqlValue, parameters: Parameters): string {
  // No value is that long, whatever lower case makes of it.
  if (leastLength(given) > 3 * MAX_FIELD_VALUE) return 'false'
  const simple = simplified(given)
  const pattern = folded === undefined ? simple : mapLiterals(simple, (literal) => literal.toLowerCase())
  const compared = folded ?? printed ?? text
  const prefix = onlyPrefixOf(pattern)
  if (prefix !== undefined) return `starts_with(${compared}, ${parameters.bind(prefix)})`
  return matchesRe2(compared, `^${containsRe2(pattern, '(?s:.)')}$`)
}

function range({from, to}: Extract<Test, {kind: 'range'}>, value: SqlValue, parameters: Parameters): string {
  const conditions: string[] = []
  const [low, high] = [from, to].map((bound) => bound && numberOf(bound.value))
  if (low !== undefined || high !== undefined) {
    // What a double cannot hold is no number; between the ends, both included, is one look at the value.
    const first = low === undefined ? -Number.MAX_VALUE : from?.inclusive ? low : nextUp(low)
    const last = high === undefined ? Number.MAX_VALUE : to?.inclusive ? high : -nextUp(-high)
    const within = (sql: string) => `${sql} BETWEEN ${parameters.bind(first)} AND ${parameters.bind(last)}`
    conditions.push(asNumber(value, within))
  }
  const compared = value.folded ?? value.printed ?? value.text
  const bind = (text: string) => parameters.bind(value.folded === undefined ? text : text.toLowerCase())
  if (from && low === undefined) conditions.push(`${compared} ${from.inclusive ? '>=' : '>'} ${bind(from.value)}`)
  if (to && high === undefined) conditions.push(`${compared} ${to.inclusive ? '<=' : '<'} ${bind(to.value)}`)
  const onlyNumbers = (!from || low !== undefined) && (!to || high !== undefined)
  return inOrder(onlyNumbers ? conditions : [...conditions, isSearchable(value.text)])
}

/** A condition on the number that a value is, or that its text reads as: JSON's syntax, as numberOf() has it. */
function asNumber({text, number}: SqlValue, condition: (sql: string) => string): string {
  if (number !== undefined) return condition(number)
  return inOrder([
    condition(`TRY_CAST(${text} AS DOUBLE)`),
    matchesRe2(text, '^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$'),
    `strlen(${text}) <= ${MAX_FIELD_VALUE}`,
  ])
}

/** The next double after this one. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  const bits = new BigInt64Array(1)
  const double = new Float64Array(bits.buffer)
  double[0] = value
  bits[0] = (bits[0] as bigint) + (value > 0 ? 1n : -1n)
  return double[0] as number
}

function matchesRe2(text: string, pattern: string): string {
  return `regexp_matches(${text}, ${quote(pattern)})`
}

/** Not longer than MAX_FIELD_VALUE in UTF-16 units, counted only where the bytes could be too many. */
export function isSearchable(text: string): string {
  const utf16 = `length(${text}) + length(regexp_replace(${text}, '[^\\x{10000}-\\x{10FFFF}]', '', 'g'))`
  return `(strlen(${text}) <= ${MAX_FIELD_VALUE} OR ${utf16} <= ${MAX_FIELD_VALUE})`
}
