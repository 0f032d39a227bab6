// Record batches into runs of units, column by column: no object a record, no text decoded, no value copied. A run
// ends where the envelope changes, or the batch: the values of a batch lie in one buffer.

import {LogflowError} from '../../errors/logflow-error.js'
import {decodeEnvelope, type Envelope} from '../../units/envelope.js'
import type {DeliveredRun} from '../bus.js'
import {foreignSource} from '../bus.js'
import {decompress} from './codecs.js'
import type {RecordBatchView} from './record-batch-view.js'
import {ENVELOPE_HEADER, POSITION_HEADER, readPosition, type UnitPosition} from './unit-headers.js'
import {VarintReader} from './varint.js'

/** Where batches come from. */
export interface Place {
  clusterId: string
  topic: string
  partition: number
}

/** Envelopes kept decoded: one for each source that is read at the same time, and some more. */
const MOST_ENVELOPES = 256
const ENVELOPE_NAME = Buffer.from(ENVELOPE_HEADER)
const POSITION_NAME = Buffer.from(POSITION_HEADER)
const LATEST_TIME = 8.64e15

/** Remembers decoded envelopes by the bytes of their header. */
export class EnvelopeReader {
  readonly #known = new Map<string, Envelope | undefined>()
  #lastBytes = Buffer.alloc(0)
  #last: Envelope | undefined

  /** The envelope in `bytes[start, end)`; `undefined` where it is none of ours. */
  read(bytes: Buffer, start: number, end: number): Envelope | undefined {
    const same = end - start === this.#lastBytes.length && this.#lastBytes.compare(bytes, start, end) === 0
    if (same && start < end) return this.#last
    const text = bytes.toString('utf8', start, end)
    if (!this.#known.has(text)) {
      if (this.#known.size >= MOST_ENVELOPES) this.#known.clear()
      this.#known.set(text, decodeEnvelope(text))
    }
    this.#last = this.#known.get(text)
    // a copy: a view would keep the whole batch in memory
    this.#lastBytes = Buffer.from(bytes.subarray(start, end))
    return this.#last
  }
}

/** The runs of one batch, from offset `from` on, in order. Throws CORRUPT where its bytes are not what was written. */
export async function readRuns(
  batch: RecordBatchView,
  from: number,
  place: Place,
  envelopes: EnvelopeReader,
): Promise<DeliveredRun[]> {
  if (!batch.isIntact) throw corrupt(batch, place, 'its checksum is wrong')
  let data: Buffer
  try {
    data = await decompress(batch.codec, batch.records)
  } catch (cause) {
    throw corrupt(batch, place, 'it cannot be decompressed', cause)
  }
  const reader = new BatchReader(batch, data, place, envelopes)
  const {count} = batch
  for (let i = 0; i < count; i++) {
    if (!reader.next(from)) throw corrupt(batch, place, `record ${i} of ${count} is cut off`)
  }
  return reader.finish()
}

function corrupt(batch: RecordBatchView, {topic, partition}: Place, what: string, cause?: unknown): LogflowError {
  const where = `offset ${batch.baseOffset} of topic ${topic}, partition ${partition}`
  return new LogflowError('CORRUPT', `the record batch at ${where} cannot be read: ${what}`, {cause})
}

/** Reads the records of one batch into columns that its runs share. */
class BatchReader {
  readonly #runs: DeliveredRun[] = []
  readonly #at: VarintReader
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  readonly #offsets: Float64Array
  readonly #spans: Float64Array
  readonly #lines: Float64Array
  readonly #busOffsets: Float64Array
  readonly #position: UnitPosition = {offset: 0, line: 0, span: 1}
  readonly #foreign = new Map<number, Envelope>()
  /** Units read, and how many of them belong to finished runs. */
  #count = 0
  #finished = 0
  #envelope: Envelope | undefined

  constructor(
    private readonly batch: RecordBatchView,
    private readonly data: Buffer,
    private readonly place: Place,
    private readonly envelopes: EnvelopeReader,
  ) {
    const {count} = batch
    this.#at = new VarintReader(data)
    this.#starts = new Uint32Array(count)
    this.#ends = new Uint32Array(count)
    this.#offsets = new Float64Array(count)
    this.#spans = new Float64Array(count)
    this.#lines = new Float64Array(count)
    this.#busOffsets = new Float64Array(count)
  }

