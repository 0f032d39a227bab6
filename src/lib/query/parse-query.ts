// Text → query tree (spec §4). Syntax that means nothing, or may mean two things, is refused with its place and what
// was expected there. This is the grammar; query-scanner.ts cuts the text, field-nodes.ts knows what values ask.

import type {Zone} from '../record/zone.js'
import {type Target, targetOf} from './field-names.js'
import {fieldNode, nodeOf} from './field-nodes.js'
import type {QueryNode} from './query.js'
import {QueryError} from './query-error.js'
import {type Name, type Place, type RegexPart, Scanner} from './query-scanner.js'
import {type Reading, readSimple, readValue, type Value} from './query-values.js'
import {isAnything, textNode} from './text-nodes.js'

export {toLevel} from './level-names.js'
export {QueryError} from './query-error.js'

/** UTF-16 units. */
export const MAX_QUERY = 65_536
/** Parentheses within parentheses, NOT within NOT. */
export const MAX_NESTING = 64
/** Words, phrases and tests on fields: what every engine answers within seconds. */
export const MAX_PARTS = 1_000

export interface QueryOptions {
  /** For times such as `15m`; the present. */
  now?: Date
  /** For times that name no zone; local. */
  zone?: Zone
}

export interface PlacedQuery {
  node: QueryNode
  /** Where in the text each node came from. */
  places: Map<QueryNode, Place>
}

/** Parses a query. Empty text, or only blanks, asks for everything. Throws {@link QueryError}. */
export function parseQuery(text: string, options: QueryOptions = {}): QueryNode {
  return parsePlaced(text, options).node
}

/** The same, with where each part came from. */
export function parsePlaced(text: string, options: QueryOptions = {}): PlacedQuery {
  if (text.length > MAX_QUERY)
    throw new QueryError(
      text,
      MAX_QUERY,
      `a query is at most ${MAX_QUERY} characters long; this one has ${text.length}`,
    )
  return new Parser(text, options).whole()
}

type Joined = 'AND' | 'OR'

class Parser {
  private readonly scanner: Scanner
  private readonly reading: Reading
  private readonly places = new Map<QueryNode, Place>()
  private depth = 0
  private parts = 0

  constructor(text: string, {now = new Date(), zone}: QueryOptions) {
    this.scanner = new Scanner(text)
    this.reading = {now, zone, error: (at, problem) => this.scanner.error(at, problem)}
  }

  whole(): PlacedQuery {
    this.scanner.skipBlanks()
    if (this.scanner.peek() === undefined) return {node: {kind: 'all'}, places: this.places}
    const node = this.either()
    if (this.scanner.peek() === ')') throw this.error(this.scanner.at, 'this parenthesis was never opened')
    return {node, places: this.places}
  }

  /** Parts between OR; AND binds tighter, and is what stands between two parts with nothing else. */
  private either(): QueryNode {
    const {at} = this.scanner
    const nodes = [this.both()]
    while (this.takeOperator('OR')) nodes.push(this.both())
    return this.joined('or', nodes, at)
  }

  private both(): QueryNode {
    const {at} = this.scanner
    const nodes = [this.one()]
    while (this.takeOperator('AND') || !(this.atEnd() || this.operatorHere())) nodes.push(this.one())
    return this.joined('and', nodes, at)
  }

