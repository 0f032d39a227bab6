import {unreachable} from '../../errors/logflow-error.js'
import type {QueryNode} from '../../query/query.js'

/** Fields of a document that tell whether its record is an answer; `undefined` where any may. */
export function fieldsOf(query: QueryNode): string[] | undefined {
  const fields = new Set(['@timestamp'])
  return addFields(query, fields) ? [...fields] : undefined
}

/** @returns false where all are needed */
function addFields(node: QueryNode, fields: Set<string>): boolean {
  switch (node.kind) {
    case 'all':
      return true
    case 'and':
    case 'or':
      return node.nodes.every((part) => addFields(part, fields))
    case 'not':
      return addFields(node.node, fields)
    case 'phrase':
    case 'wild-word':
    case 'text-regex':
      fields.add('message').add('attributes')
      return true
    case 'level':
      fields.add('level')
      return true
    case 'field':
      if (node.field.in === 'any') return false
      fields.add(node.field.in === 'attributes' ? 'attributes' : (node.field.name.split('.')[0] as string))
      return true
    default:
      return unreachable(node)
  }
}
