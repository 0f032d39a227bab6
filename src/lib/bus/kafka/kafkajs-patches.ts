// Six modules inside kafkajs, replaced in Node's module cache before kafkajs is loaded: four so that a batch we
// encoded ourselves goes out through its public `producer.send`, each leaving every other call to the original, one so
// that consumers get record batches unread, and one so that nothing is retried after the bus is closed. They fit version 2.2.4 and no other; kafkajs is no longer
// maintained, so it does not move.
//
//   producer/groupMessagesPerPartition   lets our batch through, to the partition it was made for
//   protocol/requests/produce/v3/request puts producer id, sequence and checksum into the batch, the request around it
//   protocol/request                     puts the frame's head in front, in the same buffer
//   producer/eosManager                  for our producers: no lock a broker (we keep one send in flight a partition),
//                                        and sequence numbers that wrap as brokers expect (kafkajs starts again at 0
//                                        with a gap, which brokers refuse)
//   protocol/requests/fetch/v4/decodeMessages  hands consumers a message a record batch, with the batch in it, instead
//                                        of an object a record. This one holds for every consumer of the process:
//                                        logflow's are the only ones
//   retry                                gives up where the options of a client say that it is closed

import {createRequire} from 'node:module'
import type {Kafka, Producer, ProducerConfig} from 'kafkajs'
import {LogflowError} from '../../errors/logflow-error.js'
import {kafkajsCodecs} from './codecs.js'
import {type EncodedBatch, HEADROOM} from './record-batch.js'
import {type RecordBatchView, splitBatches} from './record-batch-view.js'

export const SUPPORTED_KAFKAJS = '2.2.4'

const require = createRequire(import.meta.url)
const PATCHED = Symbol.for('logflow.kafkajs-patches')

type AnyFunction = (...args: never[]) => unknown

interface ProduceRequestArguments {
  acks: number
  timeout: number
  transactionalId?: string | null
  producerId?: {toString(): string} | number
  producerEpoch?: number
  topicData: Array<{
    topic: string
    partitions: Array<{partition: number | string; firstSequence: number; messages: unknown}>
  }>
}
interface ProtocolRequest {
  apiKey: number
  apiVersion: number
  encode(): Promise<unknown>
}
interface FrameArguments {
  correlationId: number
  clientId: string
  request: ProtocolRequest
}
interface EosManager {
  initProducerId(): Promise<void>
  getSequence(topic: string, partition: number | string): number
  updateSequence(topic: string, partition: number | string, increment: number): void
  acquireBrokerLock(broker: unknown): Promise<void>
  releaseBrokerLock(broker: unknown): void
}

export type KafkajsModule = typeof import('kafkajs')

/** kafkajs with our parts in it; loaded once a process. INTERNAL where it is not the version they were made for. */
export function loadKafkajs(): KafkajsModule {
  const {version} = require('kafkajs/package.json') as {version: string}
  requireSupported(version)
  const entry = require.resolve('kafkajs')
  const cached = require.cache[entry]?.exports as (KafkajsModule & {[PATCHED]?: true}) | undefined
  if (cached?.[PATCHED]) return cached
  if (cached) throw new LogflowError('INTERNAL', 'kafkajs was loaded before its parts were replaced')
  replace('retry/index', stopWhenClosed)
  replace('producer/groupMessagesPerPartition', passEncodedBatch)
  replace('protocol/requests/produce/v3/request', requestAroundBatch)
  replace('protocol/request', frameAroundRequest)
  replace('producer/eosManager/index', withoutLock)
  replace('protocol/requests/fetch/v4/decodeMessages', keepBatches)
  const kafkajs = require('kafkajs') as KafkajsModule & {[PATCHED]?: true}
  Object.defineProperty(kafkajs, PATCHED, {value: true})
  Object.assign(kafkajs.CompressionCodecs, kafkajsCodecs())
  return kafkajs
}

/** Throws INTERNAL for any version but the one the replaced parts were read from. */
export function requireSupported(version: string): void {
  if (version === SUPPORTED_KAFKAJS) return
  throw new LogflowError(
    'INTERNAL',
    `kafkajs ${version} is installed, but logflow works with ${SUPPORTED_KAFKAJS} only`,
    {
      suggestions: [`Install kafkajs ${SUPPORTED_KAFKAJS} exactly`],
    },
  )
}

