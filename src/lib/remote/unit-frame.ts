// A batch of units as one body: a line of JSON that says what they are, then their bytes, one after the other. Bytes
// travel as they are, so that ids, receipts and checkpoints are the same wherever the bus is.

import {LogflowError} from '../errors/logflow-error.js'
import type {Envelope} from '../units/envelope.js'
import {MAX_BATCH_UNITS, type UnitBatch, unitBytes} from '../units/unit-batch.js'

interface Header {
  envelope: Envelope
  /** Bytes of each unit. */
  lengths: number[]
  offsets: number[]
  spans: number[]
  lines: number[]
}

const NEWLINE = 10

/** Of a bus message; fields and paths are short. */
const MAX_HEADER = 1 << 20

export function encodeUnits(batch: UnitBatch): Buffer {
  const units = Array.from({length: batch.count}, (_, i) => unitBytes(batch, i))
  const header: Header = {
    envelope: batch.envelope,
    lengths: units.map(({length}) => length),
    offsets: [...batch.offsets.subarray(0, batch.count)],
    spans: [...batch.spans.subarray(0, batch.count)],
    lines: [...batch.lines.subarray(0, batch.count)],
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...units])
}

/**
 * The reverse. The envelope is given as it came: whoever takes it from outside checks it. Throws USAGE where the frame is
 * none or is cut.
 */
export function decodeUnits(frame: Buffer): Omit<UnitBatch, 'envelope'> & {envelope: unknown} {
  const end = frame.subarray(0, MAX_HEADER).indexOf(NEWLINE)
  const header = end < 0 ? undefined : readHeader(frame.toString('utf8', 0, end))
  if (!header) throw bad('has no header')
  const {lengths, offsets, spans, lines} = header
  const count = lengths.length
  if (count < 1 || count > MAX_BATCH_UNITS) throw bad(`holds ${count} units: 1 to ${MAX_BATCH_UNITS} are taken`)
  if ([offsets, spans, lines].some((column) => column.length !== count)) throw bad('has columns of different lengths')
  const starts = new Uint32Array(count)
  const ends = new Uint32Array(count)
  const data = frame.subarray(end + 1)
  let at = 0
  for (let i = 0; i < count; i++) {
    const length = lengths[i] as number
    starts[i] = at
    at += length
    if (at > data.length) throw bad('was cut')
    ends[i] = at
    if (!Number.isSafeInteger((offsets[i] as number) + (spans[i] as number))) throw bad('has a place that no file has')
  }
  if (at !== data.length) throw bad('holds more bytes than its units have')
  return {
    envelope: header.envelope,
    count,
    data,
    starts,
    ends,
    offsets: Float64Array.from(offsets),
    spans: Float64Array.from(spans),
    lines: Float64Array.from(lines),
  }
}

function readHeader(text: string): (Omit<Header, 'envelope'> & {envelope: unknown}) | undefined {
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof header !== 'object' || header === null) return undefined
  const {envelope, lengths, offsets, spans, lines} = header as Partial<Header>
  const columns = [lengths, offsets, spans, lines].map(countsOf)
  return columns.every((column) => column !== undefined)
    ? {
        envelope,
        lengths: columns[0] as number[],
        offsets: columns[1] as number[],
        spans: columns[2] as number[],
        lines: columns[3] as number[],
      }
    : undefined
}

/** Whole numbers from 0 on. */
function countsOf(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0) ? value : undefined
}

function bad(why: string): LogflowError {
  return new LogflowError('USAGE', `the frame of units ${why}`)
}
