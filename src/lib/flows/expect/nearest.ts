import type {QueryNode} from '../../query/query.js'
import type {RecordFilter} from '../../query/record-filter.js'
import type {LogRecord} from '../../record/record.js'
import type {Evidence} from './expect-records.js'

/** Conditions tried at most: each is a question to the store. */
const MOST_TRIES = 8
const MOST_SHOWN = 3

/** Records that would match without one of the conditions. */
export interface Nearest {
  /** The condition that they do not meet; absent where it is the bounds of time. */
  without?: QueryNode
  count: number
  records: LogRecord[]
}

/** The nearest thing to records that did not come: fewest first, so that what says most is what is shown. */
export async function nearestRecords(evidence: Evidence, filter: RecordFilter): Promise<Nearest | undefined> {
  // What stands beside the flags as a whole, and each of its conditions by itself.
  const parts = filter.query.kind === 'and' ? filter.query.nodes : []
  const each = parts.flatMap((part) => (part.kind === 'and' ? conditionsOf(part) : []))
  const candidates: Array<{without?: QueryNode; filter: RecordFilter}> = [...each, ...parts]
    .slice(0, MOST_TRIES)
    .map((without) => ({without, filter: {...filter, query: withoutPart(filter.query, without)}}))
  if (filter.since !== undefined || filter.until !== undefined) candidates.push({filter: {query: filter.query}})
  let nearest: (Nearest & {filter: RecordFilter}) | undefined
  for (const candidate of candidates) {
    const count = await evidence.count(candidate.filter)
    if (count > 0 && (nearest === undefined || count < nearest.count)) nearest = {...candidate, count, records: []}
  }
  if (!nearest) return undefined
  const {without, count} = nearest
  return {without, count, records: await evidence.show(nearest.filter, MOST_SHOWN)}
}

function conditionsOf(query: QueryNode): QueryNode[] {
  return query.kind === 'and' ? query.nodes.flatMap(conditionsOf) : [query]
}

function withoutPart(query: QueryNode, part: QueryNode): QueryNode {
  if (query.kind !== 'and') return query
  const nodes = query.nodes.filter((node) => node !== part).map((node) => withoutPart(node, part))
  return nodes.length === 1 ? (nodes[0] as QueryNode) : {kind: 'and', nodes}
}
