// Wildcards and regular expressions in Lucene's spelling. Lucene makes a pattern into an automaton, in which characters
// that can be many multiply states: those that might become too large are not given to it.

import type {Wildcard} from '../../query/query.js'
import type {Ranges, RegexTree} from '../../query/regex-tree.js'

/** The server's own limit is 1,000 characters. */
const MAX_LENGTH = 900
/** Places of a pattern that several characters fit, each of which may double the states; and places at all. */
const MAX_OPEN = 10
const MAX_PLACES = 100
/** A letter and its other cases are no more than this. */
const FEW = 4
/** What the server may spend on an automaton. Its default is a fifth of it. */
export const DETERMINIZE_EFFORT = 50_000

/** For a `wildcard` query; `undefined` where it is too much for one. */
export function toLuceneWildcard(pattern: Wildcard): string | undefined {
  const text = pattern
    .map((part) => (typeof part === 'string' ? part.replace(/[*?\\]/g, '\\$&') : part.any === 'many' ? '*' : '?'))
    .join('')
  return isSmall(pattern) && text.length <= MAX_LENGTH ? text : undefined
}

/** A whole text that is like the pattern, for a `regexp` query; its wildcards do not take the character `without`. */
export function wildcardToLucene(pattern: Wildcard, without?: string): string | undefined {
  if (!isSmall(pattern)) return undefined
  const one = without === undefined ? '.' : `[^${escapeChar(without)}]`
  return pattern
    .map((part) => (typeof part === 'string' ? escapeLucene(part) : part.any === 'many' ? `${one}*` : one))
    .join('')
}

/** Up to the first run of any length there is one way to read a text. */
function isSmall(pattern: Wildcard): boolean {
  const first = pattern.findIndex((part) => typeof part !== 'string' && part.any === 'many')
  const rest = first === -1 ? [] : pattern.slice(first + 1)
  const places = rest.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0)
  return places <= MAX_PLACES && rest.filter((part) => typeof part !== 'string').length < MAX_OPEN
}

export function escapeLucene(text: string): string {
  return [...text].map(escapeChar).join('')
}

function escapeChar(char: string): string {
  return /[0-9A-Za-z_]/.test(char) || char > '\x7f' ? char : `\\${char}`
}

export interface LuceneRegexp {
  /** Matches whole texts in which the expression is found. */
  text: string
  /** False where it matches more than these. */
  exact: boolean
}

/** For a `regexp` query without optional operators; `undefined` where it is too much for one. */
export function regexToLucene(tree: RegexTree): LuceneRegexp | undefined {
  const printer = new Printer()
  const text = printer.top(tree)
  const fits = printer.open <= MAX_OPEN && printer.places <= MAX_PLACES && text.length <= MAX_LENGTH
  return fits ? {text, exact: printer.exact} : undefined
}

/** True of the length of what the server takes. */
export function fitsLucene(text: string): boolean {
  return text.length <= MAX_LENGTH
}

class Printer {
  open = 0
  places = 0
  exact = true

  top(tree: RegexTree): string {
    if (tree.kind === 'choice') {
      this.open += tree.parts.length
      return `(${tree.parts.map((part) => this.top(part)).join('|')})`
    }
    const parts = tree.kind === 'row' ? [...tree.parts] : [tree]
    const fromStart = parts[0]?.kind === 'start'
    if (fromStart) parts.shift()
    const toEnd = parts.at(-1)?.kind === 'end'
    if (toEnd) parts.pop()
    return `${fromStart ? '' : '.*'}${parts.map((part) => this.print(part)).join('')}${toEnd ? '' : '.*'}`
  }

  private print(tree: RegexTree): string {
    switch (tree.kind) {
      case 'one':
        return this.one(tree.of, tree.negated)
      case 'row':
        return tree.parts.map((part) => this.print(part)).join('')
      case 'choice':
        this.open += tree.parts.length
        return `(${tree.parts.map((part) => this.print(part)).join('|')})`
      case 'repeat':
        return this.repeat(tree)
      default:
        // Places between characters have no spelling here; without them it matches more.
        this.exact = false
        return '()'
    }
  }

  private repeat({part, min, max}: RegexTree & {kind: 'repeat'}): string {
    const {open, places} = this
    const text = this.print(part)
    const isOpen = max === Number.POSITIVE_INFINITY
    const copies = isOpen ? min + 1 : max
    this.places += (this.places - places) * (copies - 1)
    // Each copy that may be left out is a place more that can be two things.
    this.open += (this.open - open) * (copies - 1) + (isOpen ? 1 : max - min)
    const times = isOpen ? `{${min},}` : `{${min},${max}}`
    return `(${text})${times}`
  }

  private one(of: Ranges, negated: boolean): string {
    this.places++
    const ranges = of.flatMap(withoutSurrogates)
    if (ranges.length === 0) {
      if (!negated) this.exact = false
      return '.'
    }
    const [first] = ranges
    if (!negated && ranges.length === 1 && first && first[0] === first[1]) return escapeCode(first[0])
    if (countOf(ranges) > FEW || negated) this.open++
    const text = ranges.map(([from, to]) => printRange(from, to))
    return `[${negated ? '^' : ''}${text.join('')}]`
  }
}

/** Characters that need a backslash stand for themselves: in Lucene 10 one that has it begins no range. */
function printRange(from: number, to: number): string {
  if (from > to) return ''
  if (from === to || needsEscape(from)) return escapeCode(from) + printRange(from + 1, to)
  if (needsEscape(to)) return printRange(from, to - 1) + escapeCode(to)
  return `${String.fromCodePoint(from)}-${String.fromCodePoint(to)}`
}

function needsEscape(code: number): boolean {
  return code > 0x20 && escapeCode(code).startsWith('\\')
}

function countOf(ranges: Ranges): number {
  return ranges.reduce((count, [from, to]) => count + to - from + 1, 0)
}

function escapeCode(code: number): string {
  return escapeChar(String.fromCodePoint(code))
}

/** Indexed texts have no halves of surrogate pairs. */
function withoutSurrogates([from, to]: readonly [number, number]): Array<[number, number]> {
  const parts: Array<[number, number]> = [
    [from, Math.min(to, 0xd7ff)],
    [Math.max(from, 0xe000), to],
  ]
  return parts.filter(([first, last]) => first <= last)
}
