// A query tree that came from outside, over the network: checked whole, and made anew of what was checked, so that no
// engine ever sees anything that parseQuery could not have made. Pure; refuses with BAD_QUERY and the path of the part.

import {LogflowError} from '../errors/logflow-error.js'
import {LEVELS, type Level} from '../record/level.js'
import {numberOf} from './number-of.js'
import {MAX_NESTING, MAX_PARTS, MAX_QUERY} from './parse-query.js'
import {parseRegex, RegexError} from './parse-regex.js'
import {
  type Bound,
  type Field,
  NUMBER_FIELDS,
  type QueryNode,
  type RecordField,
  type Regex,
  TEXT_FIELDS,
  type Test,
  TIME_FIELDS,
  type Wildcard,
} from './query.js'
import type {RecordFilter} from './record-filter.js'
import {WORD_CHARACTERS} from './text-nodes.js'
import {MAX_WORD} from './tokenize.js'

/** Nodes within nodes: a parenthesis makes two levels of them, and flows put a few around a query. */
export const MAX_TREE_DEPTH = 2 * MAX_NESTING + 16
/** A part of a query text makes at most three tests, each with its share of AND, OR and NOT. */
export const MAX_TREE_NODES = 6 * MAX_PARTS
/** UTF-16 units of all texts of a tree together; a text that was typed grows a little when it is normalised. */
export const MAX_TREE_TEXT = 4 * MAX_QUERY

/** The filter that a value from outside is. Throws BAD_QUERY. */
export function checkFilter(value: unknown): RecordFilter {
  const {query, since, until} = objectOf(value, 'filter', ['query', 'since', 'until'])
  const bound = (name: 'since' | 'until', time: unknown) =>
    time === undefined ? {} : {[name]: timeOf(time, `filter.${name}`)}
  return {query: checkTree(query), ...bound('since', since), ...bound('until', until)}
}

/** The tree that a value from outside is. Throws BAD_QUERY. */
export function checkTree(value: unknown): QueryNode {
  return new Checker().node(value, 'query', 1)
}

class Checker {
  private nodes = 0
  private text = 0

  node(value: unknown, path: string, depth: number): QueryNode {
    if (depth > MAX_TREE_DEPTH) throw refused('query', `is more than ${MAX_TREE_DEPTH} levels deep`)
    if (++this.nodes > MAX_TREE_NODES) throw refused('query', `has more than ${MAX_TREE_NODES} nodes`)
    const kind = typeof value === 'object' && value !== null ? (value as {kind?: unknown}).kind : undefined
    switch (kind) {
      case 'all':
        objectOf(value, path, ['kind'])
        return {kind}
      case 'and':
      case 'or': {
        const {nodes} = objectOf(value, path, ['kind', 'nodes'])
        return {
          kind,
          nodes: listOf(nodes, `${path}.nodes`).map((node, i) => this.node(node, `${path}[${i}]`, depth + 1)),
        }
      }
      case 'not':
        return {kind, node: this.node(objectOf(value, path, ['kind', 'node']).node, `${path}.node`, depth + 1)}
      case 'phrase':
        return {
          kind,
          words: listOf(objectOf(value, path, ['kind', 'words']).words, path).map((w) => this.word(w, path)),
        }
      case 'wild-word':
        return {kind, pattern: this.wildWord(objectOf(value, path, ['kind', 'pattern']).pattern, path)}
      case 'text-regex':
        return {kind, regex: this.regex(objectOf(value, path, ['kind', 'regex']).regex, path)}
      case 'level':
        return {
          kind,
          levels: listOf(objectOf(value, path, ['kind', 'levels']).levels, path).map((l) => levelOf(l, path)),
        }
      case 'field': {
        const {field, test} = objectOf(value, path, ['kind', 'field', 'test'])
        const checked = this.field(field, `${path}.field`)
        return {kind, field: checked, test: this.test(test, holds(checked), `${path}.test`)}
      }
      default:
        throw refused(path, 'is no node of a query')
    }
  }

  private field(value: unknown, path: string): Field {
    const {in: where, name, path: attribute, pattern} = objectOf(value, path, ['in', 'name', 'path', 'pattern'])
    if (where === 'record' && RECORD_FIELDS.has(name as string)) return {in: where, name: name as RecordField}
    if (where === 'attributes') return {in: where, path: this.string(attribute, path)}
    if (where === 'any') return {in: where, pattern: this.wildcard(pattern, path)}
    throw refused(path, 'is no field')
  }

