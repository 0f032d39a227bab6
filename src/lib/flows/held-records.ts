import {LogflowError} from '../errors/logflow-error.js'
import {isAsked, type RecordFilter} from '../query/record-filter.js'
import {compareRecords} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import type {RecordPlace, SearchRequest} from '../store/store.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {parseUnits} from './parse-units.js'

/** More records than this of plain files are not held. */
const MOST = 1_000_000
const PAGE = 1_000

/** All records of plain files, in order, asked as often as wanted. */
export class HeldRecords {
  private constructor(private readonly records: readonly LogRecord[]) {}

  /** @param records in any order */
  static from(records: readonly LogRecord[]): HeldRecords {
    return new HeldRecords([...records].sort(compareRecords))
  }

  static async of(batches: AsyncIterable<UnitBatch>): Promise<HeldRecords> {
    const records: LogRecord[] = []
    for await (const page of parseUnits(batches)) {
      records.push(...page)
      if (records.length > MOST)
        throw new LogflowError(
          'USAGE',
          `these files hold more than ${MOST} records: too many for records around others`,
          {
            suggestions: ['logflow ship FILE  puts them into the store, which has no such bound'],
          },
        )
    }
    return new HeldRecords(records.sort(compareRecords))
  }

  async *ask({order, limit, after, ...filter}: SearchRequest): AsyncGenerator<LogRecord[]> {
    const step = order === 'oldest' ? 1 : -1
    let at = order === 'oldest' ? 0 : this.records.length - 1
    if (after) at = this.#next(after, order)
    let left = limit
    let page: LogRecord[] = []
    for (; left > 0 && at >= 0 && at < this.records.length; at += step) {
      const record = this.records[at] as LogRecord
      if (!isAsked(record, filter)) continue
      page.push(record)
      left--
      if (page.length === PAGE) {
        yield page
        page = []
      }
    }
    if (page.length > 0) yield page
  }

  get(id: string): LogRecord | undefined {
    return this.records.find((record) => record.id === id)
  }

  count(filter: RecordFilter): number {
    return this.records.reduce((count, record) => (isAsked(record, filter) ? count + 1 : count), 0)
  }

  /** Index of the first record after a place. */
  #next({time, source, offset}: RecordPlace, order: SearchRequest['order']): number {
    const place = {'@timestamp': time, source: {id: source, offset}} as LogRecord
    let low = 0
    let high = this.records.length
    while (low < high) {
      const middle = (low + high) >> 1
      const compared = compareRecords(this.records[middle] as LogRecord, place)
      if (compared < 0 || (compared === 0 && order === 'oldest')) low = middle + 1
      else high = middle
    }
    return order === 'oldest' ? low : low - 1
  }
}