function replace(path: string, wrap: (original: never) => AnyFunction): void {
  const file = require.resolve(`kafkajs/src/${path}.js`)
  const original = require(file) as never
  const entry = require.cache[file]
  if (!entry) throw new LogflowError('INTERNAL', `kafkajs has no module ${path}`)
  entry.exports = wrap(original)
}

/** What a client's `retry` options may carry besides kafkajs's own. */
export interface ClosableRetry {
  /** True once nothing is to be tried again: kafkajs's timers would keep the process alive for a minute. */
  isClosed?: () => boolean
}
type Retried = (bail: (error: Error) => void, ...more: unknown[]) => Promise<unknown>
type CreateRetry = (options?: ClosableRetry) => (work: Retried) => Promise<unknown>

export function stopWhenClosed(original: CreateRetry): AnyFunction {
  return ((options: ClosableRetry = {}) => {
    const retrier = original(options)
    return (work: Retried) =>
      retrier(async (bail, ...more) => {
        if (!options.isClosed?.()) return work(bail, ...more)
        bail(new Error('the bus is closed'))
      })
  }) as AnyFunction
}

export function passEncodedBatch(original: AnyFunction): AnyFunction {
  return ((grouping: {partitionMetadata: unknown[]; messages: unknown}) => {
    const {messages, partitionMetadata} = grouping
    if (!(messages instanceof AddressedBatch)) return original(grouping as never)
    return partitionMetadata.length === 0 ? {} : {[messages.partition]: messages}
  }) as AnyFunction
}

/** An encoded batch with the partition it goes to. */
export class AddressedBatch {
  constructor(
    readonly batch: EncodedBatch,
    readonly partition: number,
  ) {}

  get length(): number {
    return this.batch.length
  }

  find(): undefined {
    return undefined
  }
}

/** A produce request in its buffer, with room in front for the head of the frame. */
class SealedRequest {
  constructor(
    readonly buffer: Buffer,
    readonly start: number,
    readonly end: number,
  ) {}
}

export function requestAroundBatch(original: (args: ProduceRequestArguments) => ProtocolRequest): AnyFunction {
  return ((args: ProduceRequestArguments): ProtocolRequest => {
    const request = original(args)
    const [topic, ...others] = args.topicData
    const [target, ...more] = topic?.partitions ?? []
    if (!topic || !(target?.messages instanceof AddressedBatch) || others.length > 0 || more.length > 0) return request
    const addressed = target.messages
    return {...request, encode: async () => sealRequest(args, topic.topic, target.firstSequence, addressed)}
  }) as AnyFunction
}

function sealRequest(
  args: ProduceRequestArguments,
  topic: string,
  firstSequence: number,
  {batch, partition}: AddressedBatch,
): SealedRequest {
  const {buffer, end} = batch.seal({
    producerId: BigInt((args.producerId ?? -1).toString()),
    producerEpoch: args.producerEpoch ?? 0,
    firstSequence,
    transactional: Boolean(args.transactionalId),
  })
  const name = Buffer.from(topic)
  const transactionalId = args.transactionalId ? Buffer.from(args.transactionalId) : undefined
  const start = HEADROOM - (2 + (transactionalId?.length ?? 0) + 2 + 4 + 4 + 2 + name.length + 4 + 4 + 4)
  let at = buffer.writeInt16BE(transactionalId?.length ?? -1, start)
  if (transactionalId) at += transactionalId.copy(buffer, at)
  at = buffer.writeInt16BE(args.acks, at)
  at = buffer.writeInt32BE(args.timeout, at)
  at = buffer.writeInt32BE(1, at)
  at = buffer.writeInt16BE(name.length, at)
  at += name.copy(buffer, at)
  at = buffer.writeInt32BE(1, at)
  at = buffer.writeInt32BE(partition, at)
  buffer.writeInt32BE(end - HEADROOM, at)
  return new SealedRequest(buffer, start, end)
}

