// Query trees as questions to Elasticsearch. What they find is what `matches()` means: where the server cannot be asked
// for that, or documents lack what is asked of them, it is asked for more, and what it gives is tested with matches().

import {unreachable} from '../../errors/logflow-error.js'
import type {QueryNode} from '../../query/query.js'
import type {RecordFilter} from '../../query/record-filter.js'
import {
  ALL,
  allOf,
  and,
  anyOf,
  type Bounds,
  type Dsl,
  exactly,
  type Need,
  NO_RECORD,
  noneOf,
  not,
  or,
} from './bounds.js'
import {compileField} from './compile-field.js'
import {eventTime} from './compile-time.js'
import {phrase, textRegex, wildWord} from './compile-words.js'

export type {Dsl} from './bounds.js'

/** A filter as questions. Every answer of the filter is found by one of `certain` and `doubtful`, none by both. */
export interface CompiledFilter {
  /** What `candidates` finds is the answer; `doubtful` is absent, and `certain` the same. */
  exact: boolean
  /** Finds every answer; where not exact, others too: each record is to be tested with matches(). */
  candidates: Dsl
  /** Finds answers only. */
  certain: Dsl
  /** Finds candidates that are not certain. */
  doubtful?: Dsl
}

/** Query and time range of a filter. */
export function compileFilter({query, since, until}: RecordFilter): CompiledFilter {
  const times = [
    ...(since === undefined ? [] : [eventTime('gte', since)]),
    ...(until === undefined ? [] : [eventTime('lt', until)]),
  ]
  const {upper, lower, needs} = compile(query)
  const unsure = unsureOf(needs)
  const candidates = allOf([...times, anyOf([upper, unsure])])
  if (upper === lower && unsure === NO_RECORD.upper) return {exact: true, candidates, certain: candidates}
  const certain = allOf([...times, lower, noneOf(unsure)])
  const doubtful = allOf([...times, upper === lower ? unsure : anyOf([allOf([upper, noneOf(lower)]), unsure])])
  return {exact: false, candidates, certain, doubtful}
}

/** Documents that lack what these lean on. */
function unsureOf(needs: ReadonlySet<Need>): Dsl {
  const marked = (mark: string) => ({term: {'folded.inexact': {value: mark}}})
  const old = noneOf({exists: {field: 'folded.schema'}})
  const unsure: Record<Need, Dsl[]> = {
    terms: [old, marked('terms')],
    names: [marked('names')],
    patterns: [old, marked('words')],
    // Of schema 1, records with no message had no words either.
    texts: [allOf([old, noneOf({exists: {field: 'words'}})])],
  }
  return anyOf([...needs].flatMap((need) => unsure[need]))
}

function compile(node: QueryNode): Bounds {
  switch (node.kind) {
    case 'all':
      return ALL
    case 'and':
      return and(excludedAtOnce(flat(node.nodes, 'and')).map(compile))
    case 'or':
      return or(flat(node.nodes, 'or').map(compile))
    case 'not':
      return node.node.kind === 'not' ? compile(node.node.node) : not(compile(node.node))
    case 'phrase':
      return phrase(node.words)
    case 'wild-word':
      return wildWord(node.pattern)
    case 'text-regex':
      return textRegex(node.regex)
    case 'level':
      return exactly({terms: {level: node.levels}})
    case 'field':
      return compileField(node.field, node.test)
    default:
      return unreachable(node)
  }
}

/** What must not be is one part, so that many words are one clause. */
function excludedAtOnce(nodes: QueryNode[]): QueryNode[] {
  const excluded = nodes.flatMap((node) => (node.kind === 'not' ? [node.node] : []))
  if (excluded.length < 2) return nodes
  return [...nodes.filter((node) => node.kind !== 'not'), {kind: 'not', node: {kind: 'or', nodes: excluded}}]
}

/** Parts of the same kind are lifted up: a long chain of words is one level deep. */
function flat(nodes: QueryNode[], kind: 'and' | 'or'): QueryNode[] {
  return nodes.flatMap((node) => (node.kind === kind ? flat(node.nodes, kind) : [node]))
}
