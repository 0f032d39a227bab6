// A record batch as it came off the wire, its head read and its records not: they are decompressed and read when
// the reader has room for them (read-runs.ts), straight into columns.

import {crc32c} from '@node-rs/crc32'
import {BATCH_HEAD} from './record-batch.js'
import {VarintReader} from './varint.js'

const OFFSET_AND_LENGTH = 12
const MAGIC_AT = 16
const MAGIC = 2
const CRC_AT = 17
const ATTRIBUTES_AT = 21
const CODEC_MASK = 0x07
const APPEND_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20

export class RecordBatchView {
  readonly baseOffset: number
  /** Offset of the last record the batch was written with, also where compaction has removed it. */
  readonly lastOffset: number
  readonly #attributes: number

  /** `bytes`: the batch, head included. */
  constructor(readonly bytes: Buffer) {
    this.baseOffset = Number(bytes.readBigInt64BE(0))
    this.#attributes = bytes.readInt16BE(ATTRIBUTES_AT)
    this.lastOffset = this.baseOffset + bytes.readInt32BE(23)
  }

  get codec(): number {
    return this.#attributes & CODEC_MASK
  }

  get isControl(): boolean {
    return (this.#attributes & CONTROL) !== 0
  }

  get isTransactional(): boolean {
    return (this.#attributes & TRANSACTIONAL) !== 0
  }

  /** True where the broker's clock, not the producer's, gave the time of all records. */
  get hasAppendTime(): boolean {
    return (this.#attributes & APPEND_TIME) !== 0
  }

  get firstTimestamp(): number {
    return Number(this.bytes.readBigInt64BE(27))
  }

  get maxTimestamp(): number {
    return Number(this.bytes.readBigInt64BE(35))
  }

  get producerId(): bigint {
    return this.bytes.readBigInt64BE(43)
  }

  get count(): number {
    return this.bytes.readInt32BE(57)
  }

  /** The key of the first record of an uncompressed batch. */
  get firstKey(): Buffer | null {
    const reader = new VarintReader(this.records)
    reader.next()
    reader.skip(1)
    reader.next()
    reader.next()
    const size = reader.next()
    return size < 0 ? null : this.records.subarray(reader.position, reader.position + size)
  }

  /** The records, compressed as they are. */
  get records(): Buffer {
    return this.bytes.subarray(BATCH_HEAD)
  }

  get isIntact(): boolean {
    return crc32c(this.bytes.subarray(ATTRIBUTES_AT)) === this.bytes.readUInt32BE(CRC_AT)
  }
}

/**
 * The batches in the answer to a fetch; one that is cut off at its end is left out, as the broker cuts where the
 * size asked for is reached. `undefined` where a batch is of an older format than v2.
 */
export function splitBatches(bytes: Buffer): RecordBatchView[] | undefined {
  const batches: RecordBatchView[] = []
  for (let at = 0; at + BATCH_HEAD <= bytes.length; ) {
    if (bytes[at + MAGIC_AT] !== MAGIC) return undefined
    const end = at + OFFSET_AND_LENGTH + bytes.readInt32BE(at + 8)
    if (end > bytes.length) break
    batches.push(new RecordBatchView(bytes.subarray(at, end)))
    at = end
  }
  return batches
}
