// What only a real broker can show: messages of other producers, records removed by retention, limits of a topic,
// and a broker whose answers get lost.

import {randomBytes} from 'node:crypto'
import {connect, createServer, type Server, type Socket} from 'node:net'
import type {Admin, Kafka} from 'kafkajs'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Bus, BusEvent} from '../../src/lib/bus/bus.js'
import {openKafkaBus} from '../../src/lib/bus/kafka/kafka-bus.js'
import {loadKafkajs} from '../../src/lib/bus/kafka/kafkajs-patches.js'
import {toUnitBatch, unitBytes} from '../../src/lib/units/unit-batch.js'
import {envelopeOf, numbered, Reader} from '../contracts/bus-reader.js'
import {canStartKafka, hasKafka, type RunningKafka, startKafka, useKafka} from './start-kafka.js'

const run = Date.now().toString(36)

describe.skipIf(!hasKafka('Kafka with a real broker'))('on a real broker', () => {
  let server: RunningKafka
  let bus: Bus
  let kafka: Kafka
  let admin: Admin
  const log: string[] = []
  beforeAll(async () => {
    server = await useKafka(19_092)
    bus = await openKafkaBus({brokers: server.addresses}, {log: (line) => log.push(line)})
    kafka = new (loadKafkajs().Kafka)({brokers: server.addresses, logLevel: loadKafkajs().logLevel.NOTHING})
    admin = kafka.admin()
    await admin.connect()
  })
  afterAll(async () => {
    await admin?.disconnect()
    await bus?.close()
    await server?.stop()
  })

  const topicOf = (name: string) => `real-${run}-${name}`
  async function makeTopic(name: string, options: {partitions?: number; config?: Record<string, string>} = {}) {
    const topic = topicOf(name)
    const configEntries = Object.entries(options.config ?? {}).map(([key, value]) => ({name: key, value}))
    await admin.createTopics({topics: [{topic, numPartitions: options.partitions ?? 1, configEntries}]})
    return topic
  }

  test('messages of other producers come with their place as source, in every codec', async () => {
    const topic = await makeTopic('foreign')
    const producer = kafka.producer({allowAutoTopicCreation: false, createPartitioner: () => () => 0})
    await producer.connect()
    const timestamp = '1772366400123'
    for (const compression of [0, 1, 2, 3, 4]) {
      const value = `codec ${compression}`
      const headers = {'x-request-id': 'r1', many: ['a', 'b']}
      await producer.send({topic, compression, messages: [{key: 'k', value, timestamp, headers}]})
    }
    await producer.send({
      topic,
      messages: [
        {value: null, timestamp},
        {value: '', timestamp},
      ],
    })
    await producer.disconnect()
    const reader = await (await Reader.open(bus, {topic, group: 'g'})).untilIdle()
    await reader.consumer.close()
    const {clusterId} = await admin.describeCluster()
    const texts = ['codec 0', 'codec 1', 'codec 2', 'codec 3', 'codec 4', '', '']
    const source = `kafka:${clusterId}/${topic}/0`
    expect(reader.seen).toEqual(
      texts.map((text, i) => ({source, partition: 0, busOffset: i, text, offset: i, span: 1, line: 0})),
    )
    const [first] = reader.deliveries[0]?.runs ?? []
    expect(first?.units.envelope).toEqual({
      source,
      host: 'unknown',
      timezone: 'UTC',
      observed: '2026-03-01T12:00:00.123Z',
    })
  })

  test('an aborted transaction is not seen, and its markers do not keep the reader from the end', async () => {
    const topic = await makeTopic('transactions')
    const producer = kafka.producer({
      idempotent: true,
      transactionalId: `t-${run}`,
      maxInFlightRequests: 1,
      createPartitioner: () => () => 0,
    })
    await producer.connect()
    for (const [value, keep] of [
      ['one', true],
      ['two', false],
      ['three', true],
      ['four', false],
    ] as const) {
      const transaction = await producer.transaction()
      await transaction.send({topic, messages: [{value}, {value: `${value} again`}]})
      await (keep ? transaction.commit() : transaction.abort())
    }
    await producer.disconnect()
    const reader = await (await Reader.open(bus, {topic, group: 'g'})).untilIdle()
    expect(reader.seen.map(({text}) => text)).toEqual(['one', 'one again', 'three', 'three again'])
    await reader.commit()
    const again = await (await reader.reopen()).untilIdle()
    expect(again.seen).toEqual([])
    await again.consumer.close()
  })

  test('a topic that is there is used as it is, and one that is made takes 8 MiB units', async () => {
    const topic = await makeTopic('there', {partitions: 2})
    await (await bus.openProducer({topic})).close()
    expect((await bus.describe(topic)).partitions).toHaveLength(2)
    const made = topicOf('made')
    await (await bus.openProducer({topic: made})).close()
    const type = loadKafkajs().ConfigResourceTypes.TOPIC
    const {resources} = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{type, name: made, configNames: ['max.message.bytes']}],
    })
    expect(resources[0]?.configEntries[0]?.configValue).toBe(String(16 * 1024 * 1024))
  })

  test('a batch larger than the topic allows goes out in pieces, a unit that is larger fails alone', async () => {
    const topic = await makeTopic('small', {config: {'max.message.bytes': '100000'}})
    const producer = await bus.openProducer({topic})
    const noise = (size: number) => randomBytes(size)
    const units = (first: number, sizes: number[]) =>
      toUnitBatch(
        envelopeOf('s'),
        sizes.map((size, i) => ({bytes: noise(size), offset: first + i})),
      )
    const large = units(
      0,
      Array.from({length: 700}, () => 1_000),
    )
    const receipt = await producer.send(large)
    expect(receipt).toEqual({partition: 0, firstOffset: 0, nextOffset: 700})
    const mixed = units(700, [10, 20, 200_000, 30])
    const [failed, after] = await Promise.allSettled([producer.send(mixed), producer.send(units(800, [40, 50]))])
    expect(failed).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'BACKEND_REFUSED',
        retriable: false,
        message: `could not send a unit of 200,000 bytes: the unit is larger than max.message.bytes of topic ${topic}`,
      },
    })
    expect(after.status).toBe('fulfilled')
    await producer.close()
    const reader = await (await Reader.open(bus, {topic, group: 'g'})).untilIdle()
    await reader.consumer.close()
    const back = reader.deliveries
      .flatMap(({runs}) => runs)
      .flatMap(({units: run}) =>
        Array.from({length: run.count}, (_, i) => ({bytes: unitBytes(run, i), offset: run.offsets[i]})),
      )
    expect(back.slice(0, 700).every(({bytes}, i) => bytes.equals(unitBytes(large, i)))).toBe(true)
    const offsets = back.map(({offset}) => offset as number)
    expect(offsets.slice(0, 700)).toEqual(Array.from({length: 700}, (_, i) => i))
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
    expect(offsets.slice(-2)).toEqual([800, 801])
    expect(offsets).not.toContain(702)
  })

  test('removed records are a gap: before the first read, and under a reader', async () => {
    const topic = await makeTopic('gap')
    const producer = await bus.openProducer({topic})
    const sendNoise = (first: number, count: number) =>
      Promise.all(
        Array.from({length: count}, (_, i) =>
          producer.send(toUnitBatch(envelopeOf('s'), [{bytes: randomBytes(1_048_000), offset: first + i}])),
        ),
      )
    await sendNoise(0, 4)
    const first = await (await Reader.open(bus, {topic, group: 'g'})).until(4)
    await first.consumer.commit([first.position(0, 2)])
    await first.consumer.close()
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({topic, partitions: [{partition: 0, offset: '3'}]})
    const reader = await Reader.open(bus, {topic, group: 'g'})
    const events: BusEvent[] = []
    const readTo = async (offset: number) => {
      for (;;) {
        const event = (await reader.next()) as BusEvent
        if (event.kind !== 'idle') events.push(event)
        if (event.kind === 'units' && event.nextOffset >= offset) return
      }
    }
    await readTo(4)
    expect(events.shift()).toEqual({kind: 'gap', topic, partition: 0, from: 2, to: 3})
    expect(events.shift()).toMatchObject({kind: 'units', firstOffset: 3, nextOffset: 4})

    await sendNoise(4, 16)
    await readTo(5)
    await admin.deleteTopicRecords({topic, partitions: [{partition: 0, offset: '20'}]})
    await sendNoise(20, 2)
    await readTo(22)
    await reader.consumer.close()
    await producer.close()
    const stretches = events.map((event) => {
      if (event.kind === 'idle') throw new Error('no event of a stretch')
      return event.kind === 'gap' ? [event.from, event.to] : [event.firstOffset, event.nextOffset]
    })
    expect(events.filter(({kind}) => kind === 'gap')).toHaveLength(1)
    expect(stretches.map(([from]) => from)).toEqual([4, ...stretches.slice(0, -1).map(([, to]) => to)])
    expect(stretches.at(-1)?.[1]).toBe(22)
  })

  test('a position behind the end begins again at the earliest, and is told', async () => {
    const topic = await makeTopic('anew')
    const producer = await bus.openProducer({topic})
    await producer.send(numbered('s', 0, 5))
    await producer.close()
    const reader = await (await Reader.open(bus, {topic, group: 'g', startAt: () => 1_000})).until(5)
    await reader.consumer.close()
    expect(reader.seen.map(({busOffset}) => busOffset)).toEqual([0, 1, 2, 3, 4])
    expect(log).toContain(`kafka: position 1000 of ${topic}/0 lies behind its end 5: reading from 0`)
  })

  test('a commit for a partition held by nobody here is left out, and told', async () => {
    const topic = await makeTopic('lost')
    const reader = await (await Reader.open(bus, {topic, group: 'g'})).untilIdle()
    await reader.consumer.commit([reader.position(7, 3)])
    expect(log).toContain(`kafka: commit of ${topic}/7 left out: it belongs to another member now`)
    await reader.consumer.close()
    expect((await bus.describe(topic, 'g')).partitions).toEqual([{partition: 0, earliest: 0, next: 0}])
  })

  test('two members of a group that read different topics both read', async () => {
    const topics = [await makeTopic('left', {partitions: 3}), await makeTopic('right', {partitions: 2})]
    const readers = await Promise.all(topics.map((topic) => Reader.open(bus, {topic, group: 'shared'})))
    for (const topic of topics) {
      const producer = await bus.openProducer({topic})
      for (let i = 0; i < 12; i++) await producer.send(numbered(`${i}`, 0, 10))
      await producer.close()
    }
    await Promise.all(readers.map((reader) => reader.until(120)))
    await Promise.all(readers.map((reader) => reader.consumer.close()))
    expect(readers.map((reader) => reader.count)).toEqual([120, 120])
  })

  test('a topic name that cannot be is wrong use', async () => {
    await expect(bus.openProducer({topic: 'no/such name'})).rejects.toMatchObject({code: 'USAGE'})
  })
})

