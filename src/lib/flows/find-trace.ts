import {LogflowError} from '../errors/logflow-error.js'
import {traceQuery} from '../query/build-query.js'
import type {LogRecord} from '../record/record.js'
import type {Store} from '../store/store.js'

/** Shortest beginning of an id that is looked up: shorter ones match too much to mean anything. */
export const MIN_PREFIX = 4
/** Records looked at to tell whether a prefix belongs to one id only. */
const MAX_PREFIX_RECORDS = 10_000

export interface FoundTrace {
  /** The whole id, where a prefix was given. */
  id: string
  /** All its records, oldest first. */
  records: LogRecord[]
}

/**
 * Every record whose trace, correlation or request id is `id`, or begins with it when only one such id does.
 * Nothing found gives no records; several ids with that beginning are an error that names them.
 */
export async function findTrace(store: Store, id: string, signal?: AbortSignal): Promise<FoundTrace> {
  const records = await collect(store, id, signal)
  if (records.length > 0 || id.length < MIN_PREFIX) return {id, records}
  const ids = await idsWithPrefix(store, id, signal)
  if (ids.length === 0) return {id, records: []}
  if (ids.length > 1)
    throw new LogflowError('USAGE', `${ids.length} ids begin with "${id}"`, {
      suggestions: ids.slice(0, 5).map((whole) => `logflow trace ${whole}`),
    })
  const whole = ids[0] as string
  return {id: whole, records: await collect(store, whole, signal)}
}

async function collect(store: Store, id: string, signal?: AbortSignal): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  const request = {query: traceQuery(id, 'equals'), order: 'oldest', limit: Infinity} as const
  for await (const page of store.search(request, signal)) records.push(...page)
  return records
}

/** Distinct ids with this beginning; a trace id stands for the correlation and request ids of its own records. */
async function idsWithPrefix(store: Store, prefix: string, signal?: AbortSignal): Promise<string[]> {
  const ids = new Set<string>()
  const request = {query: traceQuery(prefix, 'prefix'), order: 'newest', limit: MAX_PREFIX_RECORDS} as const
  for await (const page of store.search(request, signal)) {
    for (const record of page) {
      const candidates = [record.trace_id, record.correlation_id, record.request_id]
      const found = candidates.find((candidate) => candidate?.startsWith(prefix))
      if (found !== undefined) ids.add(found)
    }
  }
  return [...ids].sort()
}
