// What bus.ts promises of readers without a group, run over every adapter beside the rest of the bus contract.

import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Bus, BusReader, ReaderEvent, ReaderOptions} from '../../src/lib/bus/bus.js'
import type {BusContractOptions, BusUnderTest} from './bus.js'
import {numbered, Reader, type Seen, seenIn, sendAll} from './bus-reader.js'

/** A reader without a group, read by hand. */
class Hand {
  readonly seen: Seen[] = []
  /** Next offsets by partition, as events told. */
  readonly positions = new Map<number, number>()
  readonly others: ReaderEvent[] = []
  readonly #events: AsyncIterator<ReaderEvent>

  private constructor(readonly reader: BusReader) {
    this.#events = reader[Symbol.asyncIterator]()
  }

  static async open(bus: Bus, options: ReaderOptions): Promise<Hand> {
    return new Hand(await bus.openReader(options))
  }

  get texts(): string[] {
    return this.seen.map(({text}) => text).sort()
  }

  async next(): Promise<ReaderEvent | undefined> {
    const {done, value} = await this.#events.next()
    if (done) return undefined
    if (value.kind === 'units') {
      this.seen.push(...seenIn(value))
      this.positions.set(value.partition, value.nextOffset)
    } else if (value.kind === 'idle') {
      for (const {partition, nextOffset} of value.positions) this.positions.set(partition, nextOffset)
    } else this.others.push(value)
    return value
  }

  async until(count: number): Promise<this> {
    while (this.seen.length < count) if (!(await this.next())) throw new Error('the reader ended early')
    return this
  }

  async untilIdle(): Promise<this> {
    for (;;) {
      const event = await this.next()
      if (!event) throw new Error('the reader ended before it was idle')
      if (event.kind === 'idle') return this
    }
  }
}

export function busReaderContract(
  name: string,
  open: () => Promise<BusUnderTest>,
  options: BusContractOptions = {},
): void {
  describe(name, {timeout: options.timeout ?? 30_000}, () => {
    let under: BusUnderTest
    let bus: Bus
    beforeAll(async () => {
      under = await open()
      bus = under.bus
    })
    afterAll(() => under?.close())

    const fill = (topic: string, sources: number, units: number, prefix = 'source') =>
      sendAll(
        bus,
        topic,
        Array.from({length: sources}, (_, s) => numbered(`${prefix}${s}`, 0, units)),
      )

    test('any number read the same, beside a group, and none moves its position', async () => {
      const topic = under.freshTopic()
      await fill(topic, 5, 100)
      const group = await (await Reader.open(bus, {topic, group: 'g'})).until(500)
      const readers = await Promise.all([1, 2, 3].map(() => Hand.open(bus, {topic, from: 'earliest'})))
      for (const hand of readers) {
        await (await hand.until(500)).untilIdle()
        const byPlace = (a: Seen, b: Seen) => a.partition - b.partition || a.busOffset - b.busOffset
        expect(hand.seen.sort(byPlace)).toEqual(group.seen.sort(byPlace))
        await hand.reader.close()
      }
      const {partitions} = await bus.describe(topic, 'g')
      expect(partitions.every(({committed}) => committed === undefined)).toBe(true)
      await group.consumer.close()
    })

    test('latest means the end while it is opened: what comes before the first pull is read', async () => {
      const topic = under.freshTopic()
      await fill(topic, 4, 25)
      const hand = await Hand.open(bus, {topic, from: 'latest'})
      await fill(topic, 4, 5, 'new')
      await (await hand.until(20)).untilIdle()
      expect(hand.seen.every(({source}) => source.startsWith('new'))).toBe(true)
      expect(hand.seen).toHaveLength(20)
      await hand.reader.close()
    })

    test('begins at the positions given, inside a batch too, and goes on from the last ones with nothing twice', async () => {
      const topic = under.freshTopic()
      await sendAll(bus, topic, [numbered('s', 0, 50), numbered('s', 50, 50)])
      const first = await (await Hand.open(bus, {topic, from: 'earliest'})).until(100)
      await first.reader.close()
      const at = first.seen[30] as Seen
      const inside = await Hand.open(bus, {topic, from: new Map([[at.partition, at.busOffset]])})
      await (await inside.until(70)).untilIdle()
      expect(inside.seen).toEqual(first.seen.slice(30))
      await inside.reader.close()
      await sendAll(bus, topic, [numbered('s', 100, 10)])
      const again = await Hand.open(bus, {topic, from: inside.positions})
      await (await again.until(10)).untilIdle()
      expect(again.texts).toEqual(Array.from({length: 10}, (_, i) => `s ${100 + i}`).sort())
      await again.reader.close()
    })

    test('idle carries the ends reached', async () => {
      const topic = under.freshTopic()
      await fill(topic, 6, 40)
      const hand = await (await (await Hand.open(bus, {topic, from: 'earliest'})).until(240)).untilIdle()
      const {partitions} = await bus.describe(topic)
      expect(new Map([...hand.positions].sort())).toEqual(new Map(partitions.map((one) => [one.partition, one.next])))
      await hand.untilIdle()
      expect(hand.seen).toHaveLength(240)
      await hand.reader.close()
    })

    test.each(['earliest', 'latest'] as const)(
      'from %s waits for a topic that is not there, and makes none',
      async (from) => {
        const topic = under.freshTopic()
        const hand = await (await Hand.open(bus, {topic, from})).untilIdle()
        expect(hand.positions.size).toBe(0)
        expect((await bus.describe(topic)).partitions).toEqual([])
        await fill(topic, 3, 10)
        await (await hand.until(30)).untilIdle()
        expect(hand.seen).toHaveLength(30)
        await hand.reader.close()
      },
    )

    test('a position behind the end means that the offsets began anew: said, and read from the earliest', async () => {
      const topic = under.freshTopic()
      await fill(topic, 1, 10)
      const {partition} = (await (await Hand.open(bus, {topic, from: 'earliest'})).until(10)).seen[0] as Seen
      const hand = await (await Hand.open(bus, {topic, from: new Map([[partition, 1_000]])})).until(10)
      expect(hand.seen).toHaveLength(10)
      expect(hand.others).toEqual([{kind: 'restart', topic, partition, from: 1_000, to: 0}])
      await hand.reader.close()
    })

    test('ends without an error when its signal aborts, when it is closed, and after a break', async () => {
      const topic = under.freshTopic()
      await fill(topic, 1, 10)
      const abort = new AbortController()
      const hand = await (await Hand.open(bus, {topic, from: 'earliest', signal: abort.signal})).untilIdle()
      const rest = (async () => {
        while (await hand.next());
        return 'ended'
      })()
      abort.abort()
      expect(await rest).toBe('ended')
      await hand.reader.close()
      const closed = await (await Hand.open(bus, {topic, from: 'latest'})).untilIdle()
      await closed.reader.close()
      while (await closed.next());
      const never = await bus.openReader({topic, from: 'earliest', signal: AbortSignal.abort()})
      for await (const event of never) expect.fail(`an event after the end: ${event.kind}`)
      const left = await bus.openReader({topic, from: 'earliest'})
      for await (const event of left) if (event.kind === 'units') break
      await left.close()
    })
  })
}
