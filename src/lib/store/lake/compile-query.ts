// A query as an SQL condition over the columns of a segment that is true for exactly the records that `matches()` takes.
// Where the columns alone cannot tell (fields named by a pattern, arrays in arrays, records stored by an older logflow),
// a condition is NULL: "ask matches()", which SQL's own logic of three values carries through AND, OR and NOT.

import {unreachable} from '../../errors/logflow-error.js'
import type {QueryNode, Test} from '../../query/query.js'
import {LEVELS} from '../../record/level.js'
import {compileAny} from './compile-any.js'
import {compileAttribute} from './compile-attribute.js'
import {compileRecordField} from './compile-record-field.js'
import {compilePhrase, compileTextRegex, compileWildWord} from './compile-text.js'
import {type Parameters, quote} from './sql.js'

/**
 * Whether the condition of the query says yes or no of every record. Then it may be NULL for no, so that conditions on
 * one column stay as they are, and Parquet's filters are made use of; else NULL is "ask matches()".
 */
export function isDecided(node: QueryNode): boolean {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.nodes.every(isDecided)
    case 'not':
      return isDecided(node.node)
    case 'field':
      return node.field.in === 'record' && !seesHalves(node)
    case 'all':
    case 'level':
      return true
    case 'phrase':
    case 'wild-word':
    case 'text-regex':
      return false
    default:
      return unreachable(node)
  }
}

/** The condition; see {@link isDecided} for what NULL is. */
export function compileQuery(node: QueryNode, parameters: Parameters): string {
  switch (node.kind) {
    case 'all':
      return 'true'
    case 'and':
      return joined(node, ' AND ', 'true', parameters)
    case 'or':
      return either(node, parameters)
    case 'not':
      return `NOT ${yesOrNo(node.node, parameters)}`
    case 'phrase':
      return compilePhrase(node.words, parameters)
    case 'wild-word':
      return compileWildWord(node.pattern)
    case 'text-regex':
      return compileTextRegex(node.regex)
    case 'level': {
      const levels = LEVELS.filter((level) => node.levels.includes(level))
      return levels.length ? `level IN (${levels.map(quote).join(', ')})` : 'false'
    }
    case 'field':
      return compileField(node, parameters)
    default:
      return unreachable(node)
  }
}

/**
 * Conditions of which all hold, or are NULL where they may be, for the records of the answer. `decided` are true or not
 * by themselves; `open` may be NULL, where matches() must be asked.
 */
export interface Conditions {
  decided: string[]
  open: string[]
}

/** A query as conditions: the parts of an AND by themselves, so that what is decided is not held up by what is not. */
export function compileConditions(query: QueryNode, parameters: Parameters): Conditions {
  const conditions: Conditions = {decided: [], open: []}
  for (const node of partsOf(query)) {
    if (node.kind === 'all') continue
    conditions[isDecided(node) ? 'decided' : 'open'].push(compileQuery(node, parameters))
  }
  return conditions
}

function partsOf(node: QueryNode): QueryNode[] {
  return node.kind === 'and' ? node.nodes.flatMap(partsOf) : [node]
}

function joined(
  node: Extract<QueryNode, {kind: 'and' | 'or'}>,
  operator: string,
  none: string,
  parameters: Parameters,
): string {
  if (node.nodes.length === 0) return none
  const parts = isDecided(node)
    ? node.nodes.map((part) => compileQuery(part, parameters))
    : node.nodes.map((part) => yesOrNo(part, parameters))
  return `(${parts.join(operator)})`
}

/** Tests of one attribute, of which any will do, are asked at once. */
function either(node: Extract<QueryNode, {kind: 'or'}>, parameters: Parameters): string {
  const tests = new Map<string, Test[]>()
  const rest: QueryNode[] = []
  for (const part of node.nodes) {
    if (part.kind !== 'field' || part.field.in !== 'attributes' || seesHalves(part)) rest.push(part)
    else append(tests, part.field.path, part.test)
  }
  if (tests.size === 0) return joined(node, ' OR ', 'false', parameters)
  const conditions = rest.map((part) => yesOrNo(part, parameters))
  for (const [path, some] of tests) conditions.push(compileAttribute(path, some, parameters))
  return `(${conditions.join(' OR ')})`
}

/** The condition with no NULL for no. */
function yesOrNo(node: QueryNode, parameters: Parameters): string {
  const sql = compileQuery(node, parameters)
  return isDecided(node) ? `coalesce(${sql}, false)` : sql
}

type FieldNode = Extract<QueryNode, {kind: 'field'}>

function compileField(node: FieldNode, parameters: Parameters): string {
  if (HALF.test(JSON.stringify(node))) return 'CAST(NULL AS BOOLEAN)'
  const {field, test} = node
  switch (field.in) {
    case 'record': {
      const sql = compileRecordField(field.name, test, parameters)
      return seesHalves(node) ? onlyWhole(`coalesce(${sql}, false)`) : sql
    }
    case 'attributes': {
      const sql = compileAttribute(field.path, [test], parameters)
      return seesHalves(node) ? onlyWhole(sql) : sql
    }
    case 'any':
      return onlyWhole(compileAny(field.pattern, test, parameters))
    default:
      return unreachable(field)
  }
}

/** Undecided of the records that columns cannot hold as they are: halves of surrogate pairs are U+FFFD there. */
function onlyWhole(sql: string): string {
  return `CASE WHEN exact IS NULL THEN ${sql} END`
}

/** Half a surrogate pair, which JSON.stringify escapes, cannot be asked for in SQL. */
const HALF = /\\ud[89a-f]/

/** Whether it makes a difference that half a surrogate pair in a record is U+FFFD in its column. */
function seesHalves({field, test}: FieldNode): boolean {
  const asked = JSON.stringify([test, field.in === 'attributes' ? field.path : ''])
  if (test.kind === 'regex' || asked.includes('\ufffd') || HALF.test(asked)) return true
  // Of what is beyond the surrogates, U+FFFD may lie on the other side.
  return test.kind === 'range' && /[\u{d800}-\u{10ffff}]/u.test(asked)
}

function append<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name)
  if (list) list.push(item)
  else lists.set(name, [item])
}
