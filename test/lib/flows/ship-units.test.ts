import {setTimeout as sleep} from 'node:timers/promises'
import {expect, test} from 'vitest'
import type {BusProducer, SendReceipt} from '../../../src/lib/bus/bus.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import type {AwayNotice} from '../../../src/lib/flows/patience.js'
import {shipUnits} from '../../../src/lib/flows/ship-units.js'
import {toUnitBatch, type UnitBatch} from '../../../src/lib/units/unit-batch.js'
import {envelope} from '../sources/read-path.js'

const AWAY = new LogflowError('BUS_UNREACHABLE', 'no broker answered', {retriable: true})

function batchOf(source: string, n: number, bytes = 10): UnitBatch {
  return toUnitBatch({...envelope, source}, [{bytes: Buffer.alloc(bytes, 'x'), offset: n}])
}

/** A bus in memory: it is away, or holds what it is sent without answering, as the test says. */
class Producer implements BusProducer {
  away = false
  silent = false
  kept: Array<[source: string, offset: number]> = []
  tries = 0
  /** Bytes sent and not answered, and the most there ever were. */
  unanswered = 0
  most = 0

  async send(batch: UnitBatch): Promise<SendReceipt> {
    this.tries++
    this.unanswered += batch.data.length
    this.most = Math.max(this.most, this.unanswered)
    await sleep(1)
    while (this.silent) await sleep(5)
    this.unanswered -= batch.data.length
    if (this.away) throw AWAY
    this.kept.push([batch.envelope.source, batch.offsets[0] as number])
    return {partition: 0, firstOffset: this.kept.length - 1, nextOffset: this.kept.length}
  }

  async close(): Promise<void> {}
}

async function* sourceOf(count: number, options: {bytes?: number; pulled?: (n: number) => void} = {}) {
  for (let n = 0; n < count; n++) {
    options.pulled?.(n)
    yield batchOf(`s${n % 3}`, n, options.bytes)
  }
}

const patience = (signal: AbortSignal, onNotice?: (notice: AwayNotice) => void) => ({
  signal,
  onNotice,
  random: () => 0,
})

const never = new AbortController().signal

test('each batch is told once, when it is on the bus, with the counts so far', async () => {
  const producer = new Producer()
  const told: number[] = []
  const report = await shipUnits(sourceOf(30), producer, {
    onAcknowledged: (counts, batch) => {
      told.push(batch.offsets[0] as number)
      expect(counts.batches).toBe(told.length)
    },
  })
  expect(report).toEqual({
    units: 30,
    bytes: 300,
    batches: 30,
    positions: new Map([[0, 30]]),
    unacknowledged: 0,
  })
  expect([...told].sort((a, b) => a - b)).toEqual(Array.from({length: 30}, (_, n) => n))
})

test('while the bus is away nothing is pulled, and then everything comes, each source in order', async () => {
  const producer = new Producer()
  const said: AwayNotice[] = []
  let pulled = 0
  producer.away = true
  const shipping = shipUnits(sourceOf(60, {pulled: () => pulled++}), producer, {
    patience: patience(never, (notice) => said.push(notice)),
  })
  await expect.poll(() => producer.tries, {timeout: 30_000}).toBeGreaterThan(9)
  expect(pulled).toBeLessThanOrEqual(9)
  producer.away = false
  expect(await shipping).toMatchObject({units: 60, batches: 60})
  for (const source of ['s0', 's1', 's2']) {
    const offsets = producer.kept.filter(([name]) => name === source).map(([, offset]) => offset)
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
    expect(new Set(offsets).size).toBe(20)
  }
  expect([said.at(0)?.kind, said.at(-1)?.kind]).toEqual(['bus-away', 'back'])
})

test('a batch is not told before an earlier one of its source, however early it arrives', async () => {
  const producer = new Producer()
  const send = producer.send.bind(producer)
  let refused = false
  producer.send = async (batch) => {
    if (batch.offsets[0] === 0 && !refused) {
      refused = true
      await sleep(20)
      throw AWAY
    }
    return send(batch)
  }
  const told: string[] = []
  async function* one() {
    for (let n = 0; n < 5; n++) yield batchOf(n === 3 ? 'other' : 'one', n)
  }
  await shipUnits(one(), producer, {
    patience: patience(never),
    onAcknowledged: (_, {envelope: {source}, offsets}) => told.push(`${source} ${offsets[0]}`),
  })
  expect(told).toEqual(['other 3', 'one 0', 'one 1', 'one 2', 'one 4'])
})

