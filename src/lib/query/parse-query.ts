// Text → query tree (spec §4). Syntax that no engine answers yet is refused with its place, never read as words.

import {LogflowError} from '../errors/logflow-error.js'
import {LEVELS, type Level} from '../record/level.js'
import {type QueryNode, STRING_FIELDS, type StringField} from './query.js'
import {tokenize} from './tokenize.js'

/** Where a query is wrong: `at` is a UTF-16 index into the text. The message already holds the caret lines. */
export class QueryError extends LogflowError {
  readonly at: number

  constructor(text: string, at: number, problem: string) {
    super('BAD_QUERY', `the query does not parse\n  ${text}\n  ${' '.repeat(at)}^ ${problem}`)
    this.at = at
  }
}

/** Parses a query. Empty text, or only blanks, asks for everything. Throws {@link QueryError}. */
export function parseQuery(text: string): QueryNode {
  return new Parser(text).whole()
}

interface Token {
  kind: 'word' | 'quoted' | '(' | ')' | '-' | 'end'
  /** The text of a word, or what stands between the quotes. */
  text: string
  at: number
  /** A quoted value that follows `field:` without a blank. */
  field?: {name: string; at: number}
}

/** A level as people type it in queries and flags, without regard to case; `undefined` where it is none. */
export function toLevel(text: string): Level | undefined {
  return LEVEL_SPELLINGS.get(text.toLowerCase())
}

const LEVEL_SPELLINGS = new Map<string, Level>([
  ['warning', 'WARN'],
  ['err', 'ERROR'],
  ['critical', 'FATAL'],
  ...LEVELS.map((level) => [level.toLowerCase(), level] as const),
])

class Parser {
  private at = 0
  private token: Token

  constructor(private readonly text: string) {
    this.token = this.next()
  }

  whole(): QueryNode {
    if (this.token.kind === 'end') return {kind: 'all'}
    const node = this.either()
    if (this.token.kind === ')') throw this.error(this.token.at, 'this parenthesis was never opened')
    return node
  }

  private either(): QueryNode {
    const nodes = [this.both()]
    while (this.isWord('OR')) {
      const at = this.token.at
      this.advance()
      if (this.atEnd()) throw this.error(at, 'OR needs something on its right')
      nodes.push(this.both())
    }
    return nodes.length === 1 ? (nodes[0] as QueryNode) : {kind: 'or', nodes}
  }

  private both(): QueryNode {
    const nodes: QueryNode[] = []
    while (!this.atEnd() && !this.isWord('OR')) {
      if (this.isWord('AND')) {
        const at = this.token.at
        this.advance()
        if (nodes.length === 0 || this.atEnd() || this.isWord('OR') || this.isWord('AND'))
          throw this.error(at, 'AND needs something on both sides')
      }
      nodes.push(this.one())
    }
    if (nodes.length === 0) throw this.error(this.token.at, 'a word, a quoted phrase or field:value was expected here')
    return nodes.length === 1 ? (nodes[0] as QueryNode) : {kind: 'and', nodes}
  }

  private one(): QueryNode {
    const token = this.token
    if (token.kind === '-' || this.isWord('NOT')) {
      this.advance()
      if (this.atEnd() || this.isWord('OR') || this.isWord('AND'))
        throw this.error(token.at, 'there is nothing after it to leave out')
      return {kind: 'not', node: this.one()}
    }
    if (token.kind === '(') {
      this.advance()
      const node = this.either()
      if (this.token.kind !== ')') throw this.error(token.at, 'this parenthesis is never closed')
      this.advance()
      return node
    }
    this.advance()
    if (token.field) return this.fieldValue(token.field, token.text, token.at)
    if (token.kind === 'quoted') return this.phrase(token.text, token.at)
    return this.bare(token)
  }

  private bare(token: Token): QueryNode {
    const colon = token.text.indexOf(':')
    const compare = /^([\p{L}_@][\p{L}\p{N}_.@-]*)(>=|<=|>|<|=)/u.exec(token.text)
    if (compare) return this.comparison(compare[1] as string, compare[2] as string, token)
    if (colon > 0 && /^[\p{L}_@][\p{L}\p{N}_.@-]*$/u.test(token.text.slice(0, colon))) {
      const name = token.text.slice(0, colon)
      const value = token.text.slice(colon + 1)
      const comparison = /^(>=|<=|>|<)/.exec(value)
      if (comparison) return this.comparison(name, comparison[1] as string, token, colon + 1)
      return this.fieldValue({name, at: token.at}, value, token.at + colon + 1, true)
    }
    const special = /[*?~^[\]{}\\]/.exec(token.text)
    if (special)
      throw this.error(
        token.at + special.index,
        `"${special[0]}" is not supported here yet; quote it to search for the text`,
      )
    if (token.text.startsWith('/') && token.text.length > 1 && token.text.endsWith('/'))
      throw this.error(token.at, 'regular expressions are not supported yet')
    return this.phrase(token.text, token.at)
  }

