// Everything bus.ts promises, run over every adapter: `busContract(name, open)` inside a test file of the adapter.
// A test here never looks inside an adapter and never measures time; what only one adapter does (retention, disk
// full, codecs) is tested beside that adapter.

import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Bus, PartitionState, SendReceipt} from '../../src/lib/bus/bus.js'
import {LogflowError} from '../../src/lib/errors/logflow-error.js'
import {encodeEnvelope} from '../../src/lib/units/envelope.js'
import {MAX_BATCH_UNITS, toUnitBatch, type UnitBatch, unitBytes} from '../../src/lib/units/unit-batch.js'
import {envelopeOf, numbered, Reader, seenIn, sendAll} from './bus-reader.js'
import {trimContract} from './bus-trim.js'

export interface BusUnderTest {
  bus: Bus
  /** A topic name nobody has used. */
  freshTopic(): string
  close(): Promise<void>
  /** Partitions a fresh topic gets. */
  partitions: number
  /** A second bus on the same data, as another process would open it; `bus` is closed by nobody but `close`. */
  another?(): Promise<Bus>
}

export interface BusContractOptions {
  /** Milliseconds a test may take; 30,000 unless said. */
  timeout?: number
  /** Takes no message keys, and envelopes that a source makes: not those of dead letters. */
  fromOutside?: boolean
}

const MIB = 1024 * 1024

