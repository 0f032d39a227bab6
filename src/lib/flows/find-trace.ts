import {LogflowError} from '../errors/logflow-error.js'
import {traceQuery} from '../query/build-query.js'
import type {LogRecord} from '../record/record.js'
import type {AskRecords} from './search-records.js'

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
export async function findTrace(ask: AskRecords, id: string, signal?: AbortSignal): Promise<FoundTrace> {
  const records = await collect(ask, signal, id, 'equals')
  if (records.length > 0 || id.length < MIN_PREFIX) return {id, records}
  const some = await collect(ask, signal, id, 'prefix', MAX_PREFIX_RECORDS)
  const whole = theOnlyId(some, id)
  return whole === undefined ? {id, records: []} : {id: whole, records: await collect(ask, signal, whole, 'equals')}
}

/** The same for what can be read but once, as stdin can: everything with that beginning is held. */
export async function findTraceAtOnce(ask: AskRecords, id: string, signal?: AbortSignal): Promise<FoundTrace> {
  const some = await collect(ask, signal, id, id.length < MIN_PREFIX ? 'equals' : 'prefix')
  const exact = some.filter((record) => idsOf(record).includes(id))
  if (exact.length > 0) return {id, records: exact}
  const whole = theOnlyId(some, id)
  return whole === undefined ? {id, records: []} : {id: whole, records: some.filter((r) => idsOf(r).includes(whole))}
}

async function collect(
  ask: AskRecords,
  signal: AbortSignal | undefined,
  id: string,
  how: 'equals' | 'prefix',
  limit = Number.POSITIVE_INFINITY,
): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  const order = limit === Number.POSITIVE_INFINITY ? 'oldest' : 'newest'
  for await (const page of ask({query: traceQuery(id, how), order, limit}, signal)) records.push(...page)
  return records
}

/** A trace id stands for the correlation and request ids of its own records. */
function theOnlyId(records: readonly LogRecord[], prefix: string): string | undefined {
  const ids = new Set<string>()
  for (const record of records) {
    const found = idsOf(record).find((id) => id.startsWith(prefix))
    if (found !== undefined) ids.add(found)
  }
  if (ids.size > 1)
    throw new LogflowError('USAGE', `${ids.size} ids begin with "${prefix}"`, {
      suggestions: [...ids]
        .sort()
        .slice(0, 5)
        .map((whole) => `logflow trace ${whole}`),
    })
  return [...ids][0]
}

function idsOf({trace_id, correlation_id, request_id}: LogRecord): string[] {
  return [trace_id, correlation_id, request_id].filter((id) => id !== undefined)
}
