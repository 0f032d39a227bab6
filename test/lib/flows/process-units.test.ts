import {cpSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, expect, test} from 'vitest'
import type {Bus, BusConsumer, BusEvent, ConsumerOptions, Position} from '../../../src/lib/bus/bus.js'
import {openEmbeddedBus} from '../../../src/lib/bus/embedded/embedded-bus.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {type AwayNotice, Outage} from '../../../src/lib/flows/patience.js'
import {emptyReport, endOf, passed, processUnits} from '../../../src/lib/flows/process-units.js'
import {type SettleOptions, settleBacklog} from '../../../src/lib/flows/settle-backlog.js'
import {openLake} from '../../../src/lib/store/lake/lake.js'
import type {Store, StoreWriter, WriteBatch} from '../../../src/lib/store/store.js'
import type {Envelope} from '../../../src/lib/units/envelope.js'
import {toUnitBatch, unitBytes} from '../../../src/lib/units/unit-batch.js'
import {tempFolder} from '../../support/temp-folder.js'

const TOPIC = 'logs'
const GROUP = 'g'
const NOW = () => new Date('2026-11-21T09:41:07.000Z')
const ENVELOPE: Envelope = {source: 'src1', host: 'web', timezone: 'UTC', observed: '2026-11-21T09:41:00.000Z'}

const open: Array<{close(): Promise<void>}> = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function pipeline(lines: string[]): Promise<{bus: Bus; store: Store}> {
  const dir = tempFolder()
  const bus = await openEmbeddedBus({dir: join(dir, 'bus')})
  const store = await openLake({dir: join(dir, 'lake')})
  open.push(bus, store)
  const producer = await bus.openProducer({topic: TOPIC})
  let offset = 0
  const units = lines.map((line, i) => {
    const unit = {bytes: Buffer.from(line), offset, line: i + 1}
    offset += unit.bytes.length + 1
    return unit
  })
  await producer.send(toUnitBatch(ENVELOPE, units))
  await producer.close()
  return {bus, store}
}

/** The store, with a writer that first asks `before` what to do with a batch. */
function guarded(
  store: Store,
  before: (batch: WriteBatch) => undefined | {reject: (message: string) => boolean},
): Store {
  return Object.assign(Object.create(store) as Store, {
    async openWriter(): Promise<StoreWriter> {
      const writer = await store.openWriter()
      return Object.assign(Object.create(writer) as StoreWriter, {
        storedPosition: (topic: string, partition: number) => writer.storedPosition(topic, partition),
        refresh: () => writer.refresh(),
        close: () => writer.close(),
        async write(batch: WriteBatch) {
          const rule = before(batch)
          const items = [...batch.items]
          const bad = items.flatMap(({record}, index) => (rule?.reject(record.message) ? [index] : []))
          const rejected = bad.map((index) => ({index, reason: 'field too long', status: 400}))
          if (rejected.length > 0) await batch.onRejected?.(rejected)
          const result = await writer.write({...batch, items: items.filter((_, index) => !bad.includes(index))})
          return {...result, rejected}
        },
      })
    },
  })
}

async function messages(store: Store): Promise<string[]> {
  const found: string[] = []
  for await (const page of store.search({query: {kind: 'all'}, order: 'oldest', limit: Infinity}))
    found.push(...page.map((record) => record.message))
  return found
}

async function unitsOf(bus: Bus, topic: string): Promise<Array<{text: string; envelope: Envelope}>> {
  const consumer = await bus.openConsumer({topic, group: 'reader'})
  const found: Array<{text: string; envelope: Envelope}> = []
  for await (const event of consumer as AsyncIterable<BusEvent>) {
    if (event.kind === 'idle') break
    if (event.kind === 'units')
      for (const {units} of event.runs)
        for (let i = 0; i < units.count; i++)
          found.push({text: unitBytes(units, i).toString(), envelope: units.envelope})
  }
  await consumer.close()
  return found
}