  private one(): QueryNode {
    const {scanner} = this
    const {at} = scanner
    this.expectOperand('a word, a "phrase", field:value or ( was expected here')
    this.countPart()
    if (this.takeNot()) return this.nested(at, () => this.placed({kind: 'not', node: this.one()}, at))
    if (scanner.peek() === '+' && /[^\s)]/.test(scanner.text[at + 1] ?? ' ')) scanner.at++
    if (scanner.peek() === '(') return this.parenthesis(() => this.either())
    const name = scanner.name()
    const node = name ? this.field(name) : this.bare()
    return this.placed(node, at)
  }

  private bare(): QueryNode {
    const {scanner} = this
    const {at} = scanner
    const char = scanner.peek()
    if (char === '"') {
      const quoted = scanner.quoted()
      scanner.expectGap('word')
      return textNode(quoted, this.reading)
    }
    const regex: RegexPart | undefined = char === '/' ? scanner.regex() : undefined
    if (regex) {
      scanner.expectGap('word')
      return {kind: 'text-regex', regex: regex.regex}
    }
    if (char === "'") throw this.error(at, 'a word was expected here; quotes are double: "…"')
    if (char === ':') throw this.error(at, 'the name of a field was expected before this colon')
    const plain = scanner.plain()
    scanner.expectGap('word')
    if (isAnything(plain.pattern)) return {kind: 'all'}
    const unequal = /^[\p{L}_@][\p{L}\p{N}_.@$-]*!=/u.exec(scanner.text.slice(plain.at, plain.to))
    if (unequal) throw this.error(at, `to leave a value out write NOT ${unequal[0].slice(0, -2)}:…`)
    return textNode(plain, this.reading)
  }

  private field(name: Name): QueryNode {
    const {scanner} = this
    const written = scanner.text.slice(name.at, name.to)
    if (/^_(?:exists|missing)_$/.test(written))
      throw this.error(name.at, 'for a field that is there write NAME:*, for one that is missing NOT NAME:*')
    const target = targetOf(name.pattern)
    if (target.kind === 'object') return this.object(name, written, target)
    if (name.operator) {
      const value = readSimple(scanner, `${written}${scanner.text.slice(name.operatorAt, scanner.at)}`)
      const compared: Value = {kind: 'compared', operator: name.operator, value, at: name.operatorAt, to: value.to}
      return fieldNode(target, compared, this.reading)
    }
    if (scanner.peek() === '(') return this.parenthesis(() => this.values(target, written))
    const value = readValue(scanner, `${written}:`)
    // `*:*` asks for everything, a record without a single field too.
    const everything = isAnything(name.pattern) && value.kind === 'plain' && isAnything(value.pattern)
    return everything ? {kind: 'all'} : fieldNode(target, value, this.reading)
  }

  /** `error:*`: has any of its parts. */
  private object(name: Name, written: string, {parts}: Extract<Target, {kind: 'object'}>): QueryNode {
    const value = parts.length > 0 && !name.operator ? readValue(this.scanner, `${written}:`) : undefined
    if (value?.kind === 'plain' && isAnything(value.pattern)) {
      const fields = parts.flatMap((part) => {
        const target = targetOf([part])
        return target.kind === 'fields' ? target.fields : []
      })
      return nodeOf(fields, {kind: 'exists'})
    }
    const known = parts.length === 0 ? 'attributes.NAME' : parts.join(', ')
    const own = parts.length === 0 ? '' : `; an attribute of that name is attributes.${written}`
    throw this.error(name.at, `one part of "${written}" was expected here: ${known}${own}`)
  }

  /** The values in the parentheses after `field:`. Side by side they mean any of them. */
  private values(target: Target, written: string): QueryNode {
    const {at} = this.scanner
    const nodes = [this.bothValues(target, written)]
    for (;;) {
      const spelled = this.takeOperator('OR')
      if (!spelled && (this.atEnd() || this.operatorHere())) break
      const next = this.scanner.at
      nodes.push(this.bothValues(target, written))
      if (!spelled && nodes.slice(-2).some((node) => node.kind === 'not'))
        throw this.error(next, 'AND or OR was expected before this: values side by side mean any of them')
    }
    return this.joined('or', nodes, at)
  }

  private bothValues(target: Target, written: string): QueryNode {
    const {at} = this.scanner
    const nodes = [this.oneValue(target, written)]
    while (this.takeOperator('AND')) nodes.push(this.oneValue(target, written))
    return this.joined('and', nodes, at)
  }

  private oneValue(target: Target, written: string): QueryNode {
    const {scanner} = this
    const {at} = scanner
    this.expectOperand('a value was expected here')
    this.countPart()
    if (/^-[\d.]/.test(scanner.text.slice(at, at + 2)))
      throw this.error(at, 'NOT was expected to leave a value out; a number below zero is written =-1 here')
    if (/^\+[^\s\d.)]/.test(scanner.text.slice(at, at + 2)))
      throw this.error(
        at,
        'a value was expected here; to ask for all of them write AND between; a value that begins with + is quoted',
      )
    if (this.takeNot())
      return this.nested(at, () => this.placed({kind: 'not', node: this.oneValue(target, written)}, at))
    if (scanner.peek() === '(') return this.parenthesis(() => this.values(target, written))
    const inner = scanner.name()
    if (inner && inner.operator === undefined)
      throw this.error(at, `a value of ${written} was expected here, not another field; quote text that holds a colon`)
    scanner.at = at
    return this.placed(fieldNode(target, readValue(scanner, ''), this.reading), at)
  }

  private parenthesis(inside: () => QueryNode): QueryNode {
    const {scanner} = this
    const open = scanner.at++
    scanner.skipBlanks()
    return this.nested(open, () => {
      const node = inside()
      if (!scanner.take(')')) throw this.error(open, 'this parenthesis is never closed')
      scanner.expectGap('part')
      return node
    })
  }

  private nested<T>(at: number, parse: () => T): T {
    if (++this.depth > MAX_NESTING)
      throw this.error(at, `at most ${MAX_NESTING} parentheses or NOTs within each other are read`)
    const result = parse()
    this.depth--
    return result
  }

  /** AND or OR at this place, by whichever spelling. */
  private operatorHere(): {joined: Joined; length: number} | undefined {
    const {scanner} = this
    scanner.skipBlanks()
    if (scanner.text.startsWith('&&', scanner.at)) return {joined: 'AND', length: 2}
    if (scanner.text.startsWith('||', scanner.at)) return {joined: 'OR', length: 2}
    const word = scanner.wordIn(['AND', 'OR'])
    return word === undefined ? undefined : {joined: word.toUpperCase() as Joined, length: word.length}
  }

  private takeOperator(joined: Joined): boolean {
    const {scanner} = this
    const here = this.operatorHere()
    if (here?.joined !== joined) return false
    const {at} = scanner
    scanner.at += here.length
    scanner.skipBlanks()
    if (this.atEnd()) throw this.error(at, `something to find was expected after ${joined}`)
    return true
  }

  /** NOT, `!` or `-`, and the blanks after it. */
  private takeNot(): boolean {
    const {scanner} = this
    const {at} = scanner
    const word = scanner.wordIn(['NOT'])
    if (word) {
      if (word !== 'NOT')
        throw this.error(at, 'to leave something out write NOT in capitals; quote the word to search for it')
      scanner.at += 3
    } else if (scanner.peek() === '!' || (scanner.peek() === '-' && /[^\s\-)&|]/.test(scanner.text[at + 1] ?? ' '))) {
      scanner.at++
    } else return false
    scanner.skipBlanks()
    if (this.atEnd() || this.operatorHere()) throw this.error(at, 'something to leave out was expected after this')
    return true
  }

  private expectOperand(expected: string): void {
    const {scanner} = this
    scanner.skipBlanks()
    const {at} = scanner
    if (this.operatorHere())
      throw this.error(at, `something to find was expected before ${scanner.text.slice(at, at + 3).trim()}`)
    if (this.atEnd()) throw this.error(at, expected)
  }

  private countPart(): void {
    if (++this.parts > MAX_PARTS)
      throw this.error(this.scanner.at, `a query has at most ${MAX_PARTS} parts; ask in several for more`)
  }

  private atEnd(): boolean {
    this.scanner.skipBlanks()
    const char = this.scanner.peek()
    return char === undefined || char === ')'
  }

  private joined(kind: 'and' | 'or', nodes: QueryNode[], at: number): QueryNode {
    return nodes.length === 1 ? (nodes[0] as QueryNode) : this.placed({kind, nodes}, at)
  }

  private placed(node: QueryNode, at: number): QueryNode {
    this.places.set(node, {at, to: this.scanner.at})
    return node
  }

  private error(at: number, problem: string): QueryError {
    return this.scanner.error(at, problem)
  }
}
