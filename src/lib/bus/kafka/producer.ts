// Sends batches so that what is acknowledged is in Kafka once, in order: one topic and one partition a request,
// idempotent, acknowledged by all in-sync replicas, and one request in flight a partition. (kafkajs loses records
// when a request carries several partitions and a broker dies.)

import type {Kafka, Producer} from 'kafkajs'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Envelope} from '../../units/envelope.js'
import {MAX_BATCH_UNITS, type UnitBatch} from '../../units/unit-batch.js'
import type {BusProducer, SendReceipt} from '../bus.js'
import {compressorFor} from './codecs.js'
import {isProducerStateLost, isTooLarge, toLogflowError} from './errors.js'
import {AddressedBatch, createUnlockedProducer} from './kafkajs-patches.js'
import {partitionOf} from './partition.js'
import {type EncodedBatch, RecordBatchWriter} from './record-batch.js'
import {type Encoding, encodeGroup, halve, PendingSend, type Slice, sizeOf, unitsOf} from './send-group.js'
import type {CompleteSettings} from './settings.js'
import {headersOf, PositionWriter} from './unit-headers.js'

/** Waiting sends are joined up to so many bytes before compression. */
const GROUP_BYTES = 1_500_000
const MAX_IN_FLIGHT = 5

export interface ProducerContext {
  kafka: Kafka
  settings: CompleteSettings
  topic: string
  partitions: number
  key?: string
  now: () => number
  log: (line: string) => void
}

/** A kafkajs producer, with the producer id under which brokers know its sequence numbers. */
interface Session {
  producer: Producer
  inFlight: number
  /** No send may use it any more: what became of its last request is not known. */
  spent: boolean
}

/** What waits for one partition. */
interface Lane {
  partition: number
  waiting: PendingSend[]
  running: boolean
}

/** A group made ready while the one before it was in flight. */
interface Prepared {
  slices: Slice[]
  encoded: EncodedBatch
}

export class KafkaProducer implements BusProducer {
  readonly #context: ProducerContext
  readonly #lanes: Lane[]
  readonly #encoding: Encoding
  readonly #underWay = new Set<Promise<void>>()
  readonly #unsettled = new Set<PendingSend>()
  readonly #headers = new WeakMap<Envelope, Buffer>()
  #session: Promise<Session> | undefined
  #closed = false
  #abandoned = false