const settle = async (bus: Bus, store: Store, onNotice?: SettleOptions['onNotice']) =>
  settleBacklog({
    bus,
    store,
    topic: TOPIC,
    group: GROUP,
    until: await endOf(bus, TOPIC),
    signal: new AbortController().signal,
    now: NOW,
    onNotice,
  })

test('a backlog is stored, its position committed, and a second run finds nothing to do', async () => {
  const {bus, store} = await pipeline(['one', 'two', 'three'])
  const report = {...emptyReport(), read: 3, stored: 3, positions: new Map([[0, 3]])}
  expect(await settle(bus, store)).toEqual(report)
  expect(await messages(store)).toEqual(['one', 'two', 'three'])
  expect(await passed(bus, TOPIC, GROUP, await endOf(bus, TOPIC))).toBe(true)
  expect(await settle(bus, store)).toEqual(emptyReport())
})

test('what the store refuses is a dead letter with bytes, envelope and reason; the rest is stored', async () => {
  const {bus, store} = await pipeline(['good', 'bad', 'fine'])
  const notices: string[] = []
  const refusing = guarded(store, () => ({reject: (message) => message === 'bad'}))
  const report = await settle(bus, refusing, (notice) => notices.push(notice.kind))
  expect(report).toMatchObject({read: 3, stored: 2, alreadyThere: 0, deadLettered: 1, dropped: 0, missed: 0})
  expect(await messages(store)).toEqual(['good', 'fine'])
  expect(notices).toContain('dead-letter')
  const [letter, ...more] = await unitsOf(bus, `${TOPIC}.dlq`)
  expect(more).toEqual([])
  expect(letter).toEqual({
    text: 'bad',
    envelope: {
      ...ENVELOPE,
      dead: {
        reason: 'field too long',
        status: 400,
        at: '2026-11-21T09:41:07.000Z',
        tries: 1,
        topic: TOPIC,
        partition: 0,
        bus_offset: 1,
      },
    },
  })
})

test('a dead letter is durable before the position passes it', async () => {
  const {bus, store} = await pipeline(['good', 'bad'])
  const refusing = guarded(store, () => ({reject: (message) => message === 'bad'}))
  const seen: number[] = []
  const noDlq = Object.assign(Object.create(bus) as Bus, {
    openConsumer: bus.openConsumer.bind(bus),
    describe: bus.describe.bind(bus),
    openProducer: async () => {
      seen.push((await bus.describe(TOPIC, GROUP)).partitions[0]?.committed ?? 0)
      throw new LogflowError('DISK_FULL', 'no room for dead letters')
    },
  })
  await expect(settle(noDlq, refusing)).rejects.toThrow('no room for dead letters')
  expect(seen).toEqual([0])
  const writer = await store.openWriter()
  const {incarnation} = await bus.describe(TOPIC)
  expect(writer.storedPosition(`${TOPIC}@${incarnation}`, 0)).toBeUndefined()
  await writer.close()
  expect(await settle(bus, refusing)).toMatchObject({deadLettered: 1})
  expect(await messages(store)).toEqual(['good'])
})

test('a store that cannot take anything now is tried again; each record is stored once', async () => {
  const {bus, store} = await pipeline(['one', 'two'])
  let failures = 2
  const shaky = guarded(store, () => {
    if (failures-- > 0) throw new LogflowError('STORE_UNREACHABLE', 'the store is away', {retriable: true})
    return undefined
  })
  const stop = new AbortController()
  const said: AwayNotice[] = []
  const writer = await shaky.openWriter()
  const report = await processUnits(writer, {
    bus,
    store: shaky,
    topic: TOPIC,
    group: GROUP,
    outage: new Outage('store', {signal: stop.signal, onNotice: (notice) => said.push(notice), random: () => 1}),
    signal: stop.signal,
    now: NOW,
    onNotice(notice) {
      if (notice.kind === 'stored') stop.abort()
    },
  })
  await writer.close()
  expect(report).toMatchObject({read: 2, stored: 2})
  expect(said).toEqual([
    {kind: 'store-away', reason: 'the store is away', afterMs: 200},
    {kind: 'back', what: 'store', afterMs: expect.any(Number)},
  ])
})