  private test(value: unknown, hold: Hold, path: string): Test {
    const names = ['kind', 'value', 'quoted', 'pattern', 'regex', 'from', 'to']
    const {kind, ...test} = objectOf(value, path, names)
    switch (kind) {
      case 'exists':
        return {kind}
      case 'equals': {
        if (typeof test.quoted !== 'boolean') throw refused(path, 'does not say whether it is quoted')
        return {kind, value: this.heldBy(hold, test.value, path), quoted: test.quoted}
      }
      case 'like':
        if (hold === 'times') throw refused(path, 'is no test of a time')
        return {kind, pattern: this.wildcard(test.pattern, path)}
      case 'regex':
        if (hold === 'times') throw refused(path, 'is no test of a time')
        return {kind, regex: this.regex(test.regex, path)}
      case 'range': {
        const from = test.from === undefined ? undefined : this.bound(test.from, hold, `${path}.from`)
        const to = test.to === undefined ? undefined : this.bound(test.to, hold, `${path}.to`)
        if (!from && !to) throw refused(path, 'has no end')
        if (from && to && hold !== 'times' && isNumber(from) !== isNumber(to))
          throw refused(path, 'has a number at one end and none at the other')
        return {kind, ...(from && {from}), ...(to && {to})}
      }
      default:
        throw refused(path, 'is no test')
    }
  }

  private bound(value: unknown, hold: Hold, path: string): Bound {
    const {value: end, inclusive} = objectOf(value, path, ['value', 'inclusive'])
    if (typeof inclusive !== 'boolean') throw refused(path, 'does not say whether it is inclusive')
    return {value: this.heldBy(hold, end, path), inclusive}
  }

  /** A value that a field of this kind can hold. */
  private heldBy(hold: Hold, value: unknown, path: string): string {
    const text = this.string(value, path)
    if (hold === 'times') return timeOf(text, path)
    if (hold === 'numbers' && numberOf(text) === undefined)
      throw refused(path, 'is no number, and its field holds nothing else')
    return text
  }

  private regex(value: unknown, path: string): Regex {
    const {source, ignoreCase} = objectOf(value, path, ['source', 'ignoreCase'])
    if (typeof ignoreCase !== 'boolean') throw refused(path, 'does not say whether case counts')
    const regex = {source: this.string(source, path), ignoreCase}
    try {
      parseRegex(regex.source, ignoreCase)
    } catch (error) {
      if (error instanceof RegexError) throw refused(path, `holds a regular expression that is none: ${error.problem}`)
      throw error
    }
    return regex
  }

  private word(value: unknown, path: string): string {
    const word = this.string(value, path)
    if (word.length > MAX_WORD || !WHOLE_WORD.test(word)) throw refused(path, 'holds what is no word')
    return word
  }

  private wildWord(value: unknown, path: string): Wildcard {
    const pattern = this.wildcard(value, path)
    if (pattern.some((part) => typeof part === 'string' && !WORD_CHARACTERS.test(part)))
      throw refused(path, 'holds what is no part of a word')
    return pattern
  }

  private wildcard(value: unknown, path: string): Wildcard {
    return listOf(value, path).map((part) => {
      if (typeof part === 'string') return this.string(part, path)
      const {any} = objectOf(part, path, ['any'])
      this.count(1)
      if (any === 'one' || any === 'many') return {any}
      throw refused(path, 'holds what is no wildcard')
    })
  }

  private string(value: unknown, path: string): string {
    if (typeof value !== 'string') throw refused(path, 'holds no text where one is expected')
    this.count(value.length)
    return value
  }

  private count(length: number): void {
    this.text += length
    if (this.text > MAX_TREE_TEXT) throw refused('query', `holds more than ${MAX_TREE_TEXT} characters of text`)
  }
}

/** Of a path in an error. */
const LONGEST_PATH = 120

/** A word that was cut to MAX_WORD may end in half a character. */
const WHOLE_WORD = /^[\p{L}\p{N}_]+[\ud800-\udbff]?$/u

type Hold = 'text' | 'numbers' | 'times'

const TIMES: ReadonlySet<string> = new Set(TIME_FIELDS)
const NUMBERS: ReadonlySet<string> = new Set(NUMBER_FIELDS)
const RECORD_FIELDS: ReadonlySet<string> = new Set([...TEXT_FIELDS, ...NUMBER_FIELDS, ...TIME_FIELDS])

function holds(field: Field): Hold {
  if (field.in !== 'record') return 'text'
  if (TIMES.has(field.name)) return 'times'
  return NUMBERS.has(field.name) ? 'numbers' : 'text'
}

function isNumber({value}: Bound): boolean {
  return numberOf(value) !== undefined
}

function levelOf(value: unknown, path: string): Level {
  const level = LEVELS.find((known) => known === value)
  if (!level) throw refused(path, `holds what is no level: use ${LEVELS.join(', ')}`)
  return level
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** RFC 3339 in UTC, of any year. */
function timeOf(value: unknown, path: string): string {
  if (typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value))) return value
  throw refused(path, 'is no time: write 2026-11-21T09:41:07Z, in UTC')
}

function objectOf(value: unknown, path: string, names: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused(path, 'is no object')
  const unknown = Object.keys(value).find((name) => !names.includes(name))
  if (unknown !== undefined) throw refused(path, `has an unknown part ${JSON.stringify(unknown.slice(0, 40))}`)
  return value as Record<string, unknown>
}

function listOf(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw refused(path, 'lacks a list of one part or more')
  return value
}

function refused(path: string, why: string): LogflowError {
  return new LogflowError('BAD_QUERY', `${path.length > LONGEST_PATH ? `…${path.slice(-LONGEST_PATH)}` : path} ${why}`)
}
