import {expect, test, vi} from 'vitest'
import type {Bus, BusReader, ReaderOptions} from '../../../src/lib/bus/bus.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {RecentIds} from '../../../src/lib/flows/recent-ids.js'
import {BusArrivals} from '../../../src/lib/flows/tail-bus.js'
import {tailRecords} from '../../../src/lib/flows/tail-records.js'
import type {RecordFilter, Store} from '../../../src/lib/store/store.js'
import {ALL, GROUP, pipeline, process, range, readTail, send, TOPIC} from './tail-parts.js'

// Every send waits for the disk, which others may keep busy.
vi.setConfig({testTimeout: 120_000})

function arrivalsOf(bus: Bus, store: Store, filter: RecordFilter = ALL): BusArrivals {
  const shown = new RecentIds(10_000)
  return new BusArrivals({bus: async () => bus, store: async () => store, topic: TOPIC, group: GROUP, filter, shown})
}

/** A bus whose readers break after every `units` units, with an error that may pass. */
function breaking(bus: Bus, units: number): Bus {
  return Object.assign(Object.create(bus) as Bus, {
    describe: (topic: string, group?: string) => bus.describe(topic, group),
    async openReader(options: ReaderOptions): Promise<BusReader> {
      const reader = await bus.openReader(options)
      return {
        close: () => reader.close(),
        async *[Symbol.asyncIterator]() {
          let seen = 0
          for await (const event of reader) {
            yield event
            if (event.kind === 'units') seen += event.nextOffset - event.firstOffset
            if (seen >= units) throw new LogflowError('BUS_UNREACHABLE', 'the bus is away', {retriable: true})
          }
        },
      }
    },
  })
}

test.each([
  ['the newest', 15, 15],
  ['all', Number.POSITIVE_INFINITY, 0],
] as const)('%s of what was there, stored or not yet, and what arrives: each once', async (_, last, first) => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 20)
  await process(bus, store)
  await send(bus, 20, 30)
  const stop = new AbortController()
  const events = tailRecords(arrivalsOf(bus, store), {last, follow: true, wait: true}, stop.signal)
  let sent = false
  const {numbers, gaps} = await readTail(events, stop, async (tailed) => {
    if (!sent && tailed.numbers.includes(29)) {
      sent = true
      // What was shown from the bus is stored now, and some more arrives.
      await process(bus, store)
      await send(bus, 30, 40)
      await process(bus, store)
    }
    return tailed.numbers.includes(39)
  })
  expect(numbers).toEqual(range(first, 40))
  expect(gaps).toEqual([])
})

test('what the processor stores between the place and the search comes once', async () => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 10)
  await process(bus, store)
  await send(bus, 10, 20)
  const arrivals = arrivalsOf(bus, store)
  const start = arrivals.start.bind(arrivals)
  arrivals.start = async () => {
    await start()
    await send(bus, 20, 25)
    await process(bus, store)
  }
  const stop = new AbortController()
  const events = tailRecords(arrivals, {last: 12, follow: true, wait: true}, stop.signal)
  const {numbers} = await readTail(events, stop, ({events}) => events.at(-1)?.kind === 'caught-up')
  expect(numbers.slice(0, 12)).toEqual(range(13, 25))
  expect(new Set(numbers).size).toBe(numbers.length)
})

test('with -n 0 only what arrives after the beginning, however far behind the processor is', async () => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 30)
  const arrivals = arrivalsOf(bus, store)
  await arrivals.start()
  await send(bus, 30, 35)
  expect(await arrivals.lag()).toBe(5)
  const stop = new AbortController()
  const events = tailRecords(arrivals, {last: 0, follow: true, wait: true}, stop.signal)
  let sent = false
  const {numbers} = await readTail(events, stop, async (tailed) => {
    if (!sent) await send(bus, 35, 40)
    sent = true
    return tailed.numbers.includes(39)
  })
  // `tailRecords` takes the place anew.
  expect(numbers).toEqual(range(35, 40))
})

test('goes on from the last place after each outage, with nothing missed and nothing twice, and says so', async () => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 5)
  const stop = new AbortController()
  const arrivals = arrivalsOf(breaking(bus, 40), store)
  const events = tailRecords(arrivals, {last: 10, follow: true, wait: true}, stop.signal)
  let sent = false
  const {numbers, events: seen} = await readTail(events, stop, async (tailed) => {
    if (!sent) await send(bus, 5, 205)
    sent = true
    return tailed.numbers.includes(204)
  })
  expect(numbers).toEqual(range(0, 205))
  const told = seen.filter(({kind}) => kind === 'gap' || kind === 'back')
  expect(told.length).toBeGreaterThan(1)
  // Each outage is said once, and that it is over before anything else is shown.
  for (const [i, event] of told.entries()) expect(event.kind).toBe(i % 2 === 0 ? 'gap' : 'back')
  expect(told[0]).toEqual({kind: 'gap', gap: {reason: 'away', message: 'the bus is away; trying again'}})
})

test('without waiting the first outage is the end', async () => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 5)
  const arrivals = arrivalsOf(breaking(bus, 1), store)
  const stop = new AbortController()
  const events = tailRecords(arrivals, {last: 0, follow: true, wait: false}, stop.signal)
  const read = readTail(events, stop, async ({events}) => {
    if (events.length === 1) await send(bus, 5, 6)
    return false
  })
  await expect(read).rejects.toMatchObject({code: 'BUS_UNREACHABLE'})
})

test('what was removed before it was read is a gap with its offsets: gaps and records together are everything', async () => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 10)
  const stop = new AbortController()
  const events = tailRecords(arrivalsOf(bus, store), {last: 0, follow: true, wait: true}, stop.signal)
  let step = 0
  const {numbers, gaps} = await readTail(events, stop, async (tailed) => {
    // The tail stands still here: meanwhile 100 lines come, and of them the first ones go.
    if (step++ === 0) {
      await send(bus, 10, 110)
      await bus.trim(TOPIC, [{topic: TOPIC, partition: 0, nextOffset: 60}])
    }
    return tailed.numbers.includes(109)
  })
  const missing = gaps.flatMap(({from, to}) => range(from as number, to as number))
  expect(missing.length).toBeGreaterThan(0)
  expect([...missing, ...numbers].sort((a, b) => a - b)).toEqual(range(10, 110))
  for (const gap of gaps) expect(gap).toMatchObject({reason: 'removed', topic: TOPIC, partition: 0})
})

test('what comes again on the bus is shown once', async () => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 10)
  const stop = new AbortController()
  const events = tailRecords(arrivalsOf(bus, store), {last: 5, follow: true, wait: true}, stop.signal)
  let sent = false
  const {numbers} = await readTail(events, stop, async (tailed) => {
    if (!sent) {
      await send(bus, 5, 15)
      await send(bus, 10, 20)
    }
    sent = true
    return tailed.numbers.includes(19)
  })
  expect(numbers).toEqual(range(5, 20))
})

test('filters what arrives as a search would', async () => {
  const {bus, store} = await pipeline()
  await send(bus, 0, 30)
  await process(bus, store)
  const filter: RecordFilter = {query: {kind: 'phrase', words: ['35']}}
  const stop = new AbortController()
  const events = tailRecords(arrivalsOf(bus, store, filter), {last: 10, follow: true, wait: true}, stop.signal)
  let sent = false
  const {numbers} = await readTail(events, stop, async ({numbers, events}) => {
    if (!sent) await send(bus, 30, 40)
    sent = true
    return numbers.length > 0 && events.at(-1)?.kind === 'caught-up'
  })
  expect(numbers).toEqual([35])
})
