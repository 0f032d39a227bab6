import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Bus, BusProducer, SendReceipt} from '../../src/lib/bus/bus.js'
import {openKafkaBus} from '../../src/lib/bus/kafka/kafka-bus.js'
import {numbered, Reader} from '../contracts/bus-reader.js'
import {canStartKafka, type RunningKafka, startKafka} from './start-kafka.js'

const SOURCES = 6
const UNITS = 500

describe.skipIf(!canStartKafka('three Kafka brokers, one of them killed'))('three brokers', () => {
  let kafka: RunningKafka
  let bus: Bus
  const log: string[] = []
  beforeAll(async () => {
    kafka = await startKafka({port: 19_096, brokers: 3})
    bus = await openKafkaBus({brokers: kafka.addresses, partitions: 3}, {log: (line) => log.push(line)})
  })
  afterAll(async () => {
    await bus?.close()
    await kafka?.stop()
  })

  /** A broker that has just come back may not be counted yet: a topic of three replicas waits for it. */
  async function openProducer(topic: string): Promise<BusProducer> {
    for (const deadline = Date.now() + 60_000; ; ) {
      try {
        return await bus.openProducer({topic})
      } catch (error) {
        if (Date.now() > deadline) throw error
        await new Promise((done) => setTimeout(done, 500))
      }
    }
  }

  /** Everything in the topic, each unit as often as it is there. */
  async function readAll(topic: string) {
    const reader = await (await Reader.open(bus, {topic, group: `check-${topic}`})).untilIdle()
    await reader.consumer.close()
    return reader.seen
  }

  test.each([1, 2, 3])('lose and double nothing that was acknowledged when broker %i is killed', async (broker) => {
    const topic = `killed-${broker}`
    const producer = await openProducer(topic)
    const acknowledged: Array<SendReceipt & {source: string; first: number}> = []
    const failures: unknown[] = []
    let stop = false
    const ship = async (source: string) => {
      for (let first = 0; !stop; first += UNITS) {
        try {
          acknowledged.push({...(await producer.send(numbered(source, first, UNITS))), source, first})
        } catch (error) {
          failures.push(error)
          return
        }
      }
    }
    const shipping = Array.from({length: SOURCES}, (_, i) => ship(`source${i}`))
    await expect.poll(() => acknowledged.length, {timeout: 30_000}).toBeGreaterThan(50)
    await kafka.kill(broker)
    const atKill = acknowledged.length
    await expect.poll(() => acknowledged.length - atKill, {timeout: 90_000}).toBeGreaterThan(200)
    stop = true
    await Promise.all(shipping)
    await producer.close()
    expect(failures).toEqual([])
    await kafka.revive(broker)

    const seen = await readAll(topic)
    for (let i = 0; i < SOURCES; i++) {
      const mine = seen.filter(({source}) => source === `source${i}`)
      const sent = acknowledged.filter(({source}) => source === `source${i}`).length * UNITS
      expect(mine.map(({text}) => text)).toEqual(Array.from({length: sent}, (_, n) => `source${i} ${n}`))
    }
    const byOffset = new Map(seen.map((unit) => [`${unit.partition}/${unit.busOffset}`, unit.text]))
    for (const {source, first, partition, firstOffset, nextOffset} of acknowledged) {
      expect(nextOffset - firstOffset).toBe(UNITS)
      expect(byOffset.get(`${partition}/${firstOffset}`)).toBe(`${source} ${first}`)
      expect(byOffset.get(`${partition}/${nextOffset - 1}`)).toBe(`${source} ${first + UNITS - 1}`)
    }
  })

  test('a reader goes on and commits when the coordinator of its group is killed', async () => {
    const topic = 'coordinated'
    const producer = await openProducer(topic)
    for (let i = 0; i < 30; i++) await producer.send(numbered(`s${i % 3}`, Math.floor(i / 3) * 100, 100))
    const reader = await (await Reader.open(bus, {topic, group: 'survivors'})).untilIdle()
    await reader.commit()
    for (const broker of [1, 2, 3]) {
      await kafka.kill(broker)
      const reading = (async () => {
        const before = reader.count
        while (new Set(reader.seen.slice(before).map(({text}) => text)).size < 300) await reader.next()
      })()
      for (let i = 0; i < 3; i++) await producer.send(numbered(`s${i}`, 1_000 * broker, 100))
      await reading
      await reader.commit()
      const {partitions} = await bus.describe(topic, 'survivors')
      expect(partitions.map(({committed}) => committed ?? 0)).toEqual(partitions.map(({next}) => next))
      await kafka.revive(broker)
    }
    await producer.close()
    await reader.consumer.close()
    const texts = new Set(reader.seen.map(({text}) => text))
    expect(texts.size).toBe(3_000 + 900)
  })
})
