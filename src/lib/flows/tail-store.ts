// Follows what is stored, in the order of the store's commits: each record once, as it was stored.

import type {Bus} from '../bus/bus.js'
import type {LogRecord} from '../record/record.js'
import type {RecordFilter, Store} from '../store/store.js'
import {lagOf} from './pipeline-status.js'
import type {RecentIds} from './recent-ids.js'
import {searchRecords} from './search-records.js'
import type {ArrivalEvent, Arrivals} from './tail-arrivals.js'

export interface StoreArrivalsOptions {
  store: () => Promise<Store>
  /** Asked for the lag alone. */
  bus?: () => Promise<Bus>
  topic: string
  group: string
  filter: RecordFilter
  shown: RecentIds
  /** Wait out an outage of the store. */
  wait: boolean
}

export class StoreArrivals implements Arrivals {
  #from: string | undefined

  constructor(private readonly options: StoreArrivalsOptions) {}

  async start(): Promise<void> {
    this.#from = await (await this.options.store()).position()
  }

  async *before(last: number, signal: AbortSignal): AsyncGenerator<LogRecord[]> {
    const {store, filter, shown} = this.options
    if (last === 0) return
    const from = await store()
    const asked = {...filter, limit: last, sort: 'oldest'} as const
    const {pages} = searchRecords((request, stop) => from.search(request, stop), asked, signal)
    for await (const records of pages) {
      for (const {id} of records) shown.add(id)
      yield records
    }
  }

  async *follow(signal: AbortSignal): AsyncGenerator<ArrivalEvent> {
    const {store, filter, shown, wait} = this.options
    const request = {filter, from: this.#from as string, wait}
    for await (const event of (await store()).follow(request, signal)) {
      if (event.kind === 'caught-up') yield event
      else if (event.kind === 'gap') yield {kind: 'gap', gap: {reason: event.cause, message: event.reason}}
      else {
        const records = event.records.filter(({id}) => shown.add(id))
        if (records.length > 0) yield {kind: 'records', records}
      }
    }
  }

  async lag(): Promise<number | undefined> {
    const {bus, topic, group} = this.options
    return bus && lagOf((await (await bus()).describe(topic, group)).partitions)
  }
}
