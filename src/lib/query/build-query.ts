import {LogflowError} from '../errors/logflow-error.js'
import {LEVELS, type Level} from '../record/level.js'
import {parseQuery, type QueryOptions, toLevel} from './parse-query.js'
import type {QueryNode, StringField, Test} from './query.js'

/** What the filter flags of search and tail say; each narrows the answer. */
export interface QueryParts extends QueryOptions {
  text?: string
  /** Any of these. */
  services?: string[]
  levels?: string[]
  minLevel?: string
  traceId?: string
  correlationId?: string
  requestId?: string
}

/** One tree of a query text and filter flags, all of which must hold. */
export function buildQuery(parts: QueryParts): QueryNode {
  const nodes: QueryNode[] = []
  const equal = (field: StringField, value?: string) => {
    if (value !== undefined) nodes.push(fieldNode(field, equalTo(value)))
  }
  if (parts.text?.trim()) nodes.push(parseQuery(parts.text, parts))
  equal('trace_id', parts.traceId)
  equal('correlation_id', parts.correlationId)
  equal('request_id', parts.requestId)
  if (parts.services?.length) nodes.push(oneOf(parts.services.map((value) => fieldNode('service', equalTo(value)))))
  if (parts.levels?.length) nodes.push({kind: 'level', levels: parts.levels.map(levelFlag)})
  if (parts.minLevel !== undefined)
    nodes.push({kind: 'level', levels: LEVELS.slice(LEVELS.indexOf(levelFlag(parts.minLevel)))})
  if (nodes.length === 0) return {kind: 'all'}
  return nodes.length === 1 ? (nodes[0] as QueryNode) : {kind: 'and', nodes}
}

/** Records of one trace, whichever of the three ids was given; `prefix` takes the beginning of an id. */
export function traceQuery(id: string, how: 'equals' | 'prefix'): QueryNode {
  const fields = ['trace_id', 'correlation_id', 'request_id'] as const
  const test = how === 'equals' ? equalTo(id) : ({kind: 'like', pattern: [id, {any: 'many'}]} as const)
  return oneOf(fields.map((field) => fieldNode(field, test)))
}

/** Values that a tree asks a field to equal: those asked for, none that are left out. */
export function askedValues(node: QueryNode, name: StringField): string[] {
  if (node.kind === 'and' || node.kind === 'or') return node.nodes.flatMap((part) => askedValues(part, name))
  if (node.kind !== 'field' || node.field.in !== 'record' || node.field.name !== name) return []
  return node.test.kind === 'equals' ? [node.test.value] : []
}

function fieldNode(name: StringField, test: Test): QueryNode {
  return {kind: 'field', field: {in: 'record', name}, test}
}

/** The value as it was given: a flag's value is text. */
function equalTo(value: string): Test {
  return {kind: 'equals', value, quoted: true}
}

function oneOf(nodes: QueryNode[]): QueryNode {
  return nodes.length === 1 ? (nodes[0] as QueryNode) : {kind: 'or', nodes}
}

function levelFlag(text: string): Level {
  const level = toLevel(text)
  if (!level) throw new LogflowError('USAGE', `"${text}" is no level; use one of ${LEVELS.join(', ')}`)
  return level
}