  private phrase(text: string, at: number): QueryNode {
    const words = tokenize(text)
    if (words.length === 0) throw this.error(at, 'there is no word in this: letters, digits and _ are what is searched')
    return {kind: 'phrase', words}
  }

  private fieldValue(field: {name: string; at: number}, value: string, at: number, unquoted = false): QueryNode {
    if (value === '') throw this.error(at, `a value is missing after "${field.name}:"`)
    if (unquoted) this.refuseSyntax(value, at)
    if (field.name === 'level') return {kind: 'level', levels: [this.level(value, at)]}
    if (field.name === 'message') return this.phrase(value, at)
    if ((STRING_FIELDS as readonly string[]).includes(field.name))
      return {
        kind: 'field',
        field: {in: 'record', name: field.name as StringField},
        test: {kind: 'equals', value, quoted: !unquoted},
      }
    throw this.error(
      field.at,
      `"${field.name}" cannot be searched yet; known are level, message, ${STRING_FIELDS.join(', ')}`,
    )
  }

  private refuseSyntax(value: string, at: number): void {
    const special = /[*?~^[\]{}\\]/.exec(value)
    if (special)
      throw this.error(
        at + special.index,
        `"${special[0]}" is not supported in a value yet; quote the value to take it as it is`,
      )
    if (value.length > 1 && value.startsWith('/') && value.endsWith('/'))
      throw this.error(at, 'regular expressions are not supported yet')
  }

  private comparison(name: string, op: string, token: Token, skip = name.length): QueryNode {
    const value = token.text.slice(skip + op.length)
    const at = token.at + skip + op.length
    if (name !== 'level') throw this.error(token.at + skip, `"${op}" is supported for level only, so far`)
    const level = LEVELS.indexOf(this.level(value, at))
    const holds: Record<string, (other: number) => boolean> = {
      '>=': (other) => other >= level,
      '>': (other) => other > level,
      '<=': (other) => other <= level,
      '<': (other) => other < level,
      '=': (other) => other === level,
    }
    const levels = LEVELS.filter((_, other) => holds[op]?.(other))
    if (levels.length === 0) throw this.error(token.at, 'no level can match this')
    return {kind: 'level', levels}
  }

  private level(value: string, at: number): Level {
    const level = toLevel(value)
    if (!level) throw this.error(at, `"${value}" is no level; use one of ${LEVELS.join(', ')}`)
    return level
  }

  private isWord(word: string): boolean {
    return this.token.kind === 'word' && this.token.text === word && !this.token.field
  }

  private atEnd(): boolean {
    return this.token.kind === 'end' || this.token.kind === ')'
  }

  private advance(): void {
    this.token = this.next()
  }

  private next(): Token {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
    const at = this.at
    const char = this.text[at]
    if (char === undefined) return {kind: 'end', text: '', at}
    if (char === '(' || char === ')') {
      this.at++
      return {kind: char, text: char, at}
    }
    if ((char === '-' || char === '!') && /[^\s-]/.test(this.text[at + 1] ?? '')) {
      this.at++
      return {kind: '-', text: char, at}
    }
    if (char === '"') return {kind: 'quoted', text: this.quoted(), at}
    return this.word(at)
  }

  private word(at: number): Token {
    while (this.at < this.text.length && !/[\s()"]/.test(this.text[this.at] as string)) this.at++
    const text = this.text.slice(at, this.at)
    const field = /^([\p{L}_@][\p{L}\p{N}_.@-]*):$/u.exec(text)
    if (field && this.text[this.at] === '"') {
      const valueAt = this.at
      return {kind: 'quoted', text: this.quoted(), at: valueAt, field: {name: field[1] as string, at}}
    }
    return {kind: 'word', text, at}
  }

  /** What stands between quotes; `\"` and `\\` stand for themselves. */
  private quoted(): string {
    const open = this.at++
    let text = ''
    for (;;) {
      const char = this.text[this.at++]
      if (char === undefined) throw this.error(open, 'this quote is never closed')
      if (char === '"') return text
      text += char === '\\' && /["\\]/.test(this.text[this.at] ?? '') ? this.text[this.at++] : char
    }
  }

  private error(at: number, problem: string): QueryError {
    return new QueryError(this.text, at, problem)
  }
}