export function frameAroundRequest(original: (args: FrameArguments) => Promise<unknown>): AnyFunction {
  return (async (args: FrameArguments) => {
    if (args.request.apiKey !== 0) return original(args)
    const encoded = await args.request.encode()
    if (!(encoded instanceof SealedRequest)) {
      return original({...args, request: {...args.request, encode: async () => encoded}})
    }
    const {buffer, end} = encoded
    const client = Buffer.from(args.clientId)
    const start = encoded.start - (14 + client.length)
    let at = buffer.writeInt32BE(end - start - 4, start)
    at = buffer.writeInt16BE(args.request.apiKey, at)
    at = buffer.writeInt16BE(args.request.apiVersion, at)
    at = buffer.writeInt32BE(args.correlationId, at)
    at = buffer.writeInt16BE(client.length, at)
    client.copy(buffer, at)
    const frame = buffer.subarray(start, end)
    return {buffer: frame, size: () => frame.length}
  }) as AnyFunction
}

/** kafkajs's reader over an answer. */
interface Decoder {
  buffer: Buffer
  offset: number
}

/** Stands for all records of a batch where kafkajs expects a message. */
export interface BatchMessage {
  /** Of the batch's last record, decimal: kafkajs drops what lies before the position, and goes on after it. */
  offset: string
  /** Of a marker only: tells whether it ends or aborts a transaction. */
  key: Buffer | null
  isControlRecord: boolean
  /** By these kafkajs leaves out the batches of aborted transactions. */
  batchContext: {producerId: string; inTransaction: boolean}
  recordBatch: RecordBatchView
}

/** The batch that stands behind a message kafkajs hands out; BACKEND_REFUSED where it is of a format before v2. */
export function recordBatchOf(message: object, topic: string): RecordBatchView {
  const {recordBatch} = message as Partial<BatchMessage>
  if (recordBatch) return recordBatch
  throw new LogflowError('BACKEND_REFUSED', `topic ${topic} holds messages in a format older than Kafka 0.11`)
}

export function keepBatches(original: (decoder: Decoder) => Promise<unknown[]>): AnyFunction {
  return (async (decoder: Decoder) => {
    const size = decoder.buffer.readInt32BE(decoder.offset)
    const start = decoder.offset + 4
    if (size <= 0 || start + size > decoder.buffer.length) return original(decoder)
    const batches = splitBatches(decoder.buffer.subarray(start, start + size))
    // formats before v2 are kafkajs's to read, and consumer.ts's to refuse
    if (!batches) return original(decoder)
    decoder.offset = start + size
    return batches.map(messageOf)
  }) as AnyFunction
}

function messageOf(batch: RecordBatchView): BatchMessage {
  return {
    offset: String(batch.lastOffset),
    key: batch.isControl ? batch.firstKey : null,
    isControlRecord: batch.isControl,
    batchContext: {producerId: String(batch.producerId), inTransaction: batch.isTransactional},
    recordBatch: batch,
  }
}

/** True while one of our producers is being made. */
let makingOurs = false

/** An idempotent producer without kafkajs's lock a broker: the caller keeps one send in flight a partition. */
export function createUnlockedProducer(kafka: Kafka, config: ProducerConfig): Producer {
  makingOurs = true
  try {
    return kafka.producer(config)
  } finally {
    makingOurs = false
  }
}

export function withoutLock(original: (options: {transactional?: boolean}) => EosManager): AnyFunction {
  return ((options: {transactional?: boolean}): EosManager => {
    const manager = original(options)
    if (!makingOurs || options.transactional) return manager
    const sequences = new Sequences()
    const {initProducerId} = manager
    manager.initProducerId = async () => {
      await initProducerId()
      sequences.reset()
    }
    manager.getSequence = (topic, partition) => sequences.next(topic, partition)
    manager.updateSequence = (topic, partition, increment) => sequences.advance(topic, partition, increment)
    manager.acquireBrokerLock = async () => undefined
    manager.releaseBrokerLock = () => undefined
    return manager
  }) as AnyFunction
}

const SEQUENCES = 2 ** 31

/** The sequence number of the next record, by partition: 0 to 2^31 - 1, then 0 again. */
export class Sequences {
  readonly #next = new Map<string, number>()

  next(topic: string, partition: number | string): number {
    return this.#next.get(`${topic}/${partition}`) ?? 0
  }

  /** `increment` is negative where a send is taken back. */
  advance(topic: string, partition: number | string, increment: number): void {
    const moved = this.next(topic, partition) + increment
    this.#next.set(`${topic}/${partition}`, ((moved % SEQUENCES) + SEQUENCES) % SEQUENCES)
  }

  reset(): void {
    this.#next.clear()
  }
}
