import {unreachable} from '../errors/logflow-error.js'
import {compareTimes} from '../record/order.js'
import {compareCodePoints} from './code-points.js'
import {equalNumberOf, numberOf} from './number-of.js'
import {type Bound, MAX_FIELD_VALUE, type Test} from './query.js'
import {toSearch} from './regex.js'
import {type Scalar, textOf} from './text-of.js'
import {mapLiterals, toLike} from './wildcard.js'

/** How the values of a field compare: as JSON values, as text without numbers, as such without case, or as instants. */
export type Comparison = 'values' | 'text' | 'caseless' | 'times'

/** Whether a value passes. */
export type ValueTest = (value: Scalar) => boolean

/** What a test means for one value of a field (see Test). */
export function toValueTest(test: Test, comparison: Comparison): ValueTest {
  if (test.kind === 'exists') return () => true
  const holds = toTextTest(test, comparison)
  return (value) => {
    const text = textOf(value)
    return (
      text.length <= MAX_FIELD_VALUE && holds(comparison === 'caseless' && test.kind !== 'regex' ? fold(text) : text)
    )
  }
}

function toTextTest(test: Exclude<Test, {kind: 'exists'}>, comparison: Comparison): (text: string) => boolean {
  switch (test.kind) {
    case 'equals':
      return equals(test.value, test.quoted, comparison)
    case 'like':
      return toLike(comparison === 'caseless' ? mapLiterals(test.pattern, fold) : test.pattern)
    case 'regex':
      return toSearch(test.regex)
    case 'range': {
      const {from, to} = test
      const above = from ? within(from, 1, comparison) : () => true
      const below = to ? within(to, -1, comparison) : () => true
      return (text) => above(text) && below(text)
    }
    default:
      return unreachable(test)
  }
}

function equals(value: string, quoted: boolean, comparison: Comparison): (text: string) => boolean {
  if (comparison === 'times') return (text) => compareTimes(text, value) === 0
  const wanted = comparison === 'caseless' ? fold(value) : value
  const number = quoted || comparison !== 'values' ? undefined : equalNumberOf(value)
  if (number === undefined) return (text) => text === wanted
  return (text) => text === wanted || numberOf(text) === number
}

/** @param side 1 for what lies above the bound, -1 for what lies below it */
function within(bound: Bound, side: 1 | -1, comparison: Comparison): (text: string) => boolean {
  const compare = toCompare(bound.value, comparison)
  return (text) => {
    const order = compare(text) * side
    return order > 0 || (order === 0 && bound.inclusive)
  }
}

/** The order of a text after (over 0) or before a bound; NaN where they do not compare. */
function toCompare(value: string, comparison: Comparison): (text: string) => number {
  if (comparison === 'times') return (text) => compareTimes(text, value)
  const number = numberOf(value)
  if (number !== undefined) return (text) => compareNumbers(numberOf(text), number)
  const wanted = comparison === 'caseless' ? fold(value) : value
  return (text) => compareCodePoints(text, wanted)
}

function compareNumbers(value: number | undefined, bound: number): number {
  if (value === undefined) return Number.NaN
  return value === bound ? 0 : value < bound ? -1 : 1
}

function fold(text: string): string {
  return text.toLowerCase()
}
