import {randomUUID} from 'node:crypto'
import {afterEach, expect, test} from 'vitest'
import type {Scope} from '../../../../src/lib/accounts/accounts.js'
import {localCaller} from '../../../../src/lib/accounts/scopes.js'
import type {Bus, BusProducer} from '../../../../src/lib/bus/bus.js'
import {openRemoteBus, type RemoteBusOptions} from '../../../../src/lib/bus/remote/remote-bus.js'
import {openDeadLetterProducer} from '../../../../src/lib/flows/dead-letters.js'
import {countPending} from '../../../../src/lib/flows/dlq/find-letters.js'
import {settleBacklog} from '../../../../src/lib/flows/settle-backlog.js'
import {shipTo} from '../../../../src/lib/flows/ship-units.js'
import {RemoteClient} from '../../../../src/lib/remote/client.js'
import type {UnitBatch} from '../../../../src/lib/units/unit-batch.js'
import {busContract} from '../../../contracts/bus.js'
import {numbered, Reader} from '../../../contracts/bus-reader.js'
import {lossyProxy} from '../../../support/lossy-proxy.js'
import {type RunningServer, runServer} from '../../../support/running-server.js'

const root = localCaller('root')

async function tokenOf(server: RunningServer, scopes: Scope[]): Promise<string> {
  const accounts = await server.app.accounts()
  const username = `u-${randomUUID().slice(0, 8)}`
  const role = scopes.includes('admin') ? 'admin' : 'user'
  await accounts.create(root, {username, password: 'correct horse', role})
  return (await accounts.createToken(root, {name: 'test', scopes, username})).token
}

async function reach(
  server: RunningServer,
  scopes: Scope[],
  options?: RemoteBusOptions,
  url = server.url,
): Promise<Bus> {
  return openRemoteBus(new RemoteClient({url, token: await tokenOf(server, scopes)}), options)
}

/** The remote bus, with what reads of the bus behind the server: it alone reads. */
async function overHttp(server: RunningServer): Promise<Bus> {
  const remote = await reach(server, ['read', 'ingest', 'admin'])
  const behind = await server.app.bus()
  return {
    kind: remote.kind,
    openProducer: async (options) => {
      // The first batch makes a topic; the contract looks at it before.
      const made = await behind.openProducer(options)
      if (options.keep) return made
      await made.close()
      return remote.openProducer(options)
    },
    describe: (topic, group) => remote.describe(topic, group),
    expires: (topic) => remote.expires(topic),
    version: () => remote.version(),
    close: () => remote.close(),
    openConsumer: (options) => behind.openConsumer(options),
    openReader: (options) => behind.openReader(options),
    trim: (topic, positions) => behind.trim(topic, positions),
  }
}

busContract(
  'remote bus',
  async () => {
    const server = await runServer()
    return {
      bus: await overHttp(server),
      another: () => overHttp(server),
      freshTopic: () => `t-${randomUUID()}`,
      partitions: 1,
      close: () => server.close(),
    }
  },
  {fromOutside: true, timeout: 60_000},
)

const open: Array<{close(): Promise<unknown>}> = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function serving(env: Record<string, string> = {}): Promise<RunningServer> {
  const server = await runServer({env})
  open.push(server)
  return server
}

async function* batches(count: number, units = 50): AsyncGenerator<UnitBatch> {
  for (let i = 0; i < count; i++) yield numbered(`s${i % 2}`, Math.floor(i / 2) * units, units)
}

const patience = () => ({signal: AbortSignal.timeout(120_000)})

test('answers that are lost after the bus took the units make no doubles in the store, and receipts stay true', async () => {
  const server = await serving()
  const proxy = await lossyProxy(server.url)
  open.push(proxy)
  const bus = await reach(server, ['read', 'ingest'], {}, proxy.url)
  proxy.loseAnswersTo('/units', 4)
  const acknowledged: string[] = []
  const onAcknowledged = (_: unknown, batch: UnitBatch) =>
    void acknowledged.push(`${batch.envelope.source}/${batch.offsets[0]}`)
  const report = await shipTo(bus, {topic: 'logs'}, batches(20), {onAcknowledged, patience: patience()})
  expect(report).toMatchObject({units: 1_000, batches: 20, unacknowledged: 0})
  expect(proxy.lost).toBe(4)
  expect(new Set(acknowledged).size).toBe(20)
  const [state] = (await bus.describe('logs')).partitions
  // Those that were sent again are on the bus twice.
  expect(state?.next).toBe(1_000 + 4 * 50)
  expect(report.positions.get(0)).toBeLessThanOrEqual(state?.next as number)
  const store = await server.app.store()
  const stored = await settleBacklog({
    bus: await server.app.bus(),
    store,
    topic: 'logs',
    group: 'logflow',
    until: new Map([[0, state?.next as number]]),
    signal: AbortSignal.timeout(60_000),
    now: () => new Date(),
  })
  expect(stored).toMatchObject({stored: 1_000, alreadyThere: 200, deadLettered: 0})
  expect(await store.count({query: {kind: 'all'}})).toBe(1_000)
})