test('what is under way is bounded, by bytes and by number', async () => {
  const large = new Producer()
  await shipUnits(sourceOf(40, {bytes: 900_000}), large)
  expect(large.most).toBeLessThanOrEqual(8_900_000)
  const small = new Producer()
  await shipUnits(sourceOf(40), small)
  expect(small.most).toBeLessThanOrEqual(80)
})

test('without patience the first refusal ends the run, also where the source gives nothing more', async () => {
  const producer = new Producer()
  producer.away = true
  await expect(shipUnits(sourceOf(10), producer)).rejects.toBe(AWAY)
  async function* silentAfterOne() {
    yield batchOf('s', 0)
    await new Promise(() => undefined)
  }
  await expect(shipUnits(silentAfterOne(), producer)).rejects.toBe(AWAY)
})

test('a refusal that will not pass ends the run, patient or not', async () => {
  const producer = new Producer()
  const refusal = new LogflowError('BACKEND_REFUSED', 'the unit is too large')
  producer.send = async () => {
    throw refusal
  }
  await expect(shipUnits(sourceOf(10), producer, {patience: patience(never)})).rejects.toBe(refusal)
})

test('what the listener throws ends the run', async () => {
  const broken = new Error('the checkpoint cannot be written')
  const onAcknowledged = () => {
    throw broken
  }
  await expect(shipUnits(sourceOf(10), new Producer(), {onAcknowledged})).rejects.toBe(broken)
})

test('a source that fails ends the run with its error', async () => {
  async function* failing() {
    yield batchOf('s', 0)
    throw new Error('the table is broken')
  }
  await expect(shipUnits(failing(), new Producer())).rejects.toThrow('the table is broken')
})

test('interrupted while the bus is away: it ends, and what was not acknowledged is counted', async () => {
  const producer = new Producer()
  const stop = new AbortController()
  producer.away = true
  const report = await shipUnits(sourceOf(60), producer, {
    signal: stop.signal,
    patience: patience(stop.signal, () => stop.abort()),
  })
  expect(report).toMatchObject({units: 0, batches: 0})
  expect(report.unacknowledged).toBeGreaterThan(0)
  expect(report.unacknowledged).toBeLessThanOrEqual(9)
})

test('the source is ended, and waited for, before an interrupted run is over', async () => {
  const producer = new Producer()
  const stop = new AbortController()
  producer.away = true
  let ended = false
  async function* tidy() {
    try {
      yield* sourceOf(60)
    } finally {
      await sleep(5)
      ended = true
    }
  }
  await shipUnits(tidy(), producer, {signal: stop.signal, patience: patience(stop.signal, () => stop.abort())})
  expect(ended).toBe(true)
})

test('interrupted while the bus is silent: it ends after a moment, and nothing is told any more', async () => {
  const producer = new Producer()
  const stop = new AbortController()
  producer.silent = true
  let told = 0
  const shipping = shipUnits(sourceOf(60), producer, {signal: stop.signal, onAcknowledged: () => told++})
  await expect.poll(() => producer.tries, {timeout: 30_000}).toBe(8)
  stop.abort()
  expect(await shipping).toMatchObject({units: 0, unacknowledged: 8})
  producer.silent = false
  await expect.poll(() => producer.kept.length, {timeout: 30_000}).toBe(8)
  expect(told).toBe(0)
})

test('a bus that acknowledges nothing for some seconds is told as slow, and then as back', async () => {
  const producer = new Producer()
  const said: AwayNotice[] = []
  producer.silent = true
  const fast = () => performance.now() * 20
  const shipping = shipUnits(sourceOf(3), producer, {
    patience: {...patience(never, (notice) => said.push(notice)), now: fast},
  })
  await expect.poll(() => said.length, {timeout: 30_000}).toBeGreaterThan(0)
  producer.silent = false
  await shipping
  expect([said.at(0)?.kind, said.at(-1)?.kind]).toEqual(['slow', 'back'])
})
