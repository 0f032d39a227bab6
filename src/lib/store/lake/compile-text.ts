// Words, wild words and regular expressions in the text of a record, over the columns `message` and `words`.
// `words` has the words of a text with a blank around each: of messages that are not ASCII, and where the message is
// empty of each value in the attributes, a line each (see rows.ts). Segments of an older logflow lack the latter.

import type {Regex, Wildcard} from '../../query/query.js'
import {leastLengthOf, toRe2} from '../../query/regex.js'
import {MAX_WORD, tokenize} from '../../query/tokenize.js'
import {inOrder} from './compile-value.js'
import {containsRe2, leastLength, longestLiteral, onlyPrefixOf, simplified} from './like.js'
import {type Parameters, quote} from './sql.js'

const ASCII_WORD = /^[a-z0-9_]+$/
const WORD_PART = /^[\p{L}\p{N}_]*$/u

/** Words in a row. */
export function compilePhrase(words: string[], parameters: Parameters): string {
  // What the tokenizer does not give as a word is found in no text.
  if (words.length === 0 || words.some((word) => tokenize(word)[0] !== word)) return 'false'
  const inWords = `contains(words, ${parameters.bind(` ${words.join(' ')} `)})`
  if (!words.every((word) => ASCII_WORD.test(word))) return inText(inWords, 'false')
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a))
  const pattern = words.map((word) => (word.length === MAX_WORD ? `${word}[a-z0-9_]*` : word)).join('[^a-z0-9_]+')
  return inText(inWords, inAscii(longest, pattern))
}

const ANY_WORD: Wildcard = [{any: 'one'}, {any: 'many'}]

/** One whole word that is like a pattern. */
export function compileWildWord(given: Wildcard): string {
  // No word is empty.
  const pattern = leastLength(given) === 0 ? ANY_WORD : simplified(given)
  if (leastLength(pattern) > MAX_WORD) return 'false'
  const literals = pattern.filter((part) => typeof part === 'string')
  if (!literals.every((literal) => WORD_PART.test(literal))) return 'false'
  const inWords = `regexp_matches(words, ${quote(` ${containsRe2(pattern, '[^ \\n]')} `)})`
  if (!literals.every((literal) => literal === '' || ASCII_WORD.test(literal))) return inText(inWords, 'false')
  const inMessage = inAscii(longestLiteral(pattern), containsRe2(pattern, '[a-z0-9_]'))
  // Long words are cut before they are compared, which makes a difference but for what they begin with.
  if (onlyPrefixOf(pattern) !== undefined) return inText(inWords, inMessage)
  return inText(inWords, inMessage, `WHEN ${HAS_LONG_WORD} THEN NULL`)
}

/** By cutting it: RE2 takes 30 ms a message to count up to so many characters. */
const HAS_LONG_WORD = `strlen(message) > ${MAX_WORD} AND len(list_filter(regexp_split_to_array(message, '[^A-Za-z0-9_]+'), lambda word: strlen(word) > ${MAX_WORD})) > 0`

const LONG_MATCH = 20

/** Somewhere in a text. Of records without a message the columns have the words, and not the values. */
export function compileTextRegex(regex: Regex): string {
  const matches = `regexp_matches(message, ${quote(toRe2(regex))})`
  // What counts many characters is dear even of texts that are too short for it.
  const least = leastLengthOf(regex)
  const inMessage = least < LONG_MATCH ? matches : inOrder([`strlen(message) >= ${least}`, matches])
  return `CASE WHEN exact IS NOT NULL THEN NULL WHEN message <> '' THEN ${inMessage} WHEN words = '' THEN false END`
}

/** In `words` where there are some, else in the message, which then is ASCII. */
function inText(inWords: string, inMessage: string, first = ''): string {
  return `CASE WHEN words IS NOT NULL THEN ${inWords} ${first} WHEN message = '' THEN NULL ELSE ${inMessage} END`
}

/**
 * What is dearest comes last: most messages lack the digits that an id has, which need no lower case, and most of the
 * others the literal. A regular expression that ignores case would be no quicker: each part of a query compiles its own.
 */
function inAscii(literal: string, pattern: string): string {
  const whole = `regexp_matches(lower(message), ${quote(`(?:^|[^a-z0-9_])${pattern}(?:$|[^a-z0-9_])`)})`
  if (literal === '') return whole
  const digits = (literal.match(/[0-9_]{2,}/g) ?? []).reduce((a, b) => (b.length > a.length ? b : a), '')
  const needed = [
    ...(digits === '' ? [] : [`contains(message, ${quote(digits)})`]),
    `contains(lower(message), ${quote(literal)})`,
  ]
  return inOrder([...needed, whole])
}
