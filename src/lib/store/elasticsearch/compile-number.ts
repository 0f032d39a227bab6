// Tests on the numbers of a record's own fields, which are doc values.

import {equalNumberOf, numberOf} from '../../query/number-of.js'
import type {Bound, NumberField, Test} from '../../query/query.js'
import {and, atMost, type Bounds, exactly, type Need, NO_RECORD} from './bounds.js'

/** Beyond these the server refuses a bound of a field of whole numbers; no value lies there. */
const LEAST_WHOLE = -(2 ** 31)
const MOST_WHOLE = 2 ** 31 - 1
const MOST_LARGE = Number.MAX_SAFE_INTEGER

/** Documents of schema 1 have these by name. */
const ALWAYS: readonly NumberField[] = ['duration_ms', 'severity_number', 'source.offset']

export function compileNumber(field: NumberField, test: Test): Bounds {
  const needs: Need[] = ALWAYS.includes(field) ? [] : ['terms']
  const present = {exists: {field}}
  switch (test.kind) {
    case 'exists':
      return exactly(present, ...needs)
    case 'equals':
      return equals(field, test.value, test.quoted, needs)
    case 'range':
      return and([test.from, test.to].flatMap((bound, end) => (bound ? [within(field, bound, end === 0, needs)] : [])))
    default:
      // How a number reads is not indexed.
      return atMost(present, ...needs)
  }
}

function equals(field: NumberField, value: string, quoted: boolean, needs: Need[]): Bounds {
  const number = quoted ? undefined : equalNumberOf(value)
  if (number !== undefined) return is(field, number, needs)
  // The same text: that of a number is what JSON prints.
  const same = numberOf(value)
  return same !== undefined && JSON.stringify(same) === value
    ? is(field, same, needs)
    : exactly(NO_RECORD.upper, ...needs)
}

function is(field: NumberField, value: number, needs: Need[]): Bounds {
  const [least, most] = limits(field)
  const possible = field === 'duration_ms' || (Number.isInteger(value) && value >= least && value <= most)
  return exactly(possible ? {term: {[field]: {value}}} : NO_RECORD.upper, ...needs)
}

function within(field: NumberField, bound: Bound, isFrom: boolean, needs: Need[]): Bounds {
  const number = numberOf(bound.value)
  if (number === undefined) return atMost({exists: {field}}, ...needs)
  const {inclusive} = bound
  if (field === 'duration_ms') return range(field, isFrom, number, inclusive, needs)
  // The nearest whole number inside, so that nothing is rounded by others.
  const whole = isFrom
    ? inclusive || !Number.isInteger(number)
      ? Math.ceil(number)
      : number + 1
    : inclusive || !Number.isInteger(number)
      ? Math.floor(number)
      : number - 1
  const [least, most] = limits(field)
  if (isFrom ? whole > most : whole < least) return exactly(NO_RECORD.upper, ...needs)
  return range(field, isFrom, Math.min(most, Math.max(least, whole)), true, needs)
}

function range(field: NumberField, isFrom: boolean, value: number, inclusive: boolean, needs: Need[]): Bounds {
  const operator = `${isFrom ? 'g' : 'l'}t${inclusive ? 'e' : ''}`
  return exactly({range: {[field]: {[operator]: value}}}, ...needs)
}

function limits(field: NumberField): [least: number, most: number] {
  return field === 'severity_number' ? [LEAST_WHOLE, MOST_WHOLE] : [-MOST_LARGE, MOST_LARGE]
}
