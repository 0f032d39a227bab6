import {LogflowError, unreachable} from '../../errors/logflow-error.js'
import {
  CASELESS_FIELDS,
  type Field,
  MAX_FIELD_VALUE,
  type QueryNode,
  STRING_FIELDS,
  type StringField,
  type Test,
} from '../../query/query.js'
import type {RecordFilter} from '../store.js'
import {toPieces} from './document.js'

/** A query of Elasticsearch's, always in filter context: nothing is scored. */
export type Dsl = Record<string, unknown>

/** Elasticsearch refuses 30 levels of `bool`. */
const MAX_DEPTH = 25

/** Query and time range of a filter. Finds what `matches()` means. */
export function compileFilter({query, since, until}: RecordFilter): Dsl {
  const range = since === undefined && until === undefined ? [] : [timeRange(since, until)]
  const filter = [...range, ...(query.kind === 'all' ? [] : [compile(query, 0)])]
  return filter.length === 0 ? {match_all: {}} : {bool: {filter}}
}

/** As strings: a number of JSON cannot hold nanoseconds. */
function timeRange(since: string | undefined, until: string | undefined): Dsl {
  const times: Record<string, string> = {}
  if (since !== undefined) times.gte = within(since)
  if (until !== undefined) times.lt = within(until)
  return {range: {'@timestamp': {...times, format: 'strict_date_optional_time_nanos'}}}
}

/** Bounds outside what `date_nanos` holds are refused by the server; no record lies out there. */
function within(time: string): string {
  const seconds = Date.parse(`${time.slice(0, 19)}Z`) / 1000
  if (seconds < 0) return '1970-01-01T00:00:00.000Z'
  return seconds > 9_223_300_000 ? '2262-04-11T00:00:00.000Z' : time
}

function compile(node: QueryNode, depth: number): Dsl {
  if (depth > MAX_DEPTH) {
    throw new LogflowError('BAD_QUERY', 'the query nests too deep for Elasticsearch', {
      suggestions: ['Use fewer parentheses inside parentheses'],
    })
  }
  switch (node.kind) {
    case 'all':
      return {match_all: {}}
    case 'and':
      return {bool: {filter: flat(node.nodes, 'and').map((part) => compile(part, depth + 1))}}
    case 'or': {
      const parts = flat(node.nodes, 'or')
      // A `bool` of nothing matches everything; an OR of nothing matches nothing.
      return parts.length === 0 ? {match_none: {}} : anyOf(parts.map((part) => compile(part, depth + 1)))
    }
    case 'not':
      return node.node.kind === 'not'
        ? compile(node.node.node, depth)
        : {bool: {must_not: [compile(node.node, depth + 1)]}}
    case 'phrase':
      return phrase(toPieces(node.words))
    case 'field':
      return compileField(node.field, node.test)
    case 'wild-word':
    case 'text-regex':
      throw notSupported()
    case 'level':
      return {terms: {level: node.levels}}
    default:
      return unreachable(node)
  }
}

/** Parts of the same kind are lifted up: a long chain of words is one level deep. */
function flat(nodes: QueryNode[], kind: 'and' | 'or'): QueryNode[] {
  return nodes.flatMap((node) => (node.kind === kind ? flat(node.nodes, kind) : [node]))
}

function anyOf(should: Dsl[]): Dsl {
  return {bool: {should, minimum_should_match: 1}}
}

function phrase(pieces: string[]): Dsl {
  return pieces.length === 1
    ? {term: {words: {value: pieces[0]}}}
    : {match_phrase: {words: {query: pieces.join(' '), analyzer: 'whitespace'}}}
}

function compileField(field: Field, test: Test): Dsl {
  const name = field.in === 'record' ? STRING_FIELDS.find((known) => known === field.name) : undefined
  if (name === undefined) throw notSupported()
  if (test.kind === 'equals') return onField('term', name, test.value)
  const [first, second, ...more] = test.kind === 'like' ? test.pattern : []
  if (typeof first !== 'string' || typeof second !== 'object' || second.any !== 'many' || more.length > 0)
    throw notSupported()
  return onField('prefix', name, first)
}

function notSupported(): LogflowError {
  return new LogflowError('NOT_SUPPORTED', 'Elasticsearch cannot answer this query yet', {
    suggestions: ['Search the files themselves with --file'],
  })
}

function onField(kind: 'term' | 'prefix', field: StringField, value: string): Dsl {
  // Longer than anything indexed, lower-cased or not; the server refuses terms far longer than that.
  if (value.length > MAX_FIELD_VALUE * 3) return {match_none: {}}
  if (!CASELESS_FIELDS.has(field)) return {[kind]: {[field]: {value}}}
  // A name that is lower-case already has no copy: it is its own.
  const folded = value.toLowerCase()
  return anyOf([{[kind]: {[field]: {value: folded}}}, {[kind]: {[`folded.${field}`]: {value: folded}}}])
}
