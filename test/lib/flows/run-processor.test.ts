import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import type {Bus, BusConsumer, BusEvent} from '../../../src/lib/bus/bus.js'
import {openEmbeddedBus} from '../../../src/lib/bus/embedded/embedded-bus.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {type RunProcessorOptions, runProcessor} from '../../../src/lib/flows/run-processor.js'
import {settleBacklog} from '../../../src/lib/flows/settle-backlog.js'
import {openLake} from '../../../src/lib/store/lake/lake.js'
import type {Store} from '../../../src/lib/store/store.js'
import {toUnitBatch} from '../../../src/lib/units/unit-batch.js'
import {tempFolder} from '../../support/temp-folder.js'
import {envelope} from '../sources/read-path.js'

const LINES = ['one', 'two', 'three']
const AWAY = new LogflowError('BUS_UNREACHABLE', 'no broker answered', {retriable: true})

async function pipeline() {
  const dir = tempFolder()
  const bus = await openEmbeddedBus({dir: join(dir, 'bus')})
  const store = await openLake({dir: join(dir, 'lake')})
  onTestFinished(async () => {
    await store.close()
    await bus.close()
  })
  const producer = await bus.openProducer({topic: 'logs'})
  for (const [i, line] of LINES.entries())
    await producer.send(toUnitBatch(envelope, [{bytes: Buffer.from(line), offset: 100 * i, line: i + 1}]))
  return {bus, store}
}

const base = {topic: 'logs', group: 'g', now: () => new Date(), once: false}

/** The store with another way to open its writer. */
function withWriter(store: Store, openWriter: Store['openWriter']): Store {
  return Object.assign(Object.create(store) as Store, {openWriter})
}

/** A store whose disk is full. */
function full(store: Store): Store {
  return withWriter(store, async () => {
    const writer = await store.openWriter()
    writer.write = async () => {
      throw new LogflowError('DISK_FULL', 'the disk is full')
    }
    return writer
  })
}

/** The bus with other consumers. */
function withConsumer(bus: Bus, change: (consumer: BusConsumer) => BusConsumer): Bus {
  return {
    kind: bus.kind,
    openProducer: (options) => bus.openProducer(options),
    openConsumer: async (options) => change(await bus.openConsumer(options)),
    describe: (topic, group) => bus.describe(topic, group),
    version: () => bus.version(),
    close: () => bus.close(),
  } as Bus
}

/** Runs until so many records are in the store; the kinds of the notices that came, without those of progress. */
async function runUntil(
  count: number,
  options: Omit<RunProcessorOptions, 'signal' | 'topic' | 'group' | 'now' | 'once'>,
) {
  const stop = new AbortController()
  const notices: string[] = []
  const report = await runProcessor({
    ...base,
    ...options,
    signal: stop.signal,
    onNotice: (notice) => {
      if (notice.kind === 'stored') {
        if (notice.report.stored + notice.report.alreadyThere >= count) stop.abort()
      } else notices.push(notice.kind)
    },
  })
  return {report, notices}
}

test('a full disk is waited out, and said; interrupted meanwhile, nothing counts as read', async () => {
  const {bus, store} = await pipeline()
  const stop = new AbortController()
  const notices: string[] = []
  const report = await runProcessor({
    ...base,
    bus,
    store: full(store),
    signal: stop.signal,
    onNotice: ({kind}) => {
      notices.push(kind)
      stop.abort()
    },
  })
  expect(report).toMatchObject({read: 0, stored: 0})
  expect(notices).toEqual(['store-away'])
  const {signal} = new AbortController()
  expect(await runProcessor({...base, bus, store, once: true, signal})).toMatchObject({read: 3, stored: 3})
})

test('beside a ship, which waits for its end, it fails at once; so does --once', async () => {
  const {bus, store} = await pipeline()
  const options = {...base, bus, store: full(store), signal: new AbortController().signal}
  await expect(runProcessor({...options, patient: false})).rejects.toThrow('the disk is full')
  await expect(runProcessor({...options, once: true})).rejects.toThrow('the disk is full')
})

test('a store that is away when the processor starts is waited for', async () => {
  const {bus, store} = await pipeline()
  let tries = 0
  const late = withWriter(store, async () => {
    if (tries++ < 2) throw new LogflowError('STORE_UNREACHABLE', 'no answer', {retriable: true})
    return store.openWriter()
  })
  const {report, notices} = await runUntil(3, {bus, store: late})
  expect(report).toMatchObject({read: 3, stored: 3})
  expect(notices).toEqual(['store-away', 'back'])
})

test('a bus that goes away while it is read is opened again, and each record counts once', async () => {
  const {bus, store} = await pipeline()
  let opened = 0
  const broken = withConsumer(bus, (consumer) => {
    const nth = ++opened
    return {
      commit: (positions) => consumer.commit(positions),
      close: () => consumer.close(),
      async *[Symbol.asyncIterator](): AsyncGenerator<BusEvent> {
        let taken = 0
        for await (const event of consumer) {
          if (nth < 3 && taken++ > 0) throw AWAY
          yield event
        }
      },
    }
  })
  const {report, notices} = await runUntil(3, {bus: broken, store})
  expect(report).toMatchObject({deadLettered: 0, missed: 0})
  expect(report.read).toBe(report.stored + report.alreadyThere)
  expect(await store.count({query: {kind: 'all'}})).toBe(3)
  expect(opened).toBeGreaterThanOrEqual(3)
  expect([notices.at(0), notices.at(-1)]).toEqual(['bus-away', 'back'])
})

test('a bus that will not come back so, since we may not read it, ends the run', async () => {
  const {bus, store} = await pipeline()
  const refusal = new LogflowError('UNAUTHORISED', 'may not read topic logs')
  const closed = {...withConsumer(bus, (consumer) => consumer), openConsumer: () => Promise.reject(refusal)} as Bus
  const {signal} = new AbortController()
  await expect(runProcessor({...base, bus: closed, store, signal})).rejects.toBe(refusal)
})

test('a position that cannot be committed at the end of a run is no failure of it', async () => {
  const {bus, store} = await pipeline()
  const forgetful = withConsumer(bus, (consumer) => ({
    commit: async () => {
      throw AWAY
    },
    close: () => consumer.close(),
    [Symbol.asyncIterator]: () => consumer[Symbol.asyncIterator](),
  }))
  const {report} = await runUntil(3, {bus: forgetful, store})
  expect(report.stored).toBe(3)
  // The store has them: read again, they are already there, or passed by its own position.
  const {signal} = new AbortController()
  expect(await runProcessor({...base, bus, store, once: true, signal})).toMatchObject({stored: 0})
})

test('a ship waits for a store that is away, and says so', async () => {
  const {bus, store} = await pipeline()
  let tries = 0
  const late = withWriter(store, async () => {
    if (tries++ < 1) throw new LogflowError('STORE_UNREACHABLE', 'no answer', {retriable: true})
    return store.openWriter()
  })
  const notices: string[] = []
  const {signal} = new AbortController()
  const settling = {...base, bus, store: late, signal, until: new Map([[0, 3]])}
  const onNotice = ({kind}: {kind: string}) => {
    if (kind !== 'stored') notices.push(kind)
  }
  expect(await settleBacklog({...settling, patient: true, onNotice})).toMatchObject({read: 3, stored: 3})
  expect(notices).toEqual(['store-away', 'back'])
  tries = 0
  await expect(settleBacklog({...settling, until: new Map([[0, 4]])})).rejects.toThrow('no answer')
})
