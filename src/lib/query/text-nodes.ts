import type {QueryNode, Wildcard} from './query.js'
import type {Plain, Quoted} from './query-scanner.js'
import type {Reading} from './query-values.js'
import {tokenize} from './tokenize.js'

/** The literal text of a pattern; `undefined` where it holds wildcards. */
export function literalOf(pattern: Wildcard): string | undefined {
  if (pattern.length === 0) return ''
  const [only] = pattern
  return pattern.length === 1 && typeof only === 'string' ? only : undefined
}

/** Whether it is `*` alone. */
export function isAnything(pattern: Wildcard): boolean {
  const [only] = pattern
  return pattern.length === 1 && typeof only === 'object' && only.any === 'many'
}

/** A bare word, a phrase or a word with wildcards: what looks in the record's texts. */
export function textNode(part: Quoted | Plain, reading: Reading): QueryNode {
  if (part.kind === 'quoted') return phrase(part.text, part, reading)
  const text = literalOf(part.pattern)
  return text === undefined ? wildWord(part, reading) : phrase(text, part, reading)
}

function phrase(text: string, {at}: {at: number}, reading: Reading): QueryNode {
  const words = tokenize(text)
  if (words.length > 0) return {kind: 'phrase', words}
  throw reading.error(at, 'a word was expected here: letters, digits and _ are what is searched')
}

/** What a literal run of a word with wildcards is made of. */
export const WORD_CHARACTERS = /^[\p{L}\p{N}_]*$/u

function wildWord({pattern, at}: Plain, reading: Reading): QueryNode {
  const normal = pattern.map((part) => (typeof part === 'string' ? part.normalize('NFKC').toLowerCase() : part))
  if (normal.some((part) => typeof part === 'string' && !WORD_CHARACTERS.test(part)))
    throw reading.error(
      at,
      'wildcards stand for parts of one word: letters, digits and _; for more use a regular expression: /…/',
    )
  return {kind: 'wild-word', pattern: normal}
}
