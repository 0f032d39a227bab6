import {expect, test, vi} from 'vitest'
import {RecentIds} from '../../../src/lib/flows/recent-ids.js'
import {tailRecords} from '../../../src/lib/flows/tail-records.js'
import {StoreArrivals} from '../../../src/lib/flows/tail-store.js'
import type {Store} from '../../../src/lib/store/store.js'
import {ALL, GROUP, pipeline, process, range, readTail, send, TOPIC} from './tail-parts.js'

// Every send waits for the disk, which others may keep busy.
vi.setConfig({testTimeout: 120_000})

function arrivalsOf(store: Store): StoreArrivals {
  const parts = {topic: TOPIC, group: GROUP, filter: ALL, shown: new RecentIds(10_000), wait: true}
  return new StoreArrivals({...parts, store: async () => store})
}

test('the last records and what is stored from then on, each once', async () => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 20)
  await process(bus, store)
  const arrivals = arrivalsOf(store)
  const start = arrivals.start.bind(arrivals)
  arrivals.start = async () => {
    await start()
    // Stored after the place was taken, and found by the search as well.
    await send(bus, 20, 30)
    await process(bus, store)
  }
  const stop = new AbortController()
  const events = tailRecords(arrivals, {last: 15, follow: true, wait: true}, stop.signal)
  let sent = false
  const {numbers, gaps} = await readTail(events, stop, async (tailed) => {
    if (!sent) {
      await send(bus, 30, 40)
      await process(bus, store)
    }
    sent = true
    return tailed.numbers.includes(39)
  })
  expect(numbers).toEqual(range(15, 40))
  expect(gaps).toEqual([])
})

test('the lag is what the group has not processed', async () => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 20)
  await process(bus, store)
  await send(bus, 20, 27)
  const parts = {topic: TOPIC, group: GROUP, filter: ALL, shown: new RecentIds(10), wait: true}
  expect(await new StoreArrivals({...parts, store: async () => store, bus: async () => bus}).lag()).toBe(7)
  expect(await new StoreArrivals({...parts, store: async () => store}).lag()).toBeUndefined()
})
