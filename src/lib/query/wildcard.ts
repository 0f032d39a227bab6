import type {Wildcard} from './query.js'

/** A test for texts that are like the pattern as a whole. Takes time in proportion to text × pattern at most. */
export function toLike(pattern: Wildcard): (text: string) => boolean {
  const [first, second] = pattern
  if (pattern.length === 2 && typeof first === 'string' && typeof second === 'object' && second.any === 'many')
    return (text) => text.startsWith(first)
  const parts = pattern.flatMap((part): Part[] => {
    if (typeof part === 'string') return [...part]
    return [part.any === 'many' ? MANY : ONE]
  })
  return (text) => isLike([...text], parts)
}

/** The literal text that everything like the pattern begins with. */
export function prefixOf(pattern: Wildcard): string {
  return typeof pattern[0] === 'string' ? pattern[0] : ''
}

/** The pattern with its literal runs changed. */
export function mapLiterals(pattern: Wildcard, change: (text: string) => string): Wildcard {
  return pattern.map((part) => (typeof part === 'string' ? change(part) : part))
}

/** As people type it. */
export function showWildcard(pattern: Wildcard): string {
  return pattern
    .map((part) => (typeof part === 'string' ? part.replace(/[*?\\]/g, '\\$&') : part.any === 'many' ? '*' : '?'))
    .join('')
}

const MANY = Symbol('any run')
const ONE = Symbol('any character')

type Part = string | typeof MANY | typeof ONE

function isLike(text: string[], parts: Part[]): boolean {
  let at = 0
  let part = 0
  // Where to go on when what follows the last `many` does not fit: it takes one character more.
  let retryAt = 0
  let retryPart = -1
  while (at < text.length) {
    const wanted = parts[part]
    if (wanted === MANY) {
      retryPart = ++part
      retryAt = at
    } else if (wanted !== undefined && (wanted === ONE || wanted === text[at])) {
      part++
      at++
    } else if (retryPart >= 0) {
      part = retryPart
      at = ++retryAt
    } else return false
  }
  while (parts[part] === MANY) part++
  return part === parts.length
}
