import {nearMatch} from '../config/near-match.js'
import {attributeLeaves} from '../query/field-values.js'
import {NUMBER_FIELDS, type QueryNode, TEXT_FIELDS} from '../query/query.js'
import type {Store} from '../store/store.js'

/** Records in which the names of attributes are looked up. */
const SAMPLE = 500
const RECORD_NAMES = ['level', '@timestamp', ...TEXT_FIELDS, ...NUMBER_FIELDS]

/** An attribute that a query asks for and that no record has, with the nearest name of one, or of a field of the record. */
export async function unknownField(
  store: Store,
  query: QueryNode,
): Promise<{asked: string; nearest?: string} | undefined> {
  const paths = [...new Set(pathsOf(query))]
  if (paths.length === 0) return undefined
  const known = new Set<string>()
  for await (const page of store.search({query: {kind: 'all'}, order: 'newest', limit: SAMPLE})) {
    for (const {attributes} of page) for (const [path] of attributeLeaves(attributes)) known.add(path)
  }
  for (const path of paths) {
    if (known.has(path)) continue
    const field = {in: 'attributes', path} as const
    if ((await store.count({query: {kind: 'field', field, test: {kind: 'exists'}}})) > 0) continue
    const nearest = nearMatch(path, [...RECORD_NAMES, ...known])
    return {asked: path, ...(nearest === undefined ? {} : {nearest})}
  }
  return undefined
}

/** Attributes that must be there for a record to match. */
function pathsOf(node: QueryNode): string[] {
  if (node.kind === 'and') return node.nodes.flatMap(pathsOf)
  if (node.kind === 'or') {
    const parts = node.nodes.map(pathsOf)
    return parts.some((paths) => paths.length === 0) ? [] : parts.flat()
  }
  return node.kind === 'field' && node.field.in === 'attributes' ? [node.field.path] : []
}
