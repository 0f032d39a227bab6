import type {Wildcard} from '../../query/query.js'

/** A pattern as RE2, in which wildcards take characters of one kind. */
export function containsRe2(pattern: Wildcard, character: string): string {
  return pattern
    .map((part) => (typeof part === 'string' ? escapeRe2(part) : part.any === 'many' ? `${character}*` : character))
    .join('')
}

/** A pattern as SQL's LIKE reads it, with `\` as its escape. Its `_` takes a code point, its `%` any of them. */
export function toSqlLike(pattern: Wildcard): string {
  return pattern
    .map((part) => (typeof part === 'string' ? part.replace(/[%_\\]/g, '\\$&') : part.any === 'many' ? '%' : '_'))
    .join('')
}

/** The literal text of a pattern that begins it and nothing but `many` follows; `undefined` where it is none such. */
export function onlyPrefixOf(pattern: Wildcard): string | undefined {
  const [first, second] = pattern
  const isOne = pattern.length === 2 && typeof first === 'string' && typeof second === 'object' && second.any === 'many'
  return isOne ? first : undefined
}

export function longestLiteral(pattern: Wildcard): string {
  const literals = pattern.filter((part) => typeof part === 'string')
  return literals.reduce((a, b) => (b.length > a.length ? b : a), '')
}

function escapeRe2(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
