// Follows the bus, in its order, from the ends it had when the tail began: what arrives is parsed by the same pure code
// that `process` runs, so that it is shown also while nothing processes it. What was there before lies in the store,
// and on the bus as far as it is not processed yet.

import type {Bus, Delivery, ReaderEvent} from '../bus/bus.js'
import {unitToRecord} from '../parse/to-record.js'
import {isAsked} from '../query/record-filter.js'
import type {LogRecord} from '../record/record.js'
import type {RecordFilter, Store} from '../store/store.js'
import {NewestRecords} from './newest-records.js'
import {passEvent} from './pass-event.js'
import type {RecentIds} from './recent-ids.js'
import type {ArrivalEvent, Arrivals, Gap} from './tail-arrivals.js'

/** Records told at a time: a slow reader holds no more than these and what one delivery has. */
const PAGE = 250

export interface BusArrivalsOptions {
  bus: () => Promise<Bus>
  store: () => Promise<Store>
  topic: string
  group: string
  filter: RecordFilter
  shown: RecentIds
}

type Offsets = Map<number, number>

export class BusArrivals implements Arrivals {
  /** By partition, where to go on. */
  readonly #places: Offsets = new Map()
  /** By partition, where the processed part ended when the tail began. */
  readonly #processed: Offsets = new Map()

  constructor(private readonly options: BusArrivalsOptions) {}

  async start(): Promise<void> {
    const {bus, topic, group} = this.options
    const {partitions} = await (await bus()).describe(topic, group)
    for (const {partition, earliest, next, committed} of partitions) {
      this.#places.set(partition, next)
      this.#processed.set(partition, Math.min(next, committed ?? earliest))
    }
  }

  async *before(last: number, signal: AbortSignal): AsyncGenerator<LogRecord[]> {
    if (last === 0) return
    yield* last === Number.POSITIVE_INFINITY ? this.#allBefore(signal) : this.#newestBefore(last, signal)
  }

  async *#newestBefore(last: number, signal: AbortSignal): AsyncGenerator<LogRecord[]> {
    const {store, filter, shown} = this.options
    const newest = new NewestRecords(last)
    for await (const page of (await store()).search({...filter, order: 'newest', limit: last}, signal)) {
      for (const record of page) newest.add(record)
    }
    for await (const page of this.#backlog(signal)) for (const record of page) newest.add(record)
    const records = newest.inOrder()
    for (const {id} of records) shown.add(id)
    if (records.length > 0) yield records
  }

  async *#allBefore(signal: AbortSignal): AsyncGenerator<LogRecord[]> {
    const {store, filter, shown} = this.options
    for await (const page of (await store()).search({...filter, order: 'oldest', limit: Infinity}, signal)) {
      // The bus brings no other again.
      for (const record of page) if (this.#isUnprocessed(record)) shown.add(record.id)
      yield page
    }
    for await (const page of this.#backlog(signal)) {
      const records = page.filter(({id}) => shown.add(id))
      if (records.length > 0) yield records
    }
  }

  /** Whether a stored record was still to be processed when the tail began. */
  #isUnprocessed({source: {topic, partition, kafka_offset}}: LogRecord): boolean {
    if (topic !== this.options.topic || partition === undefined || kafka_offset === undefined) return true
    return kafka_offset >= (this.#processed.get(partition) ?? 0)
  }

  /** What lies between the processed part and our places. */
  async *#backlog(signal: AbortSignal): AsyncGenerator<LogRecord[]> {
    const {bus, topic, filter} = this.options
    const at = new Map(this.#processed)
    const isRead = () => [...this.#places].every(([partition, end]) => (at.get(partition) ?? 0) >= end)
    if (isRead()) return
    const reader = await (await bus()).openReader({topic, from: at, signal})
    try {
      for await (const event of reader) {
        if (event.kind === 'units') {
          const end = this.#places.get(event.partition) ?? 0
          yield* pages(recordsOf(event, (record) => isAsked(record, filter), end))
        }
        passEvent(at, event)
        if (isRead()) return
      }
    } finally {
      await reader.close()
    }
  }

  async *follow(signal: AbortSignal): AsyncGenerator<ArrivalEvent> {
    const {bus, topic, filter, shown} = this.options
    const reader = await (await bus()).openReader({topic, from: new Map(this.#places), signal})
    try {
      for await (const event of reader) {
        if (event.kind === 'units') {
          const wanted = (record: LogRecord) => isAsked(record, filter) && shown.add(record.id)
          for (const records of pages(recordsOf(event, wanted))) yield {kind: 'records', records}
        } else if (event.kind === 'idle') yield {kind: 'caught-up'}
        else yield {kind: 'gap', gap: gapOf(event)}
        passEvent(this.#places, event)
      }
    } finally {
      await reader.close()
    }
  }

  async lag(): Promise<number> {
    const {partitions} = await (await this.options.bus()).describe(this.options.topic)
    return partitions.reduce((sum, {partition, earliest, next}) => {
      return sum + Math.max(0, next - Math.max(earliest, this.#places.get(partition) ?? 0))
    }, 0)
  }
}

function gapOf({kind, topic, partition, from, to}: Extract<ReaderEvent, {from: number}>): Gap {
  const place = {topic, partition, from, to}
  if (kind === 'gap') {
    const message = `${to - from} units of ${topic}/${partition} were removed by retention before they were read`
    return {reason: 'removed', message, ...place}
  }
  const message = `${topic}/${partition} began anew: it was made again or has lost its end`
  return {reason: 'restarted', message, ...place}
}

/** The records of a delivery that are wanted, each parsed when it is asked for; none from offset `end` on. */
function* recordsOf(
  {topic, partition, runs}: Delivery,
  wanted: (record: LogRecord) => boolean,
  end = Number.POSITIVE_INFINITY,
): Generator<LogRecord> {
  for (const {units, busOffsets} of runs) {
    for (let i = 0; i < units.count; i++) {
      const offset = busOffsets[i] as number
      if (offset >= end) return
      const record = unitToRecord(units, i, {topic, partition, offset})
      if (wanted(record)) yield record
    }
  }
}

function* pages(records: Iterable<LogRecord>): Generator<LogRecord[]> {
  let page: LogRecord[] = []
  for (const record of records) {
    page.push(record)
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
