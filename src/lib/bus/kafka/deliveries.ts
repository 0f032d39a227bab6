// Fetched messages into runs of units. A run ends where the envelope changes, or the memory its values lie in: values
// of one record batch are views of one buffer, so that a run needs no copy.

import {decodeEnvelope, type Envelope} from '../../units/envelope.js'
import type {DeliveredRun} from '../bus.js'
import {foreignSource} from '../bus.js'
import {ENVELOPE_HEADER, POSITION_HEADER, readPosition, type UnitPosition} from './unit-headers.js'

/** A message as kafkajs hands it over. */
export interface FetchedMessage {
  value: Buffer | null
  /** Decimal. */
  offset: string
  /** Milliseconds since 1970, decimal. */
  timestamp: string
  headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>
}

/** Envelopes kept decoded: one for each source that is read at the same time, and some more. */
const MOST_ENVELOPES = 256

/** Remembers decoded envelopes by the bytes of their header. */
export class EnvelopeReader {
  readonly #known = new Map<string, Envelope | undefined>()
  #lastBytes = Buffer.alloc(0)
  #last: Envelope | undefined

  /** `undefined` where the header is none of ours. */
  read(header: Buffer): Envelope | undefined {
    if (header.equals(this.#lastBytes)) return this.#last
    const text = header.toString()
    if (!this.#known.has(text)) {
      if (this.#known.size >= MOST_ENVELOPES) this.#known.clear()
      this.#known.set(text, decodeEnvelope(text))
    }
    this.#last = this.#known.get(text)
    // a copy: the header is a view that would keep a whole fetch in memory
    this.#lastBytes = Buffer.from(header)
    return this.#last
  }
}

/** Where messages come from, for those that do not say. */
export interface Place {
  clusterId: string
  topic: string
  partition: number
}

/** The runs of `messages`, in order. */
export function toRuns(messages: FetchedMessage[], place: Place, envelopes: EnvelopeReader): DeliveredRun[] {
  const foreign = new ForeignEnvelopes(place)
  const runs: DeliveredRun[] = []
  const position: UnitPosition = {offset: 0, line: 0, span: 1}
  let run: RunBuilder | undefined
  for (const message of messages) {
    const envelope = ownEnvelope(message, envelopes, position) ?? foreign.of(message, position)
    if (!run?.takes(envelope, message.value)) {
      if (run) runs.push(run.finish())
      run = new RunBuilder(envelope, messages.length)
    }
    run.add(message, position)
  }
  if (run) runs.push(run.finish())
  return runs
}

function ownEnvelope({headers}: FetchedMessage, envelopes: EnvelopeReader, position: UnitPosition) {
  const envelope = headers?.[ENVELOPE_HEADER]
  const at = headers?.[POSITION_HEADER]
  if (!Buffer.isBuffer(envelope) || !Buffer.isBuffer(at) || !readPosition(at, position)) return undefined
  return envelopes.read(envelope)
}

/** Envelopes of messages some other producer wrote: their place on the bus is their source, and their offset there. */
class ForeignEnvelopes {
  readonly #byTime = new Map<string, Envelope>()

  constructor(private readonly place: Place) {}

  of({offset, timestamp}: FetchedMessage, position: UnitPosition): Envelope {
    position.offset = Number(offset)
    position.line = 0
    position.span = 1
    let envelope = this.#byTime.get(timestamp)
    if (!envelope) {
      const {clusterId, topic, partition} = this.place
      const source = foreignSource(clusterId, topic, partition)
      envelope = {source, host: 'unknown', timezone: 'UTC', observed: toRfc3339(Number(timestamp))}
      this.#byTime.set(timestamp, envelope)
    }
    return envelope
  }
}

const LATEST_TIME = 8.64e15

/** A producer may write any number as its time. */
function toRfc3339(ms: number): string {
  return new Date(ms >= 0 && ms <= LATEST_TIME ? ms : 0).toISOString()
}

/** Collects one run over one stretch of memory. */
class RunBuilder {
  #memory: ArrayBufferLike | undefined
  #count = 0
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  readonly #offsets: Float64Array
  readonly #spans: Float64Array
  readonly #lines: Float64Array
  readonly #busOffsets: Float64Array

  constructor(
    private readonly envelope: Envelope,
    most: number,
  ) {
    this.#starts = new Uint32Array(most)
    this.#ends = new Uint32Array(most)
    this.#offsets = new Float64Array(most)
    this.#spans = new Float64Array(most)
    this.#lines = new Float64Array(most)
    this.#busOffsets = new Float64Array(most)
  }

  takes(envelope: Envelope, value: Buffer | null): boolean {
    if (envelope !== this.envelope) return false
    return isEmpty(value) || this.#memory === undefined || value.buffer === this.#memory
  }

  /** A message without a value is a unit without bytes. */
  add({value, offset}: FetchedMessage, position: UnitPosition): void {
    const i = this.#count++
    if (!isEmpty(value)) {
      this.#memory ??= value.buffer
      this.#starts[i] = value.byteOffset
      this.#ends[i] = value.byteOffset + value.length
    }
    this.#offsets[i] = position.offset
    this.#spans[i] = position.span
    this.#lines[i] = position.line
    this.#busOffsets[i] = Number(offset)
  }

  finish(): DeliveredRun {
    const count = this.#count
    return {
      units: {
        envelope: this.envelope,
        count,
        data: this.#memory ? Buffer.from(this.#memory) : Buffer.alloc(0),
        starts: this.#starts.subarray(0, count),
        ends: this.#ends.subarray(0, count),
        offsets: this.#offsets.subarray(0, count),
        spans: this.#spans.subarray(0, count),
        lines: this.#lines.subarray(0, count),
      },
      busOffsets: this.#busOffsets.subarray(0, count),
    }
  }
}

function isEmpty(value: Buffer | null): value is null {
  return value === null || value.length === 0
}
