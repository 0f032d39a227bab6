// Tests on the text of values that are indexed as whole terms.

import {parseRegex} from '../../query/parse-regex.js'
import {type Bound, MAX_FIELD_VALUE, type Regex, type Wildcard} from '../../query/query.js'
import {atMost, type Bounds, type Dsl, exactly, type Need, NO_RECORD} from './bounds.js'
import {DETERMINIZE_EFFORT, escapeLucene, fitsLucene, regexToLucene, toLuceneWildcard} from './lucene-pattern.js'

/** No indexed text is longer; case-less copies may be three times as long as the names. */
const LONGEST = MAX_FIELD_VALUE * 3

/** The server makes bounds into an automaton of 1,000 states at most. */
const MAX_BOUND_BYTES = 900

/** Where the texts of a field lie: terms of an indexed field, after the same beginning each. */
export interface TextPlace {
  field: string
  before: string
  /** Behind every term with that beginning, in the order of code points. */
  behind?: string
  needs: Need[]
}

/** A text is this one. */
export function textEquals({field, before, needs}: TextPlace, value: string): Bounds {
  if (value.length > LONGEST || !isWellFormed(value)) return exactly(NO_RECORD.upper, ...needs)
  return exactly({term: {[field]: {value: before + value}}}, ...needs)
}

/** A text is like this as a whole. */
export function textLike(place: TextPlace, pattern: Wildcard): Bounds {
  const {field, before, needs} = place
  const literal = pattern.filter((part) => typeof part === 'string').join('')
  if (!isWellFormed(literal)) return atMost(anyText(place), ...needs)
  if (literal.length > LONGEST) return exactly(NO_RECORD.upper, ...needs)
  const [first, second] = pattern
  if (pattern.length === 1 && isMany(first)) return exactly(anyText(place), ...needs)
  if (pattern.length === 2 && typeof first === 'string' && isMany(second))
    return exactly(prefix(field, before + first), ...needs)
  const value = toLuceneWildcard([before, ...pattern])
  if (value !== undefined) return exactly({wildcard: {[field]: {value}}}, ...needs)
  return atMost(typeof first === 'string' ? prefix(field, before + first) : anyText(place), ...needs)
}

/** Something in a text is like this. */
export function textMatches(place: TextPlace, regex: Regex): Bounds {
  const {field, before, needs} = place
  const printed = regexToLucene(parseRegex(regex.source, regex.ignoreCase))
  const value = escapeLucene(before) + (printed?.text ?? '')
  if (printed === undefined || !fitsLucene(value)) return atMost(anyText(place), ...needs)
  const dsl = {regexp: {[field]: {value, flags: 'NONE', max_determinized_states: DETERMINIZE_EFFORT}}}
  return printed.exact ? exactly(dsl, ...needs) : atMost(dsl, ...needs)
}

/** A text lies between these, by code points; neither reads as a number. */
export function textWithin(place: TextPlace, from: Bound | undefined, to: Bound | undefined): Bounds {
  const {field, before, behind, needs} = place
  const bounds: Record<string, string> = {}
  if (from) bounds[from.inclusive ? 'gte' : 'gt'] = before + from.value
  else if (before !== '') bounds.gte = before
  if (to) bounds[to.inclusive ? 'lte' : 'lt'] = before + to.value
  else if (behind !== undefined) bounds.lt = behind
  const areTaken = Object.values(bounds).every(
    (bound) => isWellFormed(bound) && Buffer.byteLength(bound) <= MAX_BOUND_BYTES,
  )
  if (!areTaken) return atMost(anyText(place), ...needs)
  return exactly({range: {[field]: bounds}}, ...needs)
}

/** Documents with a text there, or with more. */
export function anyText({field, before}: TextPlace): Dsl {
  return before === '' ? {exists: {field}} : prefix(field, before)
}

export function prefix(field: string, value: string): Dsl {
  return {prefix: {[field]: {value}}}
}

function isMany(part: Wildcard[number] | undefined): boolean {
  return typeof part === 'object' && part.any === 'many'
}

/** Half a surrogate pair is no character: the server would store and compare something else. */
export function isWellFormed(text: string): boolean {
  return !/[\ud800-\udfff]/u.test(text)
}
