// Tests on fields as questions to Elasticsearch. Where a field lies decides how it is asked: the names of a record are
// keywords of their own, its numbers and times are doc values, and all else are terms (see field-terms.ts).

import {unreachable} from '../../errors/logflow-error.js'
import {equalNumberOf, numberOf} from '../../query/number-of.js'
import {parseRegex} from '../../query/parse-regex.js'
import {
  type Bound,
  CASELESS_FIELDS,
  type Field,
  NUMBER_FIELDS,
  type RecordField,
  STRING_FIELDS,
  type StringField,
  TEXT_FIELDS,
  type Test,
  TIME_FIELDS,
  type Wildcard,
} from '../../query/query.js'
import {toValueTest} from '../../query/to-test.js'
import {mapLiterals, toLike} from '../../query/wildcard.js'
import {LEVELS} from '../../record/level.js'
import {ALL, and, atMost, type Bounds, between, exactly, NO_RECORD, noneOf, or, UNKNOWN} from './bounds.js'
import {compileNumber} from './compile-number.js'
import {isWellFormed, prefix, type TextPlace, textEquals, textLike, textMatches, textWithin} from './compile-text.js'
import {compileTime} from './compile-time.js'
import {textLikeWhole, textRegex} from './compile-words.js'
import {attributeTerms, numberTerm, recordTerms, SEPARATOR} from './field-terms.js'
import {DETERMINIZE_EFFORT, escapeLucene, fitsLucene, regexToLucene, wildcardToLucene} from './lucene-pattern.js'

const TERMS = 'folded.terms'

export function compileField(field: Field, test: Test): Bounds {
  switch (field.in) {
    case 'record':
      return compileRecordField(field.name, test)
    case 'attributes': {
      const path = attributeTerms(field.path)
      // Documents with such a path have no terms.
      return path === undefined ? exactly(NO_RECORD.upper, 'terms') : onTerms(path, test, true)
    }
    case 'any':
      return compileAnyField(field.pattern, test)
    default:
      return unreachable(field)
  }
}

function compileRecordField(name: RecordField, test: Test): Bounds {
  if (isOneOf(NUMBER_FIELDS, name)) return compileNumber(name, test)
  if (isOneOf(TIME_FIELDS, name)) return compileTime(name, test)
  if (isOneOf(STRING_FIELDS, name)) return CASELESS_FIELDS.has(name) ? caseless(name, test) : onName(name, test)
  switch (name) {
    case 'id':
      return onId(test)
    case 'message':
      return onMessage(test)
    case 'source.id':
      return test.kind === 'exists' ? ALL : test.kind === 'equals' ? textEquals(SOURCE, test.value) : UNKNOWN
    case 'raw': {
      const present = prefix(TERMS, recordTerms(name))
      return test.kind === 'exists' ? exactly(present, 'terms') : atMost(present, 'terms')
    }
    default:
      return onTerms(recordTerms(name), test, false)
  }
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name)
}

const SOURCE: TextPlace = {field: 'source.id', before: '', needs: []}

function onId(test: Test): Bounds {
  if (test.kind === 'exists') return ALL
  return test.kind === 'equals' && isWellFormed(test.value) ? exactly({ids: {values: [test.value]}}) : UNKNOWN
}

/** What is too long to be compared is read in vain. */
function onMessage(test: Test): Bounds {
  switch (test.kind) {
    case 'exists':
      return ALL
    case 'regex':
      return textRegex(test.regex)
    case 'like':
      return textLikeWhole(test.pattern)
    default:
      return UNKNOWN
  }
}

/** A name in a keyword field of its own; one that is too long for it is in `_ignored`. */
function onName(name: StringField, test: Test): Bounds {
  const place: TextPlace = {field: name, before: '', needs: ['names']}
  switch (test.kind) {
    case 'exists':
      return or([exactly({exists: {field: name}}), exactly({term: {_ignored: {value: name}}})])
    case 'equals':
      return textEquals(place, test.value)
    case 'like':
      return textLike(place, test.pattern)
    case 'regex':
      return textMatches(place, test.regex)
    case 'range':
      return range(place, recordTerms(name), test.from, test.to)
    default:
      return unreachable(test)
  }
}

/** A name that is lower-case already has no case-less copy: it is its own. */
function caseless(name: StringField, test: Test): Bounds {
  const folded: TextPlace = {field: `folded.${name}`, before: '', needs: ['names']}
  const own: TextPlace = {field: name, before: '', needs: ['names']}
  const isOwn = exactly(noneOf({exists: {field: folded.field}}))
  switch (test.kind) {
    case 'equals': {
      const value = test.value.toLowerCase()
      return or([textEquals(own, value), textEquals(folded, value)])
    }
    case 'like': {
      const pattern = mapLiterals(test.pattern, (text) => text.toLowerCase())
      return or([and([textLike(own, pattern), isOwn]), textLike(folded, pattern)])
    }
    case 'range': {
      const [from, to] = [foldedBound(test.from), foldedBound(test.to)]
      const terms = recordTerms(name)
      return or([and([range(own, terms, from, to), isOwn]), range(folded, terms, from, to)])
    }
    default:
      return onName(name, test)
  }
}

