import type {QueryNode} from '../query/query.js'
import {compareRecords} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import type {SearchRequest} from '../store/store.js'
import type {AskRecords} from './search-records.js'

/** What stands beside a record among those of its source, nearest first on either side. */
export interface Beside {
  older: LogRecord[]
  newer: LogRecord[]
}

export interface NearOptions {
  /** The source's records. */
  query: QueryNode
  /** How many on either side. */
  older: number
  newer: number
}

/** Distances, ms, within which neighbours of many records are asked for together: what is dense first. */
const WIDTHS = [100, 2_000, 30_000, 600_000]
/** An answer as long as this may not be whole. */
const MOST = 5_000
/** Fewer records than this are not worth a question together. */
const FEW = 3

/**
 * The neighbours of records of one source, as far as a few questions for all of them find them; by id. Those that are
 * missing are to be asked for one by one.
 */
export async function nearRecords(
  ask: AskRecords,
  records: readonly LogRecord[],
  options: NearOptions,
  signal?: AbortSignal,
): Promise<Map<string, Beside>> {
  const near = new Map<string, Beside>()
  const together = Math.max(FEW, Math.floor(MOST / ((options.older + options.newer + 2) * 8)))
  let left = records.slice()
  for (const width of WIDTHS) {
    if (left.length < FEW || signal?.aborted) return near
    for (let at = 0; at < left.length; at += together) {
      const some = left.slice(at, at + together)
      const found = await askAround(ask, some, width, options.query, signal)
      // An answer that was cut says nothing sure of any of them.
      if (found.length === MOST) continue
      for (const record of some) {
        const beside = besideIn(found, record, width, options)
        if (beside) near.set(record.id, beside)
      }
    }
    left = left.filter(({id}) => !near.has(id))
  }
  return near
}

/** Records of the source within `width` of any of these, oldest first. */
async function askAround(
  ask: AskRecords,
  records: readonly LogRecord[],
  width: number,
  query: QueryNode,
  signal?: AbortSignal,
): Promise<LogRecord[]> {
  const spans = records.map((record) => spanOf(record, width)).sort((a, b) => a.from - b.from)
  const merged: typeof spans = []
  for (const span of spans) {
    const last = merged.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else merged.push({...span})
  }
  const times = merged.map(({from, to}): QueryNode => {
    const test = {
      kind: 'range',
      from: {value: iso(from), inclusive: true},
      to: {value: iso(to), inclusive: false},
    } as const
    return {kind: 'field', field: {in: 'record', name: '@timestamp'}, test}
  })
  const request: SearchRequest = {
    query: {kind: 'and', nodes: [query, {kind: 'or', nodes: times}]},
    since: iso((merged[0] as {from: number}).from),
    until: iso((merged.at(-1) as {to: number}).to),
    order: 'oldest',
    limit: MOST,
  }
  const found: LogRecord[] = []
  for await (const page of ask(request, signal)) found.push(...page)
  return found
}

/** Both sides of a record in what was found; `undefined` where there may be nearer ones outside of the width. */
function besideIn(
  found: readonly LogRecord[],
  record: LogRecord,
  width: number,
  {older, newer}: NearOptions,
): Beside | undefined {
  const {from, to} = spanOf(record, width)
  let low = 0
  let high = found.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareRecords(found[middle] as LogRecord, record) < 0) low = middle + 1
    else high = middle
  }
  const within = (other: LogRecord): boolean => {
    const ms = Date.parse(other['@timestamp'])
    return ms >= from && ms < to
  }
  const place = found.findIndex(({id}, index) => index >= low && id === record.id)
  if (place === -1) return undefined
  const before = found
    .slice(Math.max(0, place - older), place)
    .reverse()
    .filter(within)
  const after = found.slice(place + 1, place + 1 + newer).filter(within)
  return before.length === older && after.length === newer ? {older: before, newer: after} : undefined
}

/** Whole milliseconds, so that the nanoseconds of the last one belong to it. */
function spanOf(record: LogRecord, width: number): {from: number; to: number} {
  const at = Date.parse(record['@timestamp'])
  return {from: Math.max(0, at - width), to: at + width + 1}
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