export function busContract(name: string, open: () => Promise<BusUnderTest>, options: BusContractOptions = {}): void {
  describe(name, {timeout: options.timeout ?? 30_000}, () => {
    let under: BusUnderTest
    let bus: Bus
    beforeAll(async () => {
      under = await open()
      bus = under.bus
    })
    afterAll(() => under?.close())

    /** Runs `work` on a second bus over the same data where the adapter can open one, else on the first. */
    async function elsewhere<T>(work: (bus: Bus) => Promise<T>): Promise<T> {
      const other = await under.another?.()
      if (!other) return work(bus)
      try {
        return await work(other)
      } finally {
        await other.close()
      }
    }

    /** `units` numbered units of each of `sources` sources, so that every partition gets some. */
    async function fill(topic: string, sources: number, units: number, prefix = 'source'): Promise<void> {
      await sendAll(
        bus,
        topic,
        Array.from({length: sources}, (_, s) => numbered(`${prefix}${s}`, 0, units)),
      )
    }

    describe('what was acknowledged', () => {
      test('comes back byte for byte with envelope, offsets, spans and lines', async () => {
        const topic = under.freshTopic()
        const said = {
          service: 'payment',
          environment: 'staging',
          format: 'logfmt',
          fields: {region: 'eu-west', 'naïve key': 'wert\n"quoted"'},
        }
        const inside = {
          tries: 2,
          dead: {
            reason: 'mapper_parsing_exception: größe',
            status: 400,
            at: '2026-03-01T12:00:01.000Z',
            tries: 3,
            topic: 'logs',
            partition: 2,
            bus_offset: 2 ** 40,
          },
          settled: {how: 'redriven', at: '2026-03-01T12:00:02.000Z'},
        } as const
        const whole = options.fromOutside
          ? envelopeOf('aé"0', {...said, continuation: true})
          : envelopeOf('aé"\n0', {...said, ...inside})
        const units = [
          {bytes: Buffer.from('first line'), offset: 0, span: 11, line: 1},
          {bytes: Buffer.from('two\r\nlines\tand ünïcode'), offset: 11, span: 40, line: 2},
          {bytes: Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x0a, 0x00]), offset: 2 ** 33 + 5, span: 2 ** 33, line: 4},
          {bytes: Buffer.alloc(0), offset: 2 ** 50, span: 1, line: 0},
          {bytes: Buffer.from('offset went back'), offset: 7, span: 0, line: 2 ** 40},
        ]
        const bare = options.fromOutside
          ? {source: 's', host: '', timezone: 'UTC', observed: '2026-03-01T12:00:00Z'}
          : {source: 's', host: '', timezone: '', observed: ''}
        await sendAll(bus, topic, [
          toUnitBatch(whole, units),
          toUnitBatch(bare, [{bytes: Buffer.from('x'), offset: 3}]),
        ])
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).until(6)
        const runs = reader.deliveries.flatMap((delivery) => delivery.runs)
        const envelopes = new Map(runs.map((run) => [run.units.envelope.source, encodeEnvelope(run.units.envelope)]))
        expect(envelopes.get(whole.source)).toBe(encodeEnvelope(whole))
        expect(envelopes.get('s')).toBe(encodeEnvelope(bare))
        const mine = reader.seen.filter(({source}) => source === whole.source)
        expect(mine.map(({text, offset, span, line}) => ({text, offset, span, line}))).toEqual(
          units.map(({bytes, ...rest}) => ({text: bytes.toString('latin1'), ...rest})),
        )
        await reader.consumer.close()
      })

      test('comes back whole where the units lie scattered in a larger buffer', async () => {
        const topic = under.freshTopic()
        const data = Buffer.from('skip|beta|skip|alpha|skip')
        const batch: UnitBatch = {
          ...numbered('scattered', 0, 3),
          data: data.subarray(5),
          starts: Uint32Array.of(10, 0, 3),
          ends: Uint32Array.of(15, 4, 3),
        }
        await sendAll(bus, topic, [batch])
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).until(3)
        expect(reader.seen.map(({text}) => text)).toEqual(['alpha', 'beta', ''])
        await reader.consumer.close()
      })

      test('stays what it was when the sender fills its buffer anew and the reader reads on', async () => {
        const topic = under.freshTopic()
        const producer = await bus.openProducer({topic})
        const batch = numbered('reused', 0, 50)
        const texts = Array.from({length: 50}, (_, i) => unitBytes(batch, i).toString())
        await producer.send(batch)
        batch.data.fill(0x21)
        batch.offsets.fill(-1)
        for (let i = 1; i < 20; i++) await producer.send(numbered('reused', i * 50, 50))
        await producer.close()
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).until(1_000)
        expect(reader.seen.slice(0, 50).map(({text}) => text)).toEqual(texts)
        expect(reader.seen.map(({offset}) => offset)).toEqual(Array.from({length: 1_000}, (_, i) => i * 1_000))
        await reader.consumer.close()
      })

      test('is named by its receipt: every unit has the bus offset that send gave it', async () => {
        const topic = under.freshTopic()
        const producer = await bus.openProducer({topic})
        const promised = new Map<string, string>()
        for (let i = 0; i < 12; i++) {
          const batch = numbered(`named${i % 4}`, i * 10, 10 + i)
          const {partition, firstOffset, nextOffset} = await producer.send(batch)
          expect(nextOffset - firstOffset).toBe(batch.count)
          for (let u = 0; u < batch.count; u++) {
            promised.set(`${partition}/${firstOffset + u}`, unitBytes(batch, u).toString())
          }
        }
        await producer.close()
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).until(promised.size)
        expect(new Map(reader.seen.map((unit) => [`${unit.partition}/${unit.busOffset}`, unit.text]))).toEqual(promised)
        for (const {runs, firstOffset, nextOffset} of reader.deliveries) {
          expect(runs[0]?.busOffsets[0]).toBe(firstOffset)
          expect(runs.at(-1)?.busOffsets.at(-1)).toBe(nextOffset - 1)
        }
        await reader.consumer.close()
      })

      test('keeps the order of a source, however many sends are under way', async () => {
        const topic = under.freshTopic()
        const producer = await bus.openProducer({topic})
        const receipts: Array<Promise<SendReceipt>> = []
        for (let i = 0; i < 60; i++) receipts.push(producer.send(numbered(`ordered${i % 3}`, i * 10, 10)))
        await Promise.all(receipts)
        await producer.close()
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).until(600)
        for (const source of ['ordered0', 'ordered1', 'ordered2']) {
          const mine = reader.seen.filter((unit) => unit.source === source)
          expect(mine).toHaveLength(200)
          expect(mine.map(({offset}) => offset)).toEqual(mine.map(({offset}) => offset).sort((a, b) => a - b))
          expect(new Set(mine.map(({partition}) => partition)).size).toBe(1)
        }
        await reader.consumer.close()
      })

      test('of several producers at once is all there, once', async () => {
        const topic = under.freshTopic()
        const write = async (on: Bus, writer: number) => {
          const producer = await on.openProducer({topic})
          for (let i = 0; i < 40; i++) await producer.send(numbered(`writer${writer}`, i * 25, 25))
          await producer.close()
        }
        await elsewhere((other) => Promise.all([write(bus, 0), write(other, 1), write(bus, 2), write(other, 3)]))
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).until(4_000)
        await reader.untilIdle()
        for (let w = 0; w < 4; w++) {
          const mine = reader.seen.filter(({source}) => source === `writer${w}`)
          expect(mine.map(({text}) => text)).toEqual(Array.from({length: 1_000}, (_, i) => `writer${w} ${i}`))
        }
        await reader.consumer.close()
      })

      test('may be as big as 8 MiB a unit, among small ones', async () => {
        const topic = under.freshTopic()
        const big = (size: number, seed: number) => {
          const bytes = Buffer.alloc(size)
          for (let i = 0, x = seed; i < size; i++) {
            x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0
            bytes[i] = x >>> 16
          }
          return bytes
        }
        const sizes = [MIB, 8 * MIB, 3 * MIB + 1]
        const sent = sizes.map((size, i) => big(size, i + 1))
        const batches = sent.flatMap((bytes, i) => [
          numbered('big', i * 10, 3),
          toUnitBatch(envelopeOf('big'), [{bytes, offset: i * 10_000 + 5_000, line: 9}]),
        ])
        await sendAll(bus, topic, batches)
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).until(12)
        const back = reader.deliveries
          .flatMap(({runs}) => runs)
          .flatMap(({units}) => Array.from({length: units.count}, (_, i) => unitBytes(units, i)))
          .filter((bytes) => bytes.length > 1_000)
        expect(back.map((bytes) => bytes.length)).toEqual(sizes)
        expect(back.every((bytes, i) => bytes.equals(sent[i] as Buffer))).toBe(true)
        await reader.consumer.close()
      })

      test('may be many: 100,000 units go round, none lost, none twice, none changed', async () => {
        const topic = under.freshTopic()
        const producer = await bus.openProducer({topic})
        const underWay = new Set<Promise<unknown>>()
        for (let i = 0; i < 100; i++) {
          const sent = producer.send(numbered(`many${i % 5}`, Math.floor(i / 5) * 1_000, 1_000))
          underWay.add(sent)
          sent.then(() => underWay.delete(sent))
          if (underWay.size >= 8) await Promise.race(underWay)
        }
        await Promise.all(underWay)
        await producer.close()
        const reader = await Reader.open(bus, {topic, group: 'g'})
        await reader.until(100_000)
        await reader.untilIdle()
        const next = new Map<string, number>()
        let wrong = 0
        for (const {source, text, offset, line} of reader.deliveries.flatMap(seenIn)) {
          const n = next.get(source) ?? 0
          if (text !== `${source} ${n}` || offset !== n * 1_000 || line !== n + 1) wrong++
          next.set(source, n + 1)
        }
        expect(wrong).toBe(0)
        expect([...next.values()]).toEqual([20_000, 20_000, 20_000, 20_000, 20_000])
        await reader.consumer.close()
      })
    })

    describe('send', () => {
      test('refuses an empty batch and one over the limit, and goes on working', async () => {
        const topic = under.freshTopic()
        const producer = await bus.openProducer({topic})
        await expect(producer.send(numbered('s', 0, 0))).rejects.toBeInstanceOf(LogflowError)
        await expect(producer.send(numbered('s', 0, MAX_BATCH_UNITS + 1))).rejects.toBeInstanceOf(LogflowError)
        const {firstOffset, nextOffset} = await producer.send(numbered('s', 0, MAX_BATCH_UNITS))
        expect([firstOffset, nextOffset]).toEqual([0, MAX_BATCH_UNITS])
        await producer.close()
      })

      test('is refused once the producer is closed, and close waits for sends under way', async () => {
        const topic = under.freshTopic()
        const producer = await bus.openProducer({topic})
        const sends = [producer.send(numbered('s', 0, 10)), producer.send(numbered('s', 10, 10))]
        await producer.close()
        expect((await Promise.all(sends)).map(({nextOffset}) => nextOffset)).toEqual([10, 20])
        await expect(producer.send(numbered('s', 20, 10))).rejects.toBeInstanceOf(LogflowError)
        await producer.close()
      })

      test.skipIf(options.fromOutside)('takes a message key without letting it choose the partition', async () => {
        const topic = under.freshTopic()
        const plain = await bus.openProducer({topic})
        const keyed = await bus.openProducer({topic, key: 'customer-7'})
        for (let i = 0; i < 8; i++) {
          const first = await plain.send(numbered(`keyed${i}`, 0, 1))
          const second = await keyed.send(numbered(`keyed${i}`, 1, 1))
          expect(second.partition).toBe(first.partition)
        }
        await Promise.all([plain.close(), keyed.close()])
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).until(16)
        expect(reader.seen.map(({text}) => text).sort()).toEqual(
          Array.from({length: 16}, (_, i) => `keyed${i >> 1} ${i & 1}`),
        )
        await reader.consumer.close()
      })
    })

    describe('a group', () => {
      test('reads everything, whatever another group has read', async () => {
        const topic = under.freshTopic()
        await fill(topic, 4, 100)
        const [one, two] = await Promise.all([
          Reader.open(bus, {topic, group: 'one'}),
          Reader.open(bus, {topic, group: 'two'}),
        ])
        await one.until(400)
        await one.commit()
        await two.until(400)
        const texts = (reader: Reader) => reader.seen.map(({text}) => text).sort()
        expect(texts(two)).toEqual(texts(one))
        expect(new Set(texts(one)).size).toBe(400)
        await Promise.all([one.consumer.close(), two.consumer.close()])
      })

      test('goes on at its committed position after reopening', async () => {
        const topic = under.freshTopic()
        await fill(topic, 4, 50)
        const first = await (await Reader.open(bus, {topic, group: 'g'})).until(200)
        await first.commit()
        await first.consumer.close()
        await fill(topic, 4, 10, 'later')
        await elsewhere(async (other) => {
          const second = await (await Reader.open(other, {topic, group: 'g'})).until(40)
          await second.untilIdle()
          expect(second.seen.every(({source}) => source.startsWith('later'))).toBe(true)
          expect(second.count).toBe(40)
          await second.consumer.close()
        })
      })

      test('is given again what it did not commit', async () => {
        const topic = under.freshTopic()
        await fill(topic, 1, 100)
        const first = await (await Reader.open(bus, {topic, group: 'g'})).until(100)
        const {partition} = first.seen[0] as {partition: number}
        const middle = first.seen[40] as {busOffset: number}
        const second = await (await first.reopen()).until(100)
        expect(second.seen).toEqual(first.seen)
        await second.consumer.commit([second.position(partition, middle.busOffset)])
        const third = await (await second.reopen()).until(60)
        expect(third.seen).toEqual(first.seen.slice(40))
        await third.consumer.close()
      })

      test('begins where startAt says, also inside a batch, before and behind the committed position', async () => {
        const topic = under.freshTopic()
        await sendAll(bus, topic, [numbered('s', 0, 50), numbered('s', 50, 50)])
        const first = await (await Reader.open(bus, {topic, group: 'g'})).until(100)
        const at = first.seen[0] as {partition: number; busOffset: number}
        const startAt = (offset: number) => (partition: number) => (partition === at.partition ? offset : undefined)
        await first.consumer.commit([first.position(at.partition, at.busOffset + 60)])
        const back = await (await first.reopen({startAt: startAt(at.busOffset + 20)})).until(80)
        expect(back.seen).toEqual(first.seen.slice(20))
        const ahead = await (await back.reopen({startAt: startAt(at.busOffset + 90)})).until(10)
        expect(ahead.seen).toEqual(first.seen.slice(90))
        const silent = await (await ahead.reopen({startAt: () => undefined})).until(40)
        expect(silent.seen).toEqual(first.seen.slice(60))
        await silent.consumer.close()
      })

      test('that begins at the latest sees only what comes after', async () => {
        const topic = under.freshTopic()
        await fill(topic, 4, 20)
        const reader = await (await Reader.open(bus, {topic, group: 'late', from: 'latest'})).untilIdle()
        expect(reader.count).toBe(0)
        await fill(topic, 4, 5, 'new')
        await reader.until(20)
        expect(reader.seen.every(({source}) => source.startsWith('new'))).toBe(true)
        await reader.consumer.close()
      })

      test('may read a topic that nobody has written to yet', async () => {
        const topic = under.freshTopic()
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).untilIdle()
        await fill(topic, 2, 10)
        await reader.until(20)
        await reader.untilIdle()
        expect(reader.count).toBe(20)
        await reader.consumer.close()
      })

      test('of two consumers shares without overlap, and one takes over from the other', async () => {
        const topic = under.freshTopic()
        await sendAll(bus, topic, [numbered('before', 0, 1)])
        const one = await Reader.open(bus, {topic, group: 'g'})
        await one.until(1)
        await one.commit()
        await one.untilIdle()
        await elsewhere(async (other) => {
          const two = await Reader.open(other, {topic, group: 'g'})
          const loop = async (reader: Reader) => {
            for (;;) {
              const event = await reader.next()
              if (!event) return
              if (event.kind === 'units') await reader.commit()
            }
          }
          const reading = loop(one)
          await two.untilIdle()
          const alsoReading = loop(two)
          const all = () => [...one.seen, ...two.seen].map(({text}) => text).sort()
          await fill(topic, 12, 30)
          await expect.poll(() => all().length, {timeout: 60_000}).toBeGreaterThanOrEqual(361)
          expect(new Set(all()).size).toBe(361)
          expect(all()).toHaveLength(361)
          await one.consumer.close()
          await reading
          await fill(topic, 12, 10, 'after')
          const after = () => two.seen.filter(({source}) => source.startsWith('after'))
          await expect.poll(() => new Set(after().map(({text}) => text)).size, {timeout: 60_000}).toBe(120)
          await two.consumer.close()
          await alsoReading
        })
      })
    })

    describe('iteration', () => {
      test('is idle only after all that was there, and says so again and again', async () => {
        const topic = under.freshTopic()
        await fill(topic, 6, 200)
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).untilIdle()
        expect(reader.count).toBe(1_200)
        await reader.untilIdle()
        await reader.untilIdle()
        await fill(topic, 6, 1, 'more')
        await reader.until(1_206)
        await reader.untilIdle()
        expect(reader.count).toBe(1_206)
        await reader.consumer.close()
      })

      test('ends without an error when its signal aborts, waiting or not', async () => {
        const topic = under.freshTopic()
        await fill(topic, 2, 10)
        const abort = new AbortController()
        const reader = await (await Reader.open(bus, {topic, group: 'g', signal: abort.signal})).until(20)
        await reader.untilIdle()
        const waiting = reader.untilIdle().then(() => reader.next())
        abort.abort()
        await waiting.catch(() => undefined)
        expect(await reader.next()).toBeUndefined()
        await reader.commit()
        await reader.consumer.close()
        const never = await Reader.open(bus, {topic, group: 'never', signal: AbortSignal.abort()})
        expect(await never.next()).toBeUndefined()
        await never.consumer.close()
      })

      test('ends without an error when the consumer is closed under it', async () => {
        const topic = under.freshTopic()
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).untilIdle()
        const drained = (async () => {
          while (await reader.next());
          return 'ended'
        })()
        await reader.consumer.close()
        expect(await drained).toBe('ended')
        expect(await reader.next()).toBeUndefined()
        await reader.consumer.close()
      })

      test('may be left with break, and taken up by the next member of the group', async () => {
        const topic = under.freshTopic()
        await fill(topic, 1, 10)
        const consumer = await bus.openConsumer({topic, group: 'g'})
        let units = 0
        for await (const event of consumer) {
          if (event.kind === 'units') units += seenIn(event).length
          if (units >= 10) break
        }
        await consumer.close()
        const next = await (await Reader.open(bus, {topic, group: 'g'})).until(10)
        expect(next.seen.map(({text}) => text)).toEqual(Array.from({length: 10}, (_, i) => `source0 ${i}`))
        await next.consumer.close()
      })
    })

    describe('describe', () => {
      const units = (partitions: PartitionState[]) => partitions.reduce((sum, p) => sum + p.next - p.earliest, 0)

      test('knows no partitions of a topic that is not there, and makes none by asking', async () => {
        const topic = under.freshTopic()
        expect(await bus.describe(topic, 'g')).toEqual({topic, partitions: []})
        expect(await bus.describe(topic)).toEqual({topic, partitions: []})
      })

      test('tells what is kept and what the group has committed', async () => {
        const topic = under.freshTopic()
        await (await bus.openProducer({topic})).close()
        const empty = await bus.describe(topic, 'g')
        expect(empty.partitions.map(({partition}) => partition)).toEqual(
          Array.from({length: under.partitions}, (_, i) => i),
        )
        expect(units(empty.partitions)).toBe(0)
        expect(empty.partitions.every(({committed}) => committed === undefined)).toBe(true)
        await fill(topic, 5, 30)
        const full = await bus.describe(topic, 'g')
        expect(units(full.partitions)).toBe(150)
        const reader = await (await Reader.open(bus, {topic, group: 'g'})).until(150)
        await reader.commit()
        await reader.consumer.close()
        const read = await elsewhere((other) => other.describe(topic, 'g'))
        for (const {next, earliest, committed} of read.partitions) {
          expect(committed ?? next).toBe(next)
          if (next > earliest) expect(committed).toBe(next)
        }
        const unnamed = await bus.describe(topic)
        expect(unnamed.partitions.every(({committed}) => committed === undefined)).toBe(true)
      })
    })

    trimContract({bus: () => bus, freshTopic: () => under.freshTopic(), elsewhere})

    test('names what it is', async () => {
      expect(['embedded', 'kafka', 'remote']).toContain(bus.kind)
      expect(await bus.version()).toMatch(/\d+\.\d+/)
    })
  })
}
