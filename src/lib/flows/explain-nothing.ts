import {nearMatch} from '../config/near-match.js'
import {askedValues, traceQuery} from '../query/build-query.js'
import type {NothingFound} from '../query/nothing-found.js'
import type {QueryNode} from '../query/query.js'
import type {RecordFilter, Store} from '../store/store.js'
import {MIN_PREFIX} from './find-trace.js'
import {unknownField} from './unknown-field.js'

const MAX_SERVICES = 200
const IDS = ['trace_id', 'correlation_id', 'request_id'] as const

/** Looks once more, wider, after an empty answer. */
export async function explainNothing(store: Store, filter: RecordFilter): Promise<NothingFound> {
  const status = await store.status()
  const timed = filter.since !== undefined || filter.until !== undefined
  const asked = askedValues(filter.query, 'service')
  const known = asked.length > 0 && status.records > 0 ? await store.values('service', MAX_SERVICES) : []
  const missing = asked.find((name) => !known.some((service) => service.toLowerCase() === name.toLowerCase()))
  const beginning = status.records > 0 ? await beginningOf(store, filter.query) : undefined
  const field = status.records > 0 ? await unknownField(store, filter.query) : undefined
  return {
    total: status.records,
    newest: status.newest,
    ...(timed && status.records > 0 ? {anyTime: await store.count({query: filter.query})} : {}),
    ...(missing === undefined ? {} : {unknownService: {asked: missing, nearest: nearMatch(missing, known)}}),
    ...(field === undefined ? {} : {unknownField: field}),
    ...(beginning === undefined ? {} : {beginning}),
  }
}

/** The id in a query that ids only begin with, as the short ones beside shown records do. */
async function beginningOf(store: Store, query: QueryNode): Promise<string | undefined> {
  for (const id of IDS.flatMap((name) => askedValues(query, name))) {
    if (id.length < MIN_PREFIX || (await store.count({query: traceQuery(id, 'equals')})) > 0) continue
    if ((await store.count({query: traceQuery(id, 'prefix')})) > 0) return id
  }
  return undefined
}