test('without patience a store that is away fails the run, and nothing is committed', async () => {
  const {bus, store} = await pipeline(['one'])
  const away = guarded(store, () => {
    throw new LogflowError('STORE_UNREACHABLE', 'the store is away', {retriable: true})
  })
  await expect(settle(bus, away)).rejects.toThrow('the store is away')
  expect(await settle(bus, store)).toMatchObject({read: 1, stored: 1})
})

test('a store that accounts for fewer units than it was given fails the run', async () => {
  const {bus, store} = await pipeline(['one', 'two'])
  const forgetful = Object.assign(Object.create(store) as Store, {
    async openWriter(): Promise<StoreWriter> {
      const writer = await store.openWriter()
      const write = writer.write.bind(writer)
      writer.write = async (batch) => ({...(await write(batch)), stored: 1})
      return writer
    },
  })
  await expect(settle(bus, forgetful)).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringContaining('2 units'),
  })
})

test('a position is committed when it has moved, and not again', async () => {
  const {bus, store} = await pipeline(['one', 'two'])
  const commits: number[] = []
  const stop = new AbortController()
  const watched = Object.assign(Object.create(bus) as Bus, {
    describe: bus.describe.bind(bus),
    openConsumer: async (options: ConsumerOptions) => {
      const consumer = await bus.openConsumer(options)
      async function* events(): AsyncGenerator<BusEvent> {
        let idle = 0
        for await (const event of consumer) {
          yield event
          if (event.kind === 'idle' && ++idle === 3) stop.abort()
        }
      }
      return Object.assign(Object.create(consumer) as BusConsumer, {
        [Symbol.asyncIterator]: events,
        close: consumer.close.bind(consumer),
        commit: (positions: Position[]) => {
          commits.push(...positions.map(({nextOffset}) => nextOffset))
          return consumer.commit(positions)
        },
      })
    },
  })
  const writer = await store.openWriter()
  await processUnits(writer, {bus: watched, store, topic: TOPIC, group: GROUP, signal: stop.signal, now: NOW})
  await writer.close()
  expect(commits).toEqual([2])
})

test('a run ends where the last units before its end are gone from the bus', async () => {
  const {bus, store} = await pipeline(['one', 'two'])
  // As with markers of transactions on Kafka: offsets that are never delivered.
  const passing = Object.assign(Object.create(bus) as Bus, {
    describe: bus.describe.bind(bus),
    openConsumer: async (options: ConsumerOptions) => {
      const consumer = await bus.openConsumer(options)
      async function* events(): AsyncGenerator<BusEvent> {
        for await (const event of consumer) if (event.kind !== 'units') yield event
      }
      return Object.assign(Object.create(consumer) as BusConsumer, {
        [Symbol.asyncIterator]: events,
        commit: consumer.commit.bind(consumer),
        close: consumer.close.bind(consumer),
      })
    },
  })
  expect(await settle(passing, store)).toMatchObject({read: 0})
  expect(await passed(bus, TOPIC, GROUP, await endOf(bus, TOPIC))).toBe(true)
})

test('positions lost with the group are taken from the store: nothing is read twice', async () => {
  const {bus, store} = await pipeline(['one', 'two'])
  await settle(bus, store)
  const report = await settleBacklog({
    bus,
    store,
    topic: TOPIC,
    group: 'another',
    until: await endOf(bus, TOPIC),
    signal: new AbortController().signal,
    now: NOW,
  })
  expect(report.stored).toBe(0)
  expect(await messages(store)).toEqual(['one', 'two'])
})

