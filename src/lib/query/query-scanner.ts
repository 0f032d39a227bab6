// Cuts a query's text into the parts that the grammar in parse-query.ts puts together. It knows what a name, a word, a
// quote and a regular expression look like, and nothing of what they mean.

import {parseRegex, RegexError} from './parse-regex.js'
import type {Regex, Wildcard} from './query.js'
import {QueryError} from './query-error.js'

/** Where something stands: UTF-16 indices, `to` is after its end. */
export interface Place {
  at: number
  to: number
}

export type Quoted = Place & {kind: 'quoted'; text: string}
/** A run of characters without quotes; wildcards are told from what a backslash makes literal. */
export type Plain = Place & {kind: 'plain'; pattern: Wildcard}
export type RegexPart = Place & {kind: 'regex'; regex: Regex}
export type Operator = '>' | '>=' | '<' | '<=' | '='
/** A name before its colon or comparison. */
export type Name = Place & {pattern: Wildcard; operator?: Operator; operatorAt: number}

const NAME = /(?:[\p{L}_@$*?]|\\.)(?:[\p{L}\p{N}_.@$*?-]|\\.)*/uy
const OPERATOR = /:(>=|<=|>|<|=)?|(>=|<=|>|<|=)/y
const BLANK = /\s/
/** Ends a run of characters, and what comes after a quote or a parenthesis. */
const END = /[\s()"]/

export class Scanner {
  at = 0

  constructor(readonly text: string) {}

  error(at: number, problem: string): QueryError {
    return new QueryError(this.text, at, problem)
  }

  peek(): string | undefined {
    return this.text[this.at]
  }

  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false
    this.at += text.length
    return true
  }

  skipBlanks(): void {
    while (BLANK.test(this.peek() ?? '')) this.at++
  }

  /** The word at this place if it is one of these, without regard to case. Nothing is taken. */
  wordIn(words: readonly string[]): string | undefined {
    const word = /[A-Za-z]+/y
    word.lastIndex = this.at
    const found = word.exec(this.text)?.[0]
    if (found === undefined || !words.includes(found.toUpperCase())) return undefined
    return this.isEnd(this.at + found.length) ? found : undefined
  }

  /** A name and its colon or comparison, if one stands here. */
  name(): Name | undefined {
    NAME.lastIndex = this.at
    const written = NAME.exec(this.text)?.[0].replace(/-+$/, '')
    if (written === undefined) return undefined
    const operatorAt = this.at + written.length
    OPERATOR.lastIndex = operatorAt
    const operator = OPERATOR.exec(this.text)
    if (!operator) return undefined
    const place = {at: this.at, to: operatorAt}
    this.at = operatorAt + operator[0].length
    const comparison = (operator[1] ?? operator[2]) as Operator | undefined
    const pattern = this.#patternOf(place.at, place.to)
    return {...place, pattern, operatorAt, ...(comparison === undefined ? {} : {operator: comparison})}
  }

  /** A comparison, if one stands here. */
  operator(): Operator | undefined {
    for (const operator of ['>=', '<=', '>', '<', '='] as const) if (this.take(operator)) return operator
    return undefined
  }

  /** What stands between quotes, from the opening one on; `\"` and `\\` stand for themselves. */
  quoted(): Quoted {
    const at = this.at++
    let text = ''
    for (;;) {
      const char = this.text[this.at++]
      if (char === undefined) throw this.error(at, 'this quote is never closed')
      if (char === '"') return {kind: 'quoted', text, at, to: this.at}
      text += char === '\\' && /["\\]/.test(this.peek() ?? '') ? this.text[this.at++] : char
    }
  }

  /**
   * `/…/` or `/…/i`, if that is what stands here. A path such as `/orders/42` is none: after the closing slash a regular
   * expression is at its end.
   */
  regex(): RegexPart | undefined {
    const at = this.at
    const close = this.#closingSlash()
    if (close === undefined) return undefined
    const flags = /[A-Za-z]*/y
    flags.lastIndex = close + 1
    const flag = (flags.exec(this.text) as RegExpExecArray)[0]
    const to = close + 1 + flag.length
    if (!this.isEnd(to) || /[^gimsuvxy]/.test(flag)) return undefined
    if (flag !== '' && flag !== 'i')
      throw this.error(close + 1, 'of the flags of a regular expression only i is known; quote a path to search for it')
    if (close === at + 1) throw this.error(at, 'a regular expression was expected between these slashes')
    const regex = {source: this.text.slice(at + 1, close), ignoreCase: flag === 'i'}
    this.#check(regex, at + 1)
    this.at = to
    return {kind: 'regex', regex, at, to}
  }

  #closingSlash(): number | undefined {
    let inSet = false
    for (let i = this.at + 1; i < this.text.length; i++) {
      const char = this.text[i]
      if (char === '\\') i++
      else if (char === '[') inSet = true
      else if (char === ']') inSet = false
      else if (char === '/' && !inSet) return i
    }
    return undefined
  }

  #check({source, ignoreCase}: Regex, from: number): void {
    try {
      parseRegex(source, ignoreCase)
    } catch (error) {
      if (error instanceof RegexError) throw this.error(from + error.at, error.problem)
      throw error
    }
  }

  /**
   * A run of characters up to a blank, parenthesis, quote, `&&` or `||`.
   * @param stop further characters that end it: the brackets of a range
   */
  plain(stop = ''): Plain {
    const at = this.at
    while (!this.isEnd(this.at) && !stop.includes(this.text[this.at] as string)) {
      const char = this.text[this.at] as string
      if (char === '\\') this.at = this.#afterEscape(this.at)
      else if ('[]{}^~'.includes(char)) throw this.error(this.at, `${SPECIAL[char]}; quote it to search for the text`)
      else this.at++
    }
    return {kind: 'plain', pattern: this.#patternOf(at, this.at), at, to: this.at}
  }

  /** Index after an escape. */
  #afterEscape(at: number): number {
    const next = this.text.codePointAt(at + 1)
    if (next === undefined) throw this.error(at, 'a character is missing after this backslash')
    const char = String.fromCodePoint(next)
    if (/[\p{L}\p{N}]/u.test(char))
      throw this.error(at, `only punctuation needs a backslash; for the backslash itself write \\\\${char}`)
    return at + 1 + char.length
  }

  /** Literal text and wildcards of a checked stretch, escapes resolved. */
  #patternOf(from: number, to: number): Wildcard {
    const parts: Array<string | {any: 'one' | 'many'}> = []
    for (let i = from; i < to; i++) {
      const char = this.text[i] as string
      const last = parts.at(-1)
      if (char === '*') {
        if (typeof last !== 'object' || last.any !== 'many') parts.push({any: 'many'})
      } else if (char === '?') parts.push({any: 'one'})
      else {
        const literal = char === '\\' ? (this.text[++i] as string) : char
        if (typeof last === 'string') parts[parts.length - 1] = last + literal
        else parts.push(literal)
      }
    }
    return parts
  }

  /** Whether a word, quote or value that ends here is at its end. */
  isEnd(at: number): boolean {
    const char = this.text[at]
    return char === undefined || END.test(char) || this.text.startsWith('&&', at) || this.text.startsWith('||', at)
  }

  /** Refuses what stands right after a part that has ended: `"a"b`, `main(`, `a"b"`. */
  expectGap(after: 'word' | 'part'): void {
    const char = this.peek()
    if (char === '~' || char === '^') throw this.error(this.at, `${SPECIAL[char]}`)
    if (char === '"' || (char === '(' && after === 'word') || !this.isEnd(this.at))
      throw this.error(this.at, 'a blank was expected before this; quote the whole to search for it as it is')
  }
}

const SPECIAL: Record<string, string> = {
  '[': 'a range stands after a field and a colon, as in status:[400 TO 499]',
  '{': 'a range stands after a field and a colon, as in status:{400 TO 499}',
  ']': 'no range was begun before this bracket',
  '}': 'no range was begun before this bracket',
  '^': 'weights (^) are not supported',
  '~': 'searching for what is similar (~) is not supported',
}
