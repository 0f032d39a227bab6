// Kafka's record batch (message format v2), written straight into one buffer: a value is copied once, from the
// buffer it was read into. In front of the batch lies room for the head of the produce request, so that the request
// needs no copy either. Producer id, sequence and checksum are filled in when the request is made (`seal`).

import {crc32c} from '@node-rs/crc32'
import {LONGEST_VARINT, sizeOfVarint, writeVarint} from './varint.js'

/** Room before the batch: topic (up to 249 bytes), client id (up to 255) and 42 bytes of fixed fields fit in it. */
export const HEADROOM = 1_024
/** The fixed fields of a record batch, up to its first record. */
export const BATCH_HEAD = 61

const MAGIC = 2
const TRANSACTIONAL = 0x10
/** Offsets of fields, from the start of the batch. */
const AT = {
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  count: 57,
} as const

export interface ProducerState {
  producerId: bigint
  producerEpoch: number
  firstSequence: number
  transactional: boolean
}

/** Turns the bytes of all records into the bytes that go on the wire. */
export interface Compressor {
  /** Kafka's number of the codec: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  readonly id: number
  compress(records: Buffer): Buffer
}

/** Collects records; `finish` gives them up as a batch and begins anew. */
export class RecordBatchWriter {
  #buffer: Buffer
  #at = HEADROOM + BATCH_HEAD
  #count = 0
  #firstTimestamp = 0
  #maxTimestamp = 0

  /** `capacity`: bytes of records that fit before the buffer has to grow. */
  constructor(private readonly capacity: number) {
    this.#buffer = Buffer.allocUnsafeSlow(HEADROOM + BATCH_HEAD + capacity)
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of records so far, uncompressed. */
  get size(): number {
    return this.#at - HEADROOM - BATCH_HEAD
  }

  /**
   * Adds a record. The value is `source[start, end)`, or null where there is no source. The headers are given
   * encoded, count included, in two parts: what all records share, and the rest (its first `restLength` bytes).
   */
  append(
    timestamp: number,
    key: Buffer | null,
    source: Buffer | null,
    start: number,
    end: number,
    headers: Buffer,
    rest: Buffer,
    restLength: number,
  ): void {
    if (this.#count === 0) this.#firstTimestamp = this.#maxTimestamp = timestamp
    else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    const delta = timestamp - this.#firstTimestamp
    const keyLength = key ? key.length : -1
    const valueLength = source ? end - start : -1
    const size =
      1 +
      sizeOfVarint(delta) +
      sizeOfVarint(this.#count) +
      sizeOfVarint(keyLength) +
      (key ? keyLength : 0) +
      sizeOfVarint(valueLength) +
      (source ? valueLength : 0) +
      headers.length +
      restLength
    if (this.#at + size + LONGEST_VARINT > this.#buffer.length) this.#grow(size + LONGEST_VARINT)
    const to = this.#buffer
    let at = writeVarint(to, this.#at, size)
    to[at++] = 0
    at = writeVarint(to, at, delta)
    at = writeVarint(to, at, this.#count)
    at = writeVarint(to, at, keyLength)
    if (key) at += key.copy(to, at)
    at = writeVarint(to, at, valueLength)
    if (source) at += source.copy(to, at, start, end)
    at += headers.copy(to, at)
    for (let i = 0; i < restLength; i++) to[at++] = rest[i] as number
    this.#at = at
    this.#count++
  }

  /** The batch of all records added since the last call. */
  finish(compressor?: Compressor): EncodedBatch {
    const records = HEADROOM + BATCH_HEAD
    let buffer = this.#buffer
    let end = this.#at
    if (compressor && compressor.id !== 0) {
      const packed = compressor.compress(buffer.subarray(records, end))
      end = records + packed.length
      buffer = Buffer.allocUnsafeSlow(end)
      packed.copy(buffer, records)
      if (this.#buffer.length > 4 * this.capacity + records) this.#renew()
    } else {
      this.#renew()
    }
    const batch = new EncodedBatch(buffer, end, this.#count, compressor?.id ?? 0, {
      first: this.#firstTimestamp,
      max: this.#maxTimestamp,
    })
    this.#at = records
    this.#count = 0
    return batch
  }

  #renew(): void {
    this.#buffer = Buffer.allocUnsafeSlow(HEADROOM + BATCH_HEAD + this.capacity)
  }

  #grow(missing: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#at + missing, Math.ceil(this.#buffer.length * 1.5)))
    this.#buffer.copy(grown, 0, 0, this.#at)
    this.#buffer = grown
  }
}

/**
 * A finished batch of one partition. kafkajs takes it where it expects an array of messages: it reads `length` to
 * count sequence numbers, and calls `find` to look for messages without a value.
 */
export class EncodedBatch {
  /** Times it was made into a request. */
  attempts = 0

  constructor(
    private readonly buffer: Buffer,
    private readonly end: number,
    readonly length: number,
    readonly codec: number,
    private readonly timestamps: {first: number; max: number},
  ) {}

  /** Bytes of the batch on the wire. */
  get bytes(): number {
    return this.end - HEADROOM
  }

  find(): undefined {
    return undefined
  }

  /**
   * Fills in what only the request knows. The batch is `buffer[HEADROOM, end)`. From the second time on it is a
   * copy: a socket may still hold the buffer of an earlier request.
   */
  seal(state: ProducerState): {buffer: Buffer; end: number} {
    this.attempts++
    const to = this.attempts === 1 ? this.buffer : Buffer.from(this.buffer.subarray(0, this.end))
    const start = HEADROOM
    to.writeBigInt64BE(0n, start)
    to.writeInt32BE(this.bytes - AT.leaderEpoch, start + AT.length)
    to.writeInt32BE(0, start + AT.leaderEpoch)
    to.writeInt8(MAGIC, start + AT.magic)
    to.writeInt16BE(this.codec | (state.transactional ? TRANSACTIONAL : 0), start + AT.attributes)
    to.writeInt32BE(this.length - 1, start + AT.lastOffsetDelta)
    to.writeBigInt64BE(BigInt(this.timestamps.first), start + AT.firstTimestamp)
    to.writeBigInt64BE(BigInt(this.timestamps.max), start + AT.maxTimestamp)
    to.writeBigInt64BE(state.producerId, start + AT.producerId)
    to.writeInt16BE(state.producerEpoch, start + AT.producerEpoch)
    to.writeInt32BE(state.firstSequence, start + AT.firstSequence)
    to.writeInt32BE(this.length, start + AT.count)
    to.writeUInt32BE(crc32c(to.subarray(start + AT.attributes, this.end)), start + AT.crc)
    return {buffer: to, end: this.end}
  }
}