  /** Reads a record, and keeps it if its offset is `from` or later; false where the bytes end before it does. */
  next(from: number): boolean {
    const at = this.#at
    const size = at.next()
    const end = at.position + size
    if (!(size > 0 && end <= this.data.length)) return false
    at.skip(1)
    const timestampDelta = at.next()
    const busOffset = this.batch.baseOffset + at.next()
    at.skip(Math.max(at.next(), 0))
    const valueSize = Math.max(at.next(), 0)
    const valueStart = at.position
    at.skip(valueSize)
    if (at.position > end) return false
    if (busOffset >= from) {
      const envelope = this.#ownEnvelope(end) ?? this.#foreignEnvelope(timestampDelta, busOffset)
      if (envelope !== this.#envelope) this.#endRun(envelope)
      const i = this.#count++
      // a record without a value is a unit without bytes
      this.#starts[i] = valueStart
      this.#ends[i] = valueStart + valueSize
      this.#offsets[i] = this.#position.offset
      this.#spans[i] = this.#position.span
      this.#lines[i] = this.#position.line
      this.#busOffsets[i] = busOffset
    }
    at.position = end
    return true
  }

  finish(): DeliveredRun[] {
    this.#endRun(undefined)
    return this.#runs
  }

  #endRun(next: Envelope | undefined): void {
    const [from, to] = [this.#finished, this.#count]
    if (this.#envelope && to > from) {
      const units = {
        envelope: this.#envelope,
        count: to - from,
        data: this.data,
        starts: this.#starts.subarray(from, to),
        ends: this.#ends.subarray(from, to),
        offsets: this.#offsets.subarray(from, to),
        spans: this.#spans.subarray(from, to),
        lines: this.#lines.subarray(from, to),
      }
      this.#runs.push({units, busOffsets: this.#busOffsets.subarray(from, to)})
    }
    this.#finished = to
    this.#envelope = next
  }

  /** The envelope in the record's headers, with its position read; `undefined` where either is missing. */
  #ownEnvelope(end: number): Envelope | undefined {
    const at = this.#at
    const {data} = this
    let [envelopeStart, envelopeEnd, positionStart, positionEnd] = [0, 0, 0, 0]
    for (let left = at.next(); left > 0 && at.position < end; left--) {
      const nameSize = at.next()
      const name = at.position
      at.skip(nameSize)
      const size = Math.max(at.next(), 0)
      const start = at.position
      at.skip(size)
      if (isNamed(data, name, nameSize, ENVELOPE_NAME)) [envelopeStart, envelopeEnd] = [start, start + size]
      else if (isNamed(data, name, nameSize, POSITION_NAME)) [positionStart, positionEnd] = [start, start + size]
    }
    if (envelopeEnd === 0 || envelopeEnd > end || positionEnd > end) return undefined
    if (!readPosition(data, positionStart, positionEnd, this.#position)) return undefined
    return this.envelopes.read(data, envelopeStart, envelopeEnd)
  }

  /** The envelope of a record some other producer wrote: its place on the bus is its source, and its offset there. */
  #foreignEnvelope(timestampDelta: number, busOffset: number): Envelope {
    const {batch, place} = this
    this.#position.offset = busOffset
    this.#position.line = 0
    this.#position.span = 1
    const time = batch.hasAppendTime ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta
    let envelope = this.#foreign.get(time)
    if (!envelope) {
      const source = foreignSource(place.clusterId, place.topic, place.partition)
      envelope = {source, host: 'unknown', timezone: 'UTC', observed: toRfc3339(time)}
      this.#foreign.set(time, envelope)
    }
    return envelope
  }
}

function isNamed(data: Buffer, at: number, size: number, name: Buffer): boolean {
  if (size !== name.length) return false
  for (let i = 0; i < size; i++) if (data[at + i] !== name[i]) return false
  return true
}

/** A producer may write any number as its time. */
function toRfc3339(ms: number): string {
  return new Date(ms >= 0 && ms <= LATEST_TIME ? ms : 0).toISOString()
}
