// A UnitBatch as two blobs: its bytes, and its columns as differences from what a plain file of lines would give.
// Both lz4 blocks: against zstd 1 twice the size, a third of the CPU time of writing and reading together.

import type {Envelope} from '../../units/envelope.js'
import type {UnitBatch} from '../../units/unit-batch.js'

export interface PackedBatch {
  columns: Buffer
  data: Buffer
  /** CRC-32C of both blobs: SQLite has no checksum of its own, and a flipped bit would become another line. */
  checksum: number
}

export interface BatchCodec {
  pack(batch: UnitBatch): PackedBatch
  /** The units from the `skip`-th on; `undefined` where the blobs are not what `pack` made. */
  unpack(envelope: Envelope, packed: PackedBatch, skip: number): UnitBatch | undefined
}

/** Layout of the two blobs, kept in each row. */
export const BATCH_FORMAT = 1

/** Bytes between two units that are kept as they are (line terminators); with more, the units are copied together. */
const MAX_GAP = 2

/**
 * Fixed part of the columns: u32 count, u32 bytes between units, f64 offset and f64 line of the first unit,
 * f64 by how much a span exceeds its unit, one kind each of gaps, spans, offsets, lines, and four bytes of zero.
 * Then u32 length of each unit, then each column as its kind says. Little-endian, like every machine we run on.
 */
const HEAD = 40
const KIND = {asExpected: 0, differences: 1, values: 2} as const

export async function loadBatchCodec(): Promise<BatchCodec> {
  const [{default: lz4}, {crc32c}] = await Promise.all([import('lz4-napi'), import('@node-rs/crc32')])
  const checksumOf = (columns: Buffer, data: Buffer) => crc32c(data, crc32c(columns))
  return {
    pack(batch) {
      const {data, gaps, lengths} = layOut(batch)
      const packed = {columns: lz4.compressSync(toColumns(batch, gaps, lengths)), data: lz4.compressSync(data)}
      return {...packed, checksum: checksumOf(packed.columns, packed.data)}
    },
    unpack(envelope, packed, skip) {
      if (checksumOf(packed.columns, packed.data) !== packed.checksum) return undefined
      return fromColumns(envelope, lz4.uncompressSync(packed.columns), lz4.uncompressSync(packed.data), skip)
    },
  }
}

interface Layout {
  data: Buffer
  /** Bytes before each unit; 0 for the first. */
  gaps: Uint32Array
  lengths: Uint32Array
}

/** Where the units follow each other but for line ends, their stretch of the buffer as it is; else a copy without holes. */
function layOut({count, data, starts, ends}: UnitBatch): Layout {
  const gaps = new Uint32Array(count)
  const lengths = new Uint32Array(count)
  let end = starts[0] as number
  let tight = true
  for (let i = 0; i < count; i++) {
    const start = starts[i] as number
    const gap = start - end
    if (gap < 0 || gap > MAX_GAP) tight = false
    gaps[i] = gap
    end = ends[i] as number
    lengths[i] = end - start
  }
  if (tight) return {data: data.subarray(starts[0], end), gaps, lengths}
  const whole = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, 0))
  let at = 0
  for (let i = 0; i < count; i++) at += data.copy(whole, at, starts[i], ends[i])
  return {data: whole, gaps: new Uint32Array(count), lengths}
}

function toColumns(batch: UnitBatch, gaps: Uint32Array, lengths: Uint32Array): Buffer {
  const {count, offsets, spans, lines} = batch
  const gap = gaps[1] ?? 0
  const tail = (spans[0] as number) - (lengths[0] as number)
  const columns = [
    toColumn(gaps, (i) => (i === 0 ? 0 : gap)),
    toColumn(spans, (i) => (lengths[i] as number) + tail),
    toColumn(offsets, (i) =>
      i === 0 ? (offsets[0] as number) : (offsets[i - 1] as number) + (spans[i - 1] as number),
    ),
    toColumn(lines, (i) => (i === 0 ? (lines[0] as number) : (lines[i - 1] as number) + 1)),
  ]
  const head = Buffer.alloc(HEAD)
  head.writeUInt32LE(count, 0)
  head.writeUInt32LE(gap, 4)
  head.writeDoubleLE(offsets[0] as number, 8)
  head.writeDoubleLE(lines[0] as number, 16)
  head.writeDoubleLE(tail, 24)
  columns.forEach(({kind}, i) => {
    head.writeUInt8(kind, 32 + i)
  })
  return Buffer.concat([head, bytesOf(lengths), ...columns.map(({bytes}) => bytes)])
}