function foldedBound(bound: Bound | undefined): Bound | undefined {
  return bound && {...bound, value: bound.value.toLowerCase()}
}

/** @param numbers whether values that read as numbers are equal as such */
function onTerms(path: string, test: Test, numbers: boolean): Bounds {
  const place: TextPlace = {field: TERMS, before: `${path}s`, behind: `${path}t`, needs: ['terms']}
  switch (test.kind) {
    case 'exists':
      return exactly(prefix(TERMS, path), 'terms')
    case 'equals': {
      const number = numbers && !test.quoted ? equalNumberOf(test.value) : undefined
      if (number === undefined) return textEquals(place, test.value)
      return exactly({term: {[TERMS]: {value: path + numberTerm(number)}}}, 'terms')
    }
    case 'like':
      return textLike(place, test.pattern)
    case 'regex':
      return textMatches(place, test.regex)
    case 'range': {
      const {upper, lower} = range(place, path, test.from, test.to)
      // Two values of a list may each pass one of two ranges.
      return isMixed(test.from, test.to) ? atMost(upper, 'terms') : between(upper, lower, 'terms')
    }
    default:
      return unreachable(test)
  }
}

/** @param path what the number terms of the field begin with */
function range(place: TextPlace, path: string, from: Bound | undefined, to: Bound | undefined): Bounds {
  if (isMixed(from, to)) return and([range(place, path, from, undefined), range(place, path, undefined, to)])
  const [least, most] = [from, to].map((bound) => bound && numberOf(bound.value))
  if (least === undefined && most === undefined) return textWithin(place, from, to)
  const bounds: Record<string, string> = {
    [from?.inclusive === false ? 'gt' : 'gte']: least === undefined ? `${path}n` : path + numberTerm(least),
    [to?.inclusive ? 'lte' : 'lt']: most === undefined ? `${path}o` : path + numberTerm(most),
  }
  return exactly({range: {[TERMS]: bounds}}, 'terms')
}

/** One end is a number and the other is not. */
function isMixed(from: Bound | undefined, to: Bound | undefined): boolean {
  if (!from || !to) return false
  return (numberOf(from.value) === undefined) !== (numberOf(to.value) === undefined)
}

function compileAnyField(pattern: Wildcard, test: Test): Bounds {
  const isMeant = toLike(pattern)
  const fields = TEXT_FIELDS.filter(isMeant).map((name) => compileRecordField(name, test))
  const passes = toValueTest(test, 'caseless')
  const levels = isMeant('level') ? LEVELS.filter(passes) : []
  if (levels.length > 0) fields.push(exactly({terms: {level: levels}}))
  return or([...fields, onAnyAttribute(pattern, test)])
}

/** The paths of attributes have no separator, and the terms of record fields begin with it. */
function onAnyAttribute(pattern: Wildcard, test: Test): Bounds {
  const path = wildcardToLucene(pattern, SEPARATOR)
  if (path === undefined) return UNKNOWN
  const terms = (rest: string) => ({
    regexp: {
      [TERMS]: {value: `${path}\\${SEPARATOR}${rest}`, flags: 'NONE', max_determinized_states: DETERMINIZE_EFFORT},
    },
  })
  const exact = (rest: string) => (fitsLucene(path + rest) ? exactly(terms(rest), 'terms') : UNKNOWN)
  switch (test.kind) {
    case 'exists':
      // A path alone may be that of an object, which is no value, or of a value too long to be indexed.
      return between(terms('.*'), terms('[sn].*'), 'terms')
    case 'equals': {
      if (!isWellFormed(test.value)) return exactly(NO_RECORD.upper, 'terms')
      const number = test.quoted ? undefined : equalNumberOf(test.value)
      return exact(escapeLucene(number === undefined ? `s${test.value}` : numberTerm(number)))
    }
    case 'like': {
      const whole = wildcardToLucene(test.pattern)
      return whole === undefined || !isWellFormed(whole) ? atMost(terms('s.*'), 'terms') : exact(`s${whole}`)
    }
    case 'regex': {
      const printed = regexToLucene(parseRegex(test.regex.source, test.regex.ignoreCase))
      if (printed === undefined) return atMost(terms('s.*'), 'terms')
      return printed.exact ? exact(`s${printed.text}`) : atMost(exact(`s${printed.text}`).upper, 'terms')
    }
    case 'range':
      return atMost(terms('[sn].*'), 'terms')
    default:
      return unreachable(test)
  }
}
