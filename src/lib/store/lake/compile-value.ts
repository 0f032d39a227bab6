import {unreachable} from '../../errors/logflow-error.js'
import {equalNumberOf, numberOf} from '../../query/number-of.js'
import {type Bound, MAX_FIELD_VALUE, type Test, type Wildcard} from '../../query/query.js'
import {toRe2} from '../../query/regex.js'
import {mapLiterals} from '../../query/wildcard.js'
import {containsRe2, onlyPrefixOf} from './like.js'
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
    case 'range': {
      const {from, to} = test
      const bounds = [
        ...(from ? bound(from, '>', value, parameters) : []),
        ...(to ? bound(to, '<', value, parameters) : []),
      ]
      return inOrder([...bounds, isSearchable(value.text)])
    }
    default:
      return unreachable(test)
  }
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
  if (number !== undefined) {
    const same = `TRY_CAST(${value.text} AS DOUBLE) = ${parameters.bind(number)}`
    return inOrder([same, readsAsNumber(value.text), isSearchable(value.text)])
  }
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
  const pattern = folded === undefined ? given : mapLiterals(given, (literal) => literal.toLowerCase())
  const compared = folded ?? printed ?? text
  const prefix = onlyPrefixOf(pattern)
  if (prefix !== undefined) return `starts_with(${compared}, ${parameters.bind(prefix)})`
  return matchesRe2(compared, `^${containsRe2(pattern, '(?s:.)')}$`)
}

function bound(
  {value: wanted, inclusive}: Bound,
  side: '<' | '>',
  {text, printed, folded}: SqlValue,
  parameters: Parameters,
): string[] {
  const compare = inclusive ? `${side}=` : side
  const number = numberOf(wanted)
  if (number === undefined) {
    const compared = folded ?? printed ?? text
    return [`${compared} ${compare} ${parameters.bind(folded === undefined ? wanted : wanted.toLowerCase())}`]
  }
  const value = `TRY_CAST(${text} AS DOUBLE)`
  return [`${value} ${compare} ${parameters.bind(number)}`, `isfinite(${value})`, readsAsNumber(text)]
}

/** JSON's syntax of numbers, as numberOf() reads it. */
const NUMBER = '^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$'

function readsAsNumber(text: string): string {
  return matchesRe2(text, NUMBER)
}

function matchesRe2(text: string, pattern: string): string {
  return `regexp_matches(${text}, ${quote(pattern)})`
}

/** Not longer than MAX_FIELD_VALUE in UTF-16 units, counted only where the bytes could be too many. */
export function isSearchable(text: string): string {
  const utf16 = `length(${text}) + length(regexp_replace(${text}, '[^\\x{10000}-\\x{10FFFF}]', '', 'g'))`
  return `(strlen(${text}) <= ${MAX_FIELD_VALUE} OR ${utf16} <= ${MAX_FIELD_VALUE})`
}