interface Column {
  kind: number
  bytes: Buffer
}

/** `expected(i)` may look at earlier values of the column: the reader has them when it comes to `i`. */
function toColumn(values: Float64Array | Uint32Array, expected: (i: number) => number): Column {
  const differences = new Int32Array(values.length)
  let any = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    const guess = expected(i)
    const difference = (value - guess) | 0
    if (guess + difference !== value) return {kind: KIND.values, bytes: bytesOf(Float64Array.from(values))}
    differences[i] = difference
    any |= difference
  }
  return any === 0
    ? {kind: KIND.asExpected, bytes: Buffer.alloc(0)}
    : {kind: KIND.differences, bytes: bytesOf(differences)}
}

function fromColumns(envelope: Envelope, columns: Buffer, data: Buffer, skip: number): UnitBatch {
  const count = columns.readUInt32LE(0)
  const gap = columns.readUInt32LE(4)
  const firstOffset = columns.readDoubleLE(8)
  const firstLine = columns.readDoubleLE(16)
  const tail = columns.readDoubleLE(24)
  let at = HEAD
  const take = <T extends Uint32Array | Int32Array | Float64Array>(into: T): T => {
    at += columns.copy(bytesOf(into), 0, at, at + into.byteLength)
    return into
  }
  const lengths = take(new Uint32Array(count))
  const fill = <T extends Float64Array | Uint32Array>(
    column: number,
    values: T,
    expected: (i: number) => number,
  ): T => {
    const kind = columns.readUInt8(32 + column)
    if (kind === KIND.values) values.set(take(new Float64Array(count)))
    else {
      const differences = new Int32Array(count)
      if (kind === KIND.differences) take(differences)
      for (let i = 0; i < count; i++) values[i] = expected(i) + (differences[i] as number)
    }
    return values
  }
  const gaps = fill(0, new Uint32Array(count), (i) => (i === 0 ? 0 : gap))
  const spans = fill(1, new Float64Array(count), (i) => (lengths[i] as number) + tail)
  const offsets = new Float64Array(count)
  fill(2, offsets, (i) => (i === 0 ? firstOffset : (offsets[i - 1] as number) + (spans[i - 1] as number)))
  const lines = new Float64Array(count)
  fill(3, lines, (i) => (i === 0 ? firstLine : (lines[i - 1] as number) + 1))
  const batch = {envelope, count, data, ...bounds(gaps, lengths), offsets, spans, lines}
  return skip === 0 ? batch : tailOf(batch, skip)
}

function bounds(gaps: Uint32Array, lengths: Uint32Array): {starts: Uint32Array; ends: Uint32Array} {
  const starts = new Uint32Array(lengths.length)
  const ends = new Uint32Array(lengths.length)
  let at = 0
  for (let i = 0; i < lengths.length; i++) {
    at += gaps[i] as number
    starts[i] = at
    at += lengths[i] as number
    ends[i] = at
  }
  return {starts, ends}
}

function tailOf(batch: UnitBatch, skip: number): UnitBatch {
  return {
    envelope: batch.envelope,
    count: batch.count - skip,
    data: batch.data,
    starts: batch.starts.subarray(skip),
    ends: batch.ends.subarray(skip),
    offsets: batch.offsets.subarray(skip),
    spans: batch.spans.subarray(skip),
    lines: batch.lines.subarray(skip),
  }
}

function bytesOf(column: Uint32Array | Int32Array | Float64Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength)
}
