import {CASELESS_FIELDS, type QueryNode, STRING_FIELDS} from '../../query/query.js'
import {isDecided} from './compile-query.js'

/** Whether few records can match, so that looking at few segments first would not pay. */
export function isSelective(node: QueryNode): boolean {
  if (node.kind === 'field') return asksForId(node)
  if (node.kind === 'and') return node.nodes.some(isSelective)
  return node.kind === 'or' && node.nodes.length > 0 && node.nodes.every(isSelective)
}

/** An id of the record itself, whose parts are looked for in narrow columns, or one that has a Bloom filter. */
function asksForId({field, test}: Extract<QueryNode, {kind: 'field'}>): boolean {
  if (field.in !== 'record' || test.kind !== 'equals') return false
  return field.name === 'id' || SELECTIVE_FIELDS.includes(field.name)
}

const SELECTIVE_FIELDS: readonly string[] = STRING_FIELDS.filter(
  (name) => name !== 'event' && !CASELESS_FIELDS.has(name),
)

/**
 * The query as several, of which a record matches one at most: an OR of ids is looked up id by id, since only a condition
 * on one column makes use of its Bloom filters.
 */
export function alternatives(node: QueryNode): QueryNode[] {
  if (
    node.kind === 'or' &&
    node.nodes.length > 1 &&
    node.nodes.length <= MOST_ALTERNATIVES &&
    isSelective(node) &&
    isDecided(node)
  ) {
    return node.nodes.map((part, i) => ({kind: 'and', nodes: [part, ...node.nodes.slice(0, i).map(negated)]}))
  }
  if (node.kind !== 'and') return [node]
  for (const [i, part] of node.nodes.entries()) {
    const parts = part.kind === 'or' ? alternatives(part) : []
    const others = node.nodes.filter((_, at) => at !== i)
    if (parts.length > 1) return parts.map((each) => ({kind: 'and', nodes: [each, ...others]}))
  }
  return [node]
}

const MOST_ALTERNATIVES = 8

function negated(node: QueryNode): QueryNode {
  return {kind: 'not', node}
}
