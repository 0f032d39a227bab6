// Units on their way from the edge to `process`: raw bytes with positions, held column-wise over one buffer,
// so that a line is never copied into an object, let alone decoded, before it is parsed.
// One unit is one line, or the lines of one multi-line event. A batch holds units of ONE source, in order.

import type {Envelope} from './envelope.js'

export interface UnitBatch {
  readonly envelope: Envelope
  readonly count: number
  /** Holds the bytes of all units; unit i is `data.subarray(starts[i], ends[i])`, without its line terminator. */
  readonly data: Buffer
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  /** Byte offset of the unit's first byte in its source (in the decompressed or decoded stream, where there is one). */
  readonly offsets: Float64Array
  /** Bytes from the unit's first byte to the next unit's first byte: terminators and skipped blank lines included. */
  readonly spans: Float64Array
  /** 1-based number of the unit's first line; 0 where unknown. */
  readonly lines: Float64Array
}

/** Most units, and most bytes, a producer may be handed in one batch. */
export const MAX_BATCH_UNITS = 2_000
export const MAX_BATCH_BYTES = 900_000

/** The bytes of unit `i`: a view, not a copy. */
export function unitBytes(batch: UnitBatch, i: number): Buffer {
  return batch.data.subarray(batch.starts[i], batch.ends[i])
}

/** A batch made of separate buffers, for tests and for slow paths (dead letters). */
export function toUnitBatch(
  envelope: Envelope,
  units: Array<{bytes: Buffer; offset: number; span?: number; line?: number}>,
): UnitBatch {
  const count = units.length
  const batch = {
    envelope,
    count,
    data: Buffer.concat(units.map((unit) => unit.bytes)),
    starts: new Uint32Array(count),
    ends: new Uint32Array(count),
    offsets: new Float64Array(count),
    spans: new Float64Array(count),
    lines: new Float64Array(count),
  }
  let at = 0
  units.forEach((unit, i) => {
    batch.starts[i] = at
    at += unit.bytes.length
    batch.ends[i] = at
    batch.offsets[i] = unit.offset
    batch.spans[i] = unit.span ?? unit.bytes.length + 1
    batch.lines[i] = unit.line ?? 0
  })
  return batch
}