test('a server that is away for a while is waited for, and everything arrives in order', async () => {
  const server = await serving()
  const bus = await reach(server, ['read', 'ingest'])
  const sent: number[] = []
  let restarted: Promise<void> | undefined
  const report = await shipTo(bus, {topic: 'logs'}, batches(30), {
    onAcknowledged({units}) {
      sent.push(units)
      restarted ??= server.kill().then(() => server.restart())
    },
    patience: patience(),
  })
  await restarted
  expect(report).toMatchObject({units: 1_500, unacknowledged: 0})
  const reader = await (await Reader.open(await server.app.bus(), {topic: 'logs', group: 'g'})).until(1_500)
  for (const source of ['s0', 's1']) {
    const offsets = reader.seen.filter((unit) => unit.source === source).map(({offset}) => offset)
    expect([...new Set(offsets)]).toEqual(Array.from({length: 750}, (_, i) => i * 1_000))
  }
  await reader.consumer.close()
})

test('a server that has had enough is waited for as long as it says', async () => {
  const server = await serving()
  const proxy = await lossyProxy(server.url)
  open.push(proxy)
  const body = {error: 'Rate limit exceeded: 1 per 1 second', code: 'throttled'}
  proxy.answer('/units', {status: 429, headers: {'retry-after': '1'}, body})
  const through = await reach(server, ['read', 'ingest'], {}, proxy.url)
  const producer = await through.openProducer({topic: 'logs'})
  const began = performance.now()
  expect(await producer.send(numbered('a', 0, 10))).toEqual({partition: 0, firstOffset: 0, nextOffset: 10})
  expect(performance.now() - began).toBeGreaterThan(900)
  await producer.close()
})

test('where one batch is refused, those of its source behind it do not overtake it', async () => {
  const server = await serving()
  const bus = await reach(server, ['read'])
  const producer = await bus.openProducer({topic: 'logs'})
  const results = await Promise.allSettled([1, 2, 3].map((i) => producer.send(numbered('s', i * 10, 10))))
  for (const one of results) expect(one).toMatchObject({status: 'rejected', reason: {code: 'FORBIDDEN'}})
  await producer.close()
  expect((await bus.describe('logs')).partitions.every(({next}) => next === 0)).toBe(true)
})

test('a topic that nobody chose is the one of the server, and so are its group and its dead letters', async () => {
  const server = await serving({LOGFLOW_TOPIC: 'prod', LOGFLOW_GROUP: 'workers'})
  const bus = await reach(server, ['read', 'ingest'], {ownTopic: 'logs', ownGroup: 'logflow'})
  await (await bus.openProducer({topic: 'logs'})).send(numbered('s', 0, 5))
  expect(await bus.describe('logs', 'logflow')).toMatchObject({topic: 'prod', partitions: [{next: 5}]})
  expect(await bus.describe('logs.dlq')).toEqual({topic: 'prod.dlq', partitions: []})
  expect(await bus.describe('logsheet')).toEqual({topic: 'logsheet', partitions: []})
  const plain = await reach(server, ['read', 'ingest'])
  const other = await plain.openProducer({topic: 'logs'})
  await expect(other.send(numbered('s', 0, 5))).rejects.toMatchObject({code: 'FORBIDDEN'})
})

test('dead letters that cannot be read from here are counted as what there is at most', async () => {
  const server = await serving()
  const letters = await openDeadLetterProducer(await server.app.bus(), 'logs')
  await letters.send(numbered('s', 0, 3))
  await letters.close()
  const bus = await reach(server, ['read'])
  expect(await countPending(bus, 'logs', 100)).toEqual({count: 3, exact: false})
})

test('what is done beside the server is refused with what to do instead', async () => {
  const bus = await reach(await serving(), ['read', 'ingest'])
  const refused: Array<Promise<unknown>> = [
    bus.openConsumer({topic: 'logs', group: 'g'}),
    bus.openReader({topic: 'logs', from: 'earliest'}),
    bus.trim('logs', []),
    bus.openProducer({topic: 'logs', key: 'k'}) as Promise<BusProducer>,
  ]
  for (const one of refused) {
    await expect(one).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      suggestions: expect.arrayContaining([expect.any(String)]),
    })
  }
})
