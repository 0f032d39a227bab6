// A tail of a real Kafka: through a broker's death, retention, and a topic that is deleted and made again.

import {randomBytes} from 'node:crypto'
import {rmSync} from 'node:fs'
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import type {Admin} from 'kafkajs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Bus} from '../../src/lib/bus/bus.js'
import {openKafkaBus} from '../../src/lib/bus/kafka/kafka-bus.js'
import {loadKafkajs} from '../../src/lib/bus/kafka/kafkajs-patches.js'
import {RecentIds} from '../../src/lib/flows/recent-ids.js'
import {BusArrivals} from '../../src/lib/flows/tail-bus.js'
import {tailRecords} from '../../src/lib/flows/tail-records.js'
import {openLake} from '../../src/lib/store/lake/lake.js'
import type {Store} from '../../src/lib/store/store.js'
import {toUnitBatch} from '../../src/lib/units/unit-batch.js'
import {envelopeOf, numbered, sendAll} from '../contracts/bus-reader.js'
import {ALL, GROUP, range, readTail} from '../lib/flows/tail-parts.js'
import {emptyHome} from '../support/run-logflow.js'
import {until} from '../support/until.js'
import {canStartKafka, type RunningKafka, startKafka} from './start-kafka.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Megabytes of bytes that were read and are still held. */
function heldMb(): number {
  collect()
  return process.memoryUsage().arrayBuffers / 1e6
}

describe.skipIf(!canStartKafka('a tail of Kafka'))('a tail of Kafka', () => {
  const home = emptyHome()
  let server: RunningKafka
  let bus: Bus
  let store: Store
  let admin: Admin
  beforeAll(async () => {
    server = await startKafka({port: 19_120})
    bus = await openKafkaBus({brokers: server.addresses, partitions: 1})
    store = await openLake({dir: home, lazy: true})
    const {Kafka, logLevel} = loadKafkajs()
    admin = new Kafka({brokers: server.addresses, logLevel: logLevel.NOTHING}).admin()
    await admin.connect()
  })
  afterAll(async () => {
    await admin?.disconnect()
    await bus?.close()
    await store?.close()
    await server?.stop()
    rmSync(home, {recursive: true, force: true})
  })

  const send = (topic: string, from: number, to: number) => sendAll(bus, topic, [numbered('app', from, to - from)])
  const tailOf = (topic: string, stop: AbortController) => {
    const shown = new RecentIds(1_000)
    const parts = {bus: async () => bus, store: async () => store, topic, group: GROUP, filter: ALL, shown}
    return tailRecords(new BusArrivals(parts), {last: 10, follow: true, wait: true}, stop.signal)
  }

  test('what comes before, while and after a broker is dead is shown once, and no group is left behind', async () => {
    await send('restart', 0, 10)
    const stop = new AbortController()
    let step = 0
    let sending: Promise<void> | undefined
    const {numbers, gaps} = await readTail(tailOf('restart', stop), stop, async ({numbers}) => {
      if (step === 0) {
        step = 1
        await send('restart', 10, 50)
      } else if (step === 1 && numbers.includes(49)) {
        step = 2
        await server.kill(1)
        sending = (async () => {
          await server.revive(1)
          await send('restart', 50, 90)
        })()
      }
      return numbers.includes(89)
    })
    await sending
    expect(numbers).toEqual(range(0, 90))
    for (const gap of gaps) expect(gap.reason).toBe('away')
    expect((await admin.listGroups()).groups).toEqual([])
  })

  test('of what was read nothing is held that was told already', async () => {
    const units = 300
    const batch = (from: number) =>
      toUnitBatch(
        envelopeOf('large'),
        Array.from({length: units}, (_, i) => ({
          // No two alike: compressed they stay as large.
          bytes: Buffer.from(`${randomBytes(40_000).toString('base64')} ${from + i}`),
          offset: (from + i) * 100_000,
          span: 60_000,
          line: from + i + 1,
        })),
      )
    await send('large', 0, 1)
    const stop = new AbortController()
    let told = 0
    let before = Number.NaN
    let held = Number.NaN
    for await (const event of tailOf('large', stop)) {
      if (event.kind !== 'records') continue
      told += event.records.length
      if (Number.isNaN(before)) {
        before = heldMb()
        for (let from = 0; from < 5 * units; from += units) await sendAll(bus, 'large', [batch(from)])
      }
      if (told < 5 * units + 1) continue
      // 80 MB were read; some of the last fetch and of the last that was sent are still in use.
      await until(() => {
        held = heldMb() - before
        return held < 50
      })
      stop.abort()
    }
    expect(told).toBe(5 * units + 1)
    expect(held).toBeLessThan(50)
  }, 120_000)

  test('what was removed while the tail stood still is a gap, and the rest is shown', async () => {
    await send('removed', 0, 10)
    const stop = new AbortController()
    let step = 0
    const {numbers, gaps} = await readTail(tailOf('removed', stop), stop, async ({numbers}) => {
      if (step++ === 0) {
        for (let at = 10; at < 60; at += 10) await send('removed', at, at + 10)
        await bus.trim('removed', [{topic: 'removed', partition: 0, nextOffset: 40}])
      }
      return numbers.includes(59)
    })
    const missing = gaps.flatMap(({from, to}) => range(from as number, to as number))
    expect(missing.length).toBeGreaterThan(0)
    expect([...missing, ...numbers].sort((a, b) => a - b)).toEqual(range(0, 60))
  })

  test('a topic that was deleted and made again is said to be, and read from its beginning', async () => {
    await send('anew', 0, 20)
    const stop = new AbortController()
    let step = 0
    const {numbers, gaps} = await readTail(tailOf('anew', stop), stop, async ({numbers, events}) => {
      if (step === 0 && events.at(-1)?.kind === 'caught-up') {
        step = 1
        await admin.deleteTopics({topics: ['anew']})
        await expect.poll(() => admin.listTopics(), {timeout: 30_000}).not.toContain('anew')
        // Another process: kafkajs keeps asking for the topic that it knew.
        const other = await openKafkaBus({brokers: server.addresses, partitions: 1})
        await sendAll(other, 'anew', [numbered('app', 100, 5)])
        await other.close()
      }
      return numbers.includes(104)
    })
    expect(numbers).toEqual([...range(10, 20), ...range(100, 105)])
    expect(gaps.map(({reason}) => reason)).toContain('restarted')
  })
})
