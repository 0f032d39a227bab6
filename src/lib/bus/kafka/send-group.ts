// Sends on their way to one partition. Small ones that wait behind each other go out as one record batch; one that
// the broker finds too large goes out in halves. Either way every send gets the offsets of its own units.

import type {UnitBatch} from '../../units/unit-batch.js'
import type {SendReceipt} from '../bus.js'
import type {Compressor, EncodedBatch, RecordBatchWriter} from './record-batch.js'
import type {PositionWriter} from './unit-headers.js'

/** One call of `send`, until it is settled. */
export class PendingSend {
  readonly receipt: Promise<SendReceipt>
  #resolve!: (receipt: SendReceipt) => void
  #reject!: (error: unknown) => void
  #firstOffset = -1
  #nextOffset = -1
  #open: number
  #settled = false

  /** `headers`: the encoded headers its units share. */
  constructor(
    readonly batch: UnitBatch,
    readonly headers: Buffer,
    readonly partition: number,
  ) {
    this.#open = batch.count
    this.receipt = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  get settled(): boolean {
    return this.#settled
  }

  /** `count` units, the next of this send, are durable from `offset` on. */
  acknowledge(offset: number, count: number): void {
    if (this.#firstOffset < 0) this.#firstOffset = offset
    this.#nextOffset = offset + count
    this.#open -= count
    if (this.#open > 0 || this.#settled) return
    this.#settled = true
    this.#resolve({partition: this.partition, firstOffset: this.#firstOffset, nextOffset: this.#nextOffset})
  }

  fail(error: unknown): void {
    if (this.#settled) return
    this.#settled = true
    this.#reject(error)
  }
}

/** Units `from` to `to` (exclusive) of a send. */
export interface Slice {
  send: PendingSend
  from: number
  to: number
}

export function unitsOf(slices: Slice[]): number {
  return slices.reduce((sum, {from, to}) => sum + to - from, 0)
}

/** Bytes of a send before compression: values, headers, and the fixed fields of each record. */
export function sizeOf({batch, headers}: PendingSend): number {
  const values = batch.count === 0 ? 0 : (batch.ends[batch.count - 1] as number) - (batch.starts[0] as number)
  return Math.max(values, 0) + batch.count * (headers.length + 40)
}

/** Both halves of a group of at least two units. */
export function halve(slices: Slice[]): [Slice[], Slice[]] {
  const half = Math.floor(unitsOf(slices) / 2)
  const first: Slice[] = []
  const second: Slice[] = []
  let taken = 0
  for (const {send, from, to} of slices) {
    const cut = Math.min(to, from + Math.max(half - taken, 0))
    if (cut > from) first.push({send, from, to: cut})
    if (to > cut) second.push({send, from: cut, to})
    taken += cut - from
  }
  return [first, second]
}

export interface Encoding {
  writer: RecordBatchWriter
  compressor: Compressor
  position: PositionWriter
  key: Buffer | null
}

export function encodeGroup(slices: Slice[], timestamp: number, encoding: Encoding): EncodedBatch {
  const {writer, compressor, position, key} = encoding
  for (const {send, from, to} of slices) {
    const {data, starts, ends, offsets, lines, spans} = send.batch
    for (let i = from; i < to; i++) {
      position.set(offsets[i] as number, lines[i] as number, spans[i] as number)
      const {bytes, length} = position
      writer.append(timestamp, key, data, starts[i] as number, ends[i] as number, send.headers, bytes, length)
    }
  }
  return writer.finish(compressor)
}
