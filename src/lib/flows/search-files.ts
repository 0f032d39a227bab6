import {isAsked} from '../query/record-filter.js'
import {compareRecords} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import type {RecordFilter} from '../store/store.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {parseUnits} from './parse-units.js'
import type {SearchOptions} from './search-records.js'

/** Records held beyond the limit before the older ones are let go. */
const SLACK = 10_000
const PAGE = 1_000

/** The newest `limit` records of plain files that match, in the asked order. What is held is bounded by the limit. */
export async function* searchUnits(
  batches: AsyncIterable<UnitBatch>,
  options: SearchOptions,
): AsyncGenerator<LogRecord[]> {
  let chosen: LogRecord[] = []
  const keepNewest = () => {
    chosen.sort(compareRecords)
    if (chosen.length > options.limit) chosen = chosen.slice(chosen.length - options.limit)
  }
  for await (const page of parseUnits(batches)) {
    for (const record of page) if (isAsked(record, options)) chosen.push(record)
    if (chosen.length > options.limit + SLACK) keepNewest()
  }
  keepNewest()
  if (options.sort === 'newest') chosen.reverse()
  for (let at = 0; at < chosen.length; at += PAGE) yield chosen.slice(at, at + PAGE)
}

/** How many match, and how many there are. */
export async function countUnits(
  batches: AsyncIterable<UnitBatch>,
  filter: RecordFilter,
): Promise<{matching: number; total: number}> {
  const counts = {matching: 0, total: 0}
  for await (const page of parseUnits(batches)) {
    counts.total += page.length
    for (const record of page) if (isAsked(record, filter)) counts.matching++
  }
  return counts
}