/** Passes everything on to `port`; answers can be held back. */
class LossyProxy {
  answers = true
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(listen: number, port: number) {
    this.#server = createServer((client) => {
      const broker = connect(port, '127.0.0.1')
      for (const socket of [client, broker]) {
        this.#sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => {
          client.destroy()
          broker.destroy()
        })
      }
      client.pipe(broker)
      broker.on('data', (data) => {
        if (this.answers) client.write(data)
      })
    })
    this.#server.listen(listen, '127.0.0.1')
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

describe.skipIf(!canStartKafka('Kafka whose answers get lost'))('a broker whose answers get lost', () => {
  let server: RunningKafka
  let proxy: LossyProxy
  let bus: Bus
  beforeAll(async () => {
    server = await startKafka({port: 19_094, extra: 'advertised.listeners=CLIENT://127.0.0.1:19109'})
    proxy = new LossyProxy(19_109, 19_094)
    bus = await openKafkaBus({brokers: ['127.0.0.1:19109'], partitions: 1, requestTimeoutMs: 700, retries: 2})
  })
  afterAll(async () => {
    await bus?.close()
    await proxy?.close()
    await server?.stop()
  })

  test('a send that is given up does not let the next one be taken for its repetition', async () => {
    const producer = await bus.openProducer({topic: 'answers'})
    await producer.send(numbered('s', 0, 10))
    proxy.answers = false
    const [first, behind] = await Promise.allSettled([
      producer.send(numbered('s', 10, 10)),
      producer.send(numbered('s', 20, 10)),
    ])
    expect(first).toMatchObject({status: 'rejected', reason: {code: 'BUS_UNREACHABLE', retriable: true}})
    expect(behind).toMatchObject({status: 'rejected', reason: {code: 'BUS_UNREACHABLE', retriable: true}})
    proxy.answers = true
    // as many units as the one whose fate is unknown: its sequence numbers must not be used again
    const receipt = await producer.send(numbered('s', 30, 10))
    await producer.close()
    const reader = await (await Reader.open(bus, {topic: 'answers', group: 'g'})).untilIdle()
    await reader.consumer.close()
    const texts = reader.seen.map(({text}) => text)
    expect(texts.slice(-10)).toEqual(Array.from({length: 10}, (_, i) => `s ${30 + i}`))
    expect(receipt.nextOffset).toBe(texts.length)
    expect(texts.filter((text) => text === 's 5')).toHaveLength(1)
  })

  test('a reader that hears nothing any more fails, and can be closed', async () => {
    const settings = {brokers: ['127.0.0.1:19109'], partitions: 1, requestTimeoutMs: 700, retries: 2}
    const impatient = await openKafkaBus({...settings, giveUpAfterMs: 2_000})
    const reader = await (await Reader.open(impatient, {topic: 'silence', group: 'g'})).untilIdle()
    proxy.answers = false
    const reading = (async () => {
      while (await reader.next());
    })()
    await expect(reading).rejects.toMatchObject({code: 'BUS_UNREACHABLE', retriable: true})
    await expect(reader.consumer.commit([reader.position(0, 0)])).rejects.toMatchObject({code: 'BUS_UNREACHABLE'})
    proxy.answers = true
    await reader.consumer.close()
    await impatient.close()
  })

  test('a send whose answer is late is stored once', async () => {
    const producer = await bus.openProducer({topic: 'late'})
    await producer.send(numbered('s', 0, 10))
    proxy.answers = false
    const sent = producer.send(numbered('s', 10, 10))
    await new Promise((resolve) => setTimeout(resolve, 900))
    proxy.answers = true
    expect(await sent).toEqual({partition: 0, firstOffset: 10, nextOffset: 20})
    await producer.close()
    const reader = await (await Reader.open(bus, {topic: 'late', group: 'g'})).untilIdle()
    await reader.consumer.close()
    expect(reader.seen.map(({text}) => text)).toEqual(Array.from({length: 20}, (_, i) => `s ${i}`))
  })
})
