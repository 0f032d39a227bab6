import {join} from 'node:path'
import {expect, test} from 'vitest'
import {openEmbeddedBus} from '../../../src/lib/bus/embedded/embedded-bus.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {shipGenerated} from '../../../src/lib/flows/ship-generated.js'
import type {Live} from '../../../src/lib/flows/write-generated.js'
import type {GenerateOptions} from '../../../src/lib/generate/generate.js'
import type {QueryNode} from '../../../src/lib/query/query.js'
import {openLake} from '../../../src/lib/store/lake/lake.js'
import type {Store} from '../../../src/lib/store/store.js'
import {tempFolder} from '../../support/temp-folder.js'

const options: GenerateOptions = {seed: '1', start: Date.UTC(2026, 0, 1), rate: 100, count: 3000}
const everything: QueryNode = {kind: 'all'}

async function openPorts() {
  const dir = tempFolder()
  const bus = await openEmbeddedBus({dir: join(dir, 'bus'), keep: {maxAgeMs: 3_600_000, maxBytes: 1e9}})
  const store = await openLake({dir: join(dir, 'lake'), memoryLimitMb: 256})
  const edge = {topic: 'logs', group: 'test', host: 'here', now: () => new Date(), signal: new AbortController().signal}
  return {bus, store, edge}
}

test('all of it is stored when it resolves, and once only', async () => {
  const {bus, store, edge} = await openPorts()
  const first = await shipGenerated({...edge, bus, store, options})
  expect(first.shipped.units).toBe(3000)
  expect(first.processed).toMatchObject({read: 3000, stored: 3000, alreadyThere: 0, deadLettered: 0})
  const again = await shipGenerated({...edge, bus, store, options})
  expect(again.processed).toMatchObject({stored: 0, alreadyThere: 3000})
  expect(await store.count({query: everything})).toBe(3000)
  await store.close()
  await bus.close()
})

test('without a store it is left on the bus', async () => {
  const {bus, store, edge} = await openPorts()
  const {shipped, processed} = await shipGenerated({...edge, bus, options})
  expect(processed).toBeUndefined()
  const {partitions} = await bus.describe('logs', 'test')
  expect(partitions.reduce((sum, {next}) => sum + next, 0)).toBe(shipped.units)
  expect(await store.count({query: everything})).toBe(0)
  await store.close()
  await bus.close()
})

test('live, it is stored while it runs', async () => {
  const {bus, store, edge} = await openPorts()
  const stop = new AbortController()
  const began = Date.now()
  const live: Live = {
    clock: {now: () => options.start + Date.now() - began, sleep: (ms) => new Promise((done) => setTimeout(done, ms))},
    signal: stop.signal,
  }
  const running = shipGenerated({...edge, bus, store, options: {...options, rate: 500}, live})
  let seen = 0
  for (let i = 0; seen === 0 && i < 200; i++) {
    await new Promise((done) => setTimeout(done, 50))
    seen = await store.count({query: everything})
  }
  stop.abort()
  const {shipped, processed} = await running
  expect(seen).toBeGreaterThan(0)
  expect(seen).toBeLessThan(3000)
  expect(processed?.stored).toBe(shipped.units)
  await store.close()
  await bus.close()
})

test('live, a store that fails ends the run', async () => {
  const {bus, store, edge} = await openPorts()
  const broken = Object.assign(Object.create(store) as Store, {
    openWriter: async () => {
      throw new LogflowError('CORRUPT', 'the store is damaged')
    },
  })
  const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))
  const live: Live = {clock: {now: () => options.start, sleep}, signal: new AbortController().signal}
  await expect(shipGenerated({...edge, bus, store: broken, options, live})).rejects.toThrow('the store is damaged')
  await store.close()
  await bus.close()
})
