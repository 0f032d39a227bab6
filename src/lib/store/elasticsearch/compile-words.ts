// Questions about the words of a record's texts.

import {parseRegex} from '../../query/parse-regex.js'
import type {Regex, Wildcard} from '../../query/query.js'
import type {RegexTree} from '../../query/regex-tree.js'
import {and, atMost, type Bounds, exactly, NO_RECORD, or, UNKNOWN} from './bounds.js'
import {toPieces} from './document.js'
import {toLuceneWildcard} from './lucene-pattern.js'
import {type RequiredWord, requiredWords} from './required-words.js'

/** Words in a row. */
export function phrase(words: string[]): Bounds {
  const pieces = toPieces(words)
  if (pieces.length === 1) return exactly({term: {words: {value: pieces[0]}}}, 'texts')
  // The analyzer would cut them.
  if (pieces.some((piece) => /\s/.test(piece))) return NO_RECORD
  return exactly({match_phrase: {words: {query: pieces.join(' '), analyzer: 'whitespace'}}}, 'texts')
}

/** A whole word is like this. */
export function wildWord(pattern: Wildcard): Bounds {
  const value = toLuceneWildcard(pattern)
  return value === undefined
    ? atMost({exists: {field: 'words'}}, 'patterns')
    : exactly({wildcard: {words: {value}}}, 'patterns')
}

/** Something in a text is like this: of texts only words are indexed, so that those that hold its words are read. */
export function textRegex({source, ignoreCase}: Regex): Bounds {
  return holdingWordsOf(parseRegex(source, ignoreCase))
}

/** A text is like this as a whole, likewise. */
export function textLikeWhole(pattern: Wildcard): Bounds {
  const any: RegexTree = {kind: 'one', of: [], negated: true}
  const parts = pattern.flatMap((part): RegexTree[] =>
    typeof part === 'string'
      ? [...part].map((char) => ({kind: 'one', of: [[codeOf(char), codeOf(char)]], negated: false}))
      : [part.any === 'one' ? any : {kind: 'repeat', part: any, min: 0, max: Number.POSITIVE_INFINITY, lazy: false}],
  )
  return holdingWordsOf({kind: 'row', parts: [{kind: 'start'}, ...parts, {kind: 'end'}]})
}

function codeOf(char: string): number {
  return char.codePointAt(0) as number
}

function holdingWordsOf(tree: RegexTree): Bounds {
  const alternatives = requiredWords(tree)
  if (alternatives === undefined) return UNKNOWN
  const {upper, needs} = or(alternatives.map((words) => and(words.map(holding))))
  return atMost(upper, ...needs)
}

/** Words too long for one term are in pieces, whose documents are read: see Inexact. */
function holding({text, begins, ends}: RequiredWord): Bounds {
  if (begins && ends) return exactly({term: {words: {value: text}}}, 'patterns')
  const pattern = `${begins ? '' : '*'}${text}${ends ? '' : '*'}`
  return exactly({wildcard: {words: {value: pattern}}}, 'patterns')
}
