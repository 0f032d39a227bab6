import type {Envelope} from '../units/envelope.js'
import {MAX_BATCH_BYTES, MAX_BATCH_UNITS, type UnitBatch} from '../units/unit-batch.js'

/** Where the units of a batch in the making lie in its buffer, and in their source. */
export class UnitColumns {
  count = 0
  private capacity = 0
  private starts = new Uint32Array(0)
  private ends = new Uint32Array(0)
  private offsets = new Float64Array(0)
  private spans = new Float64Array(0)
  private lines = new Float64Array(0)

  /** Whether a unit that ends there may be part of the batch. */
  takes(end: number): boolean {
    return this.count === 0 || (this.count < MAX_BATCH_UNITS && end - (this.starts[0] as number) <= MAX_BATCH_BYTES)
  }

  /** Its first unit; `undefined` while it is empty. */
  get first(): {offset: number; line: number} | undefined {
    if (this.count === 0) return undefined
    return {offset: this.offsets[0] as number, line: this.lines[0] as number}
  }

  add(start: number, end: number, offset: number, span: number, line: number): void {
    if (this.count === this.capacity) this.grow()
    const i = this.count++
    this.starts[i] = start
    this.ends[i] = end
    this.offsets[i] = offset
    this.spans[i] = span
    this.lines[i] = line
  }

  /** The batch, of one unit at least, which then owns its stretch of the buffer; the next one begins empty. */
  take(slab: Buffer, envelope: Envelope): UnitBatch {
    const {starts, ends, count} = this
    const first = starts[0] as number
    const last = ends[count - 1] as number
    for (let i = 0; i < count; i++) {
      starts[i] = (starts[i] as number) - first
      ends[i] = (ends[i] as number) - first
    }
    this.count = 0
    this.capacity = 0
    return {
      envelope,
      count,
      data: slab.subarray(first, last),
      starts: starts.subarray(0, count),
      ends: ends.subarray(0, count),
      offsets: this.offsets.subarray(0, count),
      spans: this.spans.subarray(0, count),
      lines: this.lines.subarray(0, count),
    }
  }

  /** They begin small, because most files of a big folder are. */
  private grow(): void {
    const capacity = Math.min(MAX_BATCH_UNITS, this.capacity === 0 ? 64 : this.capacity * 8)
    const widen = <T extends Uint32Array | Float64Array>(wide: T, old: T): T => {
      wide.set(old.subarray(0, this.count))
      return wide
    }
    this.starts = widen(new Uint32Array(capacity), this.starts)
    this.ends = widen(new Uint32Array(capacity), this.ends)
    this.offsets = widen(new Float64Array(capacity), this.offsets)
    this.spans = widen(new Float64Array(capacity), this.spans)
    this.lines = widen(new Float64Array(capacity), this.lines)
    this.capacity = capacity
  }
}
