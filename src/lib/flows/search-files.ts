import {isAsked} from '../query/record-filter.js'
import {compareRecords} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import type {RecordFilter, SearchRequest} from '../store/store.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {parseUnits} from './parse-units.js'

/** Records held beyond the limit before those that come last are let go. */
const SLACK = 10_000
const PAGE = 1_000

/** What was read of plain files. */
export interface UnitCounts {
  matching: number
  total: number
}

/**
 * The first `limit` records of plain files that match, in the asked order, as a store gives them. What is held is
 * bounded by the limit.
 * @param counts what is read is added to it
 */
export async function* searchUnits(
  batches: AsyncIterable<UnitBatch>,
  request: SearchRequest,
  counts: UnitCounts = {matching: 0, total: 0},
): AsyncGenerator<LogRecord[]> {
  const {limit, after} = request
  const sign = request.order === 'oldest' ? 1 : -1
  const inOrder = (a: LogRecord, b: LogRecord): number => sign * compareRecords(a, b)
  const edge = after && ({'@timestamp': after.time, source: {id: after.source, offset: after.offset}} as LogRecord)
  let chosen: LogRecord[] = []
  const keepFirst = () => {
    chosen.sort(inOrder)
    if (chosen.length > limit) chosen = chosen.slice(0, limit)
  }
  for await (const page of parseUnits(batches)) {
    counts.total += page.length
    for (const record of page) {
      if (!isAsked(record, request)) continue
      counts.matching++
      if (!edge || inOrder(record, edge) > 0) chosen.push(record)
    }
    if (chosen.length > limit + SLACK) keepFirst()
  }
  keepFirst()
  for (let at = 0; at < chosen.length; at += PAGE) yield chosen.slice(at, at + PAGE)
}

/** Those that match, in the order they are read; `counts` is kept. */
export async function* matchingUnits(
  batches: AsyncIterable<UnitBatch>,
  filter: RecordFilter,
  counts: UnitCounts,
): AsyncGenerator<LogRecord[]> {
  for await (const page of parseUnits(batches)) {
    const matching = page.filter((record) => isAsked(record, filter))
    counts.total += page.length
    counts.matching += matching.length
    if (matching.length > 0) yield matching
  }
}

/** How many match, and how many there are. */
export async function countUnits(batches: AsyncIterable<UnitBatch>, filter: RecordFilter): Promise<UnitCounts> {
  const counts = {matching: 0, total: 0}
  for await (const page of parseUnits(batches)) {
    counts.total += page.length
    for (const record of page) if (isAsked(record, filter)) counts.matching++
  }
  return counts
}
