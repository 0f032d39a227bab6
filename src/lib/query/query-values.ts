// Values as they stand in a query after `field:`, and how one is read. What they ask of which field: field-nodes.ts.

import type {Zone} from '../record/zone.js'
import type {QueryError} from './query-error.js'
import type {Operator, Place, Plain, Quoted, RegexPart, Scanner} from './query-scanner.js'

export type Compared = Place & {kind: 'compared'; operator: Operator; value: Quoted | Plain}
export interface End {
  value: Quoted | Plain
  inclusive: boolean
}
/** An end that is not there is open. */
export type Range = Place & {kind: 'range'; from?: End; until?: End}
export type Value = Quoted | Plain | RegexPart | Compared | Range

/** What values are read with. */
export interface Reading {
  /** For times such as `15m`. */
  now: Date
  /** For times that name none. */
  zone?: Zone
  error(at: number, problem: string): QueryError
}

/** One value; `after` is what it stands after, for the message where there is none. */
export function readValue(scanner: Scanner, after: string): Value {
  const at = scanner.at
  const operator = scanner.operator()
  if (operator) {
    const value = readSimple(scanner, `${after}${operator}`)
    return {kind: 'compared', operator, value, at, to: scanner.at}
  }
  const char = scanner.peek()
  if (char === '[' || char === '{') return readRange(scanner)
  const regex = char === '/' ? scanner.regex() : undefined
  if (regex) return gap(scanner, regex)
  return readSimple(scanner, after)
}

/** A value that stands for itself, quoted or not. */
export function readSimple(scanner: Scanner, after: string): Quoted | Plain {
  const char = scanner.peek()
  if (char === '"') return gap(scanner, scanner.quoted())
  if (scanner.isEnd(scanner.at)) throw scanner.error(scanner.at, `a value was expected right after ${after}`)
  const instead = char === undefined ? undefined : NO_BEGINNING[char]
  if (instead) throw scanner.error(scanner.at, instead)
  if (scanner.text.startsWith('//', scanner.at))
    throw scanner.error(scanner.at, 'a value was expected here; quote a URL to search for it')
  return gap(scanner, scanner.plain())
}

const NO_BEGINNING: Record<string, string> = {
  ':': 'a value was expected here; quote text that holds colons to search for it',
  '=': 'a value was expected here; a value that begins with = must be quoted',
  '<': 'a value was expected here; a value that begins with < must be quoted',
  '>': 'a value was expected here; a value that begins with > must be quoted',
  '!': 'a value was expected here; to leave it out write NOT before the field',
  "'": 'a value was expected here; quotes are double: "…"',
}

function gap<T>(scanner: Scanner, part: T): T {
  scanner.expectGap('word')
  return part
}

function readRange(scanner: Scanner): Range {
  const at = scanner.at
  const fromInclusive = scanner.take('[') || !scanner.take('{')
  const from = readEnd(scanner)
  scanner.skipBlanks()
  if (!/^to(?![^\s\]}])/i.test(scanner.text.slice(scanner.at, scanner.at + 3)))
    throw scanner.error(scanner.at, 'TO was expected here, as in [400 TO 499]')
  scanner.at += 2
  const until = readEnd(scanner)
  scanner.skipBlanks()
  const toInclusive = scanner.take(']')
  if (!toInclusive && !scanner.take('}'))
    throw scanner.error(scanner.at, 'the ] or } that closes this range was expected here')
  scanner.expectGap('word')
  return {
    kind: 'range',
    ...(from && {from: {value: from, inclusive: fromInclusive}}),
    ...(until && {until: {value: until, inclusive: toInclusive}}),
    at,
    to: scanner.at,
  }
}

/** An end of a range; `undefined` for `*`. */
function readEnd(scanner: Scanner): Quoted | Plain | undefined {
  scanner.skipBlanks()
  if (scanner.peek() === '"') return scanner.quoted()
  const value = scanner.plain(']}')
  if (value.at === value.to || scanner.text.slice(value.at, value.to).toUpperCase() === 'TO')
    throw scanner.error(value.at, 'an end of the range was expected here: a value, or * for none')
  const [only] = value.pattern
  if (value.pattern.length === 1 && typeof only === 'object' && only.any === 'many') return undefined
  return value
}