  constructor(context: ProducerContext) {
    this.#context = context
    this.#lanes = Array.from({length: context.partitions}, (_, partition) => ({partition, waiting: [], running: false}))
    this.#encoding = {
      writer: new RecordBatchWriter(2 * GROUP_BYTES),
      compressor: compressorFor(context.settings.compression),
      position: new PositionWriter(),
      key: context.key === undefined ? null : Buffer.from(context.key),
    }
  }

  /** Connects and gets a producer id. */
  async open(): Promise<this> {
    await this.#liveSession()
    return this
  }

  send(batch: UnitBatch): Promise<SendReceipt> {
    if (this.#closed) return Promise.reject(new LogflowError('INTERNAL', 'a send came after the producer was closed'))
    if (batch.count === 0 || batch.count > MAX_BATCH_UNITS) {
      return Promise.reject(
        new LogflowError('INTERNAL', `a batch of ${batch.count} units; 1 to ${MAX_BATCH_UNITS} can be sent`),
      )
    }
    const partition = partitionOf(batch.envelope.source, this.#context.partitions)
    const lane = this.#lanes[partition] as Lane
    const send = new PendingSend(batch, this.#headersOf(batch.envelope), partition)
    lane.waiting.push(send)
    this.#unsettled.add(send)
    const settled = () => this.#unsettled.delete(send)
    send.receipt.then(settled, settled)
    if (!lane.running) {
      lane.running = true
      const run = this.#drain(lane).finally(() => this.#underWay.delete(run))
      this.#underWay.add(run)
    }
    return send.receipt
  }

  async close({abandon = false}: {abandon?: boolean} = {}): Promise<void> {
    this.#closed = true
    if (abandon) return this.#abandon()
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
    const session = await this.#session?.catch(() => undefined)
    this.#session = undefined
    await session?.producer.disconnect().catch((error) => this.#context.log(`kafka: closing: ${String(error)}`))
  }

  /** Connections still open are the client's to end, which it does without waiting for an answer. */
  #abandon(): void {
    const given = new LogflowError('BUS_UNREACHABLE', `a write to topic ${this.#context.topic} was given up`, {
      retriable: true,
    })
    for (const send of this.#unsettled) send.fail(given)
    this.#abandoned = true
    for (const lane of this.#lanes) lane.waiting.length = 0
    this.#underWay.clear()
    this.#session = undefined
  }

  #headersOf(envelope: Envelope): Buffer {
    let headers = this.#headers.get(envelope)
    if (!headers) {
      headers = headersOf(envelope)
      this.#headers.set(envelope, headers)
    }
    return headers
  }

  /** Sends what waits for a partition, group after group, encoding the next while one is in flight. */
  async #drain(lane: Lane): Promise<void> {
    let prepared: Prepared | undefined
    while (prepared || lane.waiting.length > 0) {
      const {slices, encoded}: Prepared = prepared ?? this.#prepare(lane)
      prepared = undefined
      const done = this.#deliver(lane, slices, encoded)
      await new Promise(setImmediate)
      // a small group is better left to grow until the way is free
      if (lane.waiting.reduce((sum, send) => sum + sizeOf(send), 0) >= GROUP_BYTES / 2) prepared = this.#prepare(lane)
      try {
        await done
      } catch (error) {
        // what was called later must not overtake what failed
        const behind = [...slices, ...(prepared?.slices ?? [])].map(({send}) => send)
        for (const send of [...behind, ...lane.waiting.splice(0)]) send.fail(error)
        prepared = undefined
      }
    }
    lane.running = false
  }

  #prepare(lane: Lane): Prepared {
    let size = 0
    let count = 0
    for (const send of lane.waiting) {
      size += sizeOf(send)
      if (count > 0 && size > GROUP_BYTES) break
      count++
    }
    const slices = lane.waiting.splice(0, count).map((send) => ({send, from: 0, to: send.batch.count}))
    return {slices, encoded: encodeGroup(slices, this.#context.now(), this.#encoding)}
  }

  /** Resolves when every send of the group is settled; rejects where the partition cannot be written at all. */
  async #deliver(lane: Lane, slices: Slice[], encoded: EncodedBatch): Promise<void> {
    let offset: number
    try {
      offset = await this.#produce(lane.partition, encoded)
    } catch (error) {
      if (!isTooLarge(error)) throw error
      if (unitsOf(slices) === 1) return this.#refuse(slices, error)
      for (const half of halve(slices)) {
        const left = half.filter(({send}) => !send.settled)
        if (left.length > 0) await this.#deliver(lane, left, encodeGroup(left, this.#context.now(), this.#encoding))
      }
      return
    }
    for (const {send, from, to} of slices) {
      send.acknowledge(offset, to - from)
      offset += to - from
    }
  }

  /** A unit that is too large alone fails its own send and no other. */
  #refuse(slices: Slice[], error: unknown): void {
    for (const {send, from} of slices) {
      const {batch} = send
      const bytes = (batch.ends[from] as number) - (batch.starts[from] as number)
      const doing = `send a unit of ${bytes.toLocaleString('en')} bytes`
      send.fail(toLogflowError(error, {...this.#attempt(), doing}))
    }
  }

  /** The offset of the batch's first record. Rejects with a LogflowError, or the broker's word that it is too large. */
  async #produce(partition: number, encoded: EncodedBatch): Promise<number> {
    for (let renewed = false; ; ) {
      const session = await this.#liveSession()
      if (this.#abandoned) throw new LogflowError('BUS_UNREACHABLE', 'the send was given up')
      if (session.spent) continue
      session.inFlight++
      try {
        const messages = new AddressedBatch(encoded, partition) as never
        const [answer] = await session.producer.send({topic: this.#context.topic, messages, acks: -1})
        const offset = Number(answer?.baseOffset ?? -1)
        if (!Number.isSafeInteger(offset) || offset < 0) throw new Error('the broker named no offset')
        return offset
      } catch (error) {
        const certain = encoded.attempts <= 1
        if (isTooLarge(error) && certain) throw error
        // whether the batch was stored is unknown, and the next one must not take its sequence numbers
        session.spent = true
        if (!renewed && certain && isProducerStateLost(error)) {
          renewed = true
          continue
        }
        throw toLogflowError(error, this.#attempt())
      } finally {
        session.inFlight--
        if (session.spent && session.inFlight === 0) void session.producer.disconnect().catch(() => undefined)
      }
    }
  }

  /** The session in use, or a new one where there is none or it is spent. */
  async #liveSession(): Promise<Session> {
    for (;;) {
      this.#session ??= this.#connect()
      const opening = this.#session
      const session = await opening.catch((error) => {
        if (this.#session === opening) this.#session = undefined
        throw error
      })
      if (!session.spent) return session
      if (this.#session === opening) this.#session = undefined
    }
  }

  async #connect(): Promise<Session> {
    const producer = createUnlockedProducer(this.#context.kafka, {
      idempotent: true,
      maxInFlightRequests: MAX_IN_FLIGHT,
      allowAutoTopicCreation: false,
      // without one, kafkajs warns about its default
      createPartitioner: () => () => 0,
    })
    try {
      await producer.connect()
    } catch (error) {
      void producer.disconnect().catch(() => undefined)
      throw toLogflowError(error, this.#attempt())
    }
    return {producer, inFlight: 0, spent: false}
  }

  #attempt() {
    const {topic, settings} = this.#context
    return {doing: `write to topic ${topic}`, brokers: settings.brokers, topic}
  }
}