test('a store restored from an older copy gets what it has not, although the group has passed it', async () => {
  const dir = tempFolder()
  const bus = await openEmbeddedBus({dir: join(dir, 'bus')})
  open.push(bus)
  const producer = await bus.openProducer({topic: TOPIC})
  const send = (n: number) =>
    producer.send(toUnitBatch(ENVELOPE, [{bytes: Buffer.from(`line ${n}`), offset: n * 10, line: n}]))
  const withStore = async <T>(name: string, use: (store: Store) => Promise<T>): Promise<T> => {
    const store = await openLake({dir: join(dir, name)})
    try {
      return await use(store)
    } finally {
      await store.close()
    }
  }
  await send(1)
  await withStore('lake', (store) => settle(bus, store))
  cpSync(join(dir, 'lake'), join(dir, 'copy'), {recursive: true})
  await send(2)
  await send(3)
  await withStore('lake', (store) => settle(bus, store))
  // Nothing new is on the bus: the store alone tells that something is missing.
  expect(await withStore('copy', (store) => settle(bus, store))).toMatchObject({stored: 2, alreadyThere: 0})
  expect(await withStore('copy', messages)).toEqual(['line 1', 'line 2', 'line 3'])
  expect(await withStore('copy', (store) => settle(bus, store))).toMatchObject({read: 0})
})

test('a bus that was deleted and begun anew is read from its beginning, whatever the store has of the old one', async () => {
  const {bus, store} = await pipeline(['one', 'two'])
  await settle(bus, store)
  const anew = await openEmbeddedBus({dir: join(tempFolder(), 'bus')})
  open.push(anew)
  const producer = await anew.openProducer({topic: TOPIC})
  const envelope = {...ENVELOPE, source: 'src2'}
  await producer.send(
    toUnitBatch(
      envelope,
      [1, 2, 3].map((n) => ({bytes: Buffer.from(`new ${n}`), offset: n * 10})),
    ),
  )
  await producer.close()
  expect(await settle(anew, store)).toMatchObject({read: 3, stored: 3})
  expect(await messages(store)).toEqual(['one', 'two', 'new 1', 'new 2', 'new 3'])
})

test('a store that wants whole batches gets the first one after every idle moment', async () => {
  const {bus, store} = await pipeline(['one', 'two'])
  const whole = Object.assign(Object.create(store) as Store, {
    openWriter: async (): Promise<StoreWriter> => {
      const writer = await store.openWriter()
      return {
        streams: false,
        write: (batch) => writer.write(batch),
        storedPosition: () => undefined,
        refresh: () => writer.refresh(),
        close: () => writer.close(),
      }
    },
  })
  const stop = new AbortController()
  const writer = await whole.openWriter()
  const running = processUnits(writer, {bus, store: whole, topic: TOPIC, group: GROUP, signal: stop.signal, now: NOW})
  const all = await endOf(bus, TOPIC)
  await expect.poll(() => passed(bus, TOPIC, GROUP, all), {timeout: 20_000}).toBe(true)
  const producer = await bus.openProducer({topic: TOPIC})
  await producer.send(toUnitBatch(ENVELOPE, [{bytes: Buffer.from('three'), offset: 8}]))
  await producer.close()
  await expect.poll(async () => passed(bus, TOPIC, GROUP, await endOf(bus, TOPIC)), {timeout: 20_000}).toBe(true)
  stop.abort()
  expect(await running).toMatchObject({read: 3, stored: 3})
  await writer.close()
  expect(await messages(store)).toEqual(['one', 'two', 'three'])
})

test('a write holds some megabytes at most, however few units those are', async () => {
  const {bus, store} = await pipeline(['first'])
  const producer = await bus.openProducer({topic: TOPIC})
  for (let i = 1; i < 6; i++)
    await producer.send(toUnitBatch(ENVELOPE, [{bytes: Buffer.alloc(3_000_000, 'x'), offset: i * 3_000_001}]))
  const sizes: number[] = []
  const measured = guarded(store, (batch) => {
    sizes.push([...batch.items].reduce((sum, {record}) => sum + record.message.length, 0))
    return undefined
  })
  expect(await settle(bus, measured)).toMatchObject({read: 6, stored: 6})
  expect(Math.max(...sizes)).toBeLessThanOrEqual(8_000_000 + 3_000_000)
})
