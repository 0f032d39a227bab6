import type {Wildcard} from '../../query/query.js'

/** A pattern as RE2, in which wildcards take characters of one kind. */
export function containsRe2(pattern: Wildcard, character: string): string {
  return pattern
    .map((part) => (typeof part === 'string' ? escapeRe2(part) : part.any === 'many' ? `${character}*` : character))
    .join('')
}

/** The same pattern with one `many` at most in a row, after what else stands for characters there. */
export function simplified(pattern: Wildcard): Wildcard {
  const parts: Array<Wildcard[number]> = []
  let many = false
  for (const part of pattern) {
    if (typeof part === 'object' && part.any === 'many') many = true
    else {
      if (many && typeof part === 'string') {
        parts.push({any: 'many'})
        many = false
      }
      parts.push(part)
    }
  }
  return many ? [...parts, {any: 'many'}] : parts
}

/** No text of fewer UTF-16 units is like the pattern. */
export function leastLength(pattern: Wildcard): number {
  return pattern.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : part.any === 'one' ? 1 : 0), 0)
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
