// What bus.ts promises of `trim` and of topics that keep everything, as a part of busContract.

import {describe, expect, test} from 'vitest'
import type {Bus} from '../../src/lib/bus/bus.js'
import {numbered, Reader, sendAll} from './bus-reader.js'

export interface TrimContract {
  bus(): Bus
  freshTopic(): string
  /** Runs `work` on a second bus over the same data where there can be one. */
  elsewhere<T>(work: (bus: Bus) => Promise<T>): Promise<T>
}

export function trimContract({bus, freshTopic, elsewhere}: TrimContract): void {
  /** Ten batches of ten units of one source; the partition they went to. */
  async function filled(topic: string, source = 'trimmed'): Promise<number> {
    const batches = Array.from({length: 10}, (_, i) => numbered(source, i * 10, 10))
    await sendAll(bus(), topic, batches)
    const {partitions} = await bus().describe(topic)
    return partitions.findLast(({next}) => next === 100)?.partition as number
  }

  const earliest = async (on: Bus, topic: string, partition: number) =>
    (await on.describe(topic)).partitions.find((state) => state.partition === partition)?.earliest

  describe('trim', () => {
    test('removes what lies before the position, for every reader and for good, and nothing after it', async () => {
      const topic = freshTopic()
      const partition = await filled(topic)
      await bus().trim(topic, [{topic, partition, nextOffset: 40}])
      await elsewhere(async (other) => {
        expect(await earliest(other, topic, partition)).toBe(40)
        const reader = await (await Reader.open(other, {topic, group: 'g'})).until(60)
        await reader.untilIdle()
        expect(reader.seen.map(({text}) => text)).toEqual(Array.from({length: 60}, (_, i) => `trimmed ${i + 40}`))
        expect(reader.seen[0]?.busOffset).toBe(40)
        await reader.consumer.close()
      })
    })

    test('changes nothing when asked again, or for a place that is passed', async () => {
      const topic = freshTopic()
      const partition = await filled(topic)
      for (const nextOffset of [70, 70, 20, 0]) await bus().trim(topic, [{topic, partition, nextOffset}])
      expect(await earliest(bus(), topic, partition)).toBe(70)
    })

    test('removes everything up to the end, not what comes later, and offsets go on', async () => {
      const topic = freshTopic()
      const partition = await filled(topic)
      await bus().trim(topic, [{topic, partition, nextOffset: 1_000}])
      expect(await earliest(bus(), topic, partition)).toBe(100)
      await sendAll(bus(), topic, [numbered('trimmed', 100, 5)])
      const reader = await (await Reader.open(bus(), {topic, group: 'g'})).until(5)
      expect(reader.seen.map(({text, busOffset}) => [text, busOffset])).toEqual(
        Array.from({length: 5}, (_, i) => [`trimmed ${100 + i}`, 100 + i]),
      )
      await reader.consumer.close()
    })

    test('leaves other topics and partitions alone, and makes no topic', async () => {
      const [topic, other] = [freshTopic(), freshTopic()]
      const partition = await filled(topic)
      await filled(other)
      await bus().trim(topic, [])
      await bus().trim(other, [{topic: other, partition: partition + 1_000, nextOffset: 50}])
      await bus().trim(other, [{topic: other, partition, nextOffset: 50}])
      expect(await earliest(bus(), topic, partition)).toBe(0)
      expect(await earliest(bus(), other, partition)).toBe(50)
      const nowhere = freshTopic()
      await bus().trim(nowhere, [{topic: nowhere, partition: 0, nextOffset: 5}])
      expect(await bus().describe(nowhere)).toEqual({topic: nowhere, partitions: []})
    })

    test('is not needed by a topic that does not expire: one made to be kept, or one that is not there', async () => {
      const topic = freshTopic()
      const producer = await bus().openProducer({topic, keep: 'until-trimmed'})
      await producer.send(numbered('kept', 0, 3))
      await producer.close()
      expect(await bus().expires(topic)).toBe(false)
      expect(await bus().expires(freshTopic())).toBe(false)
    })
  })
}
