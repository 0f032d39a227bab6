import {nearMatch} from '../config/near-match.js'
import {traceQuery} from '../query/build-query.js'
import type {NothingFound} from '../query/nothing-found.js'
import type {QueryNode} from '../query/query.js'
import type {RecordFilter, Store} from '../store/store.js'
import {MIN_PREFIX} from './find-trace.js'

const MAX_SERVICES = 200

/** Looks once more, wider, after an empty answer. */
export async function explainNothing(store: Store, filter: RecordFilter): Promise<NothingFound> {
  const status = await store.status()
  const timed = filter.since !== undefined || filter.until !== undefined
  const asked = servicesOf(filter.query)
  const known = asked.length > 0 && status.records > 0 ? await store.values('service', MAX_SERVICES) : []
  const missing = asked.find((name) => !known.some((service) => service.toLowerCase() === name.toLowerCase()))
  const beginning = status.records > 0 ? await beginningOf(store, filter.query) : undefined
  return {
    total: status.records,
    newest: status.newest,
    ...(timed && status.records > 0 ? {anyTime: await store.count({query: filter.query})} : {}),
    ...(missing === undefined ? {} : {unknownService: {asked: missing, nearest: nearMatch(missing, known)}}),
    ...(beginning === undefined ? {} : {beginning}),
  }
}

function servicesOf(node: QueryNode): string[] {
  if (node.kind === 'equals' && node.field === 'service') return [node.value]
  if (node.kind === 'and' || node.kind === 'or') return node.nodes.flatMap(servicesOf)
  return []
}

/** The id in a query that ids only begin with, as the short ones beside shown records do. */
async function beginningOf(store: Store, query: QueryNode): Promise<string | undefined> {
  for (const id of idsOf(query)) {
    if (id.length < MIN_PREFIX || (await store.count({query: traceQuery(id, 'equals')})) > 0) continue
    if ((await store.count({query: traceQuery(id, 'prefix')})) > 0) return id
  }
  return undefined
}

const IDS = new Set<string>(['trace_id', 'correlation_id', 'request_id'])

function idsOf(node: QueryNode): string[] {
  if (node.kind === 'equals' && IDS.has(node.field)) return [node.value]
  if (node.kind === 'and' || node.kind === 'or') return node.nodes.flatMap(idsOf)
  return []
}
