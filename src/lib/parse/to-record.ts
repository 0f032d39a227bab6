// The one door from a unit to its record. What a unit becomes depends on the unit and its envelope alone.
// Nothing here throws or drops: what no format claims is a plain record with the whole text as its message.

import {formatId} from '../record/id.js'
import type {LogRecord, RecordSource} from '../record/record.js'
import {zoneOf} from '../record/zone.js'
import type {Envelope} from '../units/envelope.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {crc32c} from './crc32c.js'
import {decodeUnit} from './decode-unit.js'
import {FORMATS, formatNamed} from './formats/index.js'
import {parsePlain} from './formats/plain.js'
import type {ParseContext, Parsed} from './parser.js'

/** What a record's id is made of. */
export interface RecordKey {
  source: string
  /** Byte offset of the unit in its source. */
  offset: number
  /** CRC-32C of its bytes, unsigned. */
  crc: number
}

/** Where the unit stood on the bus. */
export interface BusPlace {
  topic: string
  partition: number
  offset: number
}

/** What the id of unit `index` is made of. */
export function keyOf({data, envelope, starts, ends, offsets}: UnitBatch, index: number): RecordKey {
  const crc = crc32c(data, starts[index] as number, ends[index] as number)
  return {source: envelope.source, offset: offsets[index] as number, crc}
}

/** The record of unit `index`: decoded, summed and parsed. */
export function unitToRecord(
  batch: UnitBatch,
  index: number,
  place?: BusPlace,
  key: RecordKey = keyOf(batch, index),
): LogRecord {
  const {text, raw} = decodeUnit(batch.data, batch.starts[index] as number, batch.ends[index] as number)
  return toRecord(text, batch.envelope, key, batch.lines[index] as number, place, raw)
}

/**
 * The record of a unit's text. `line` is its first line's number, 0 where unknown. `raw` is given where decoding the
 * bytes lost some of them, and is kept.
 */
export function toRecord(
  text: string,
  envelope: Envelope,
  key: RecordKey,
  line: number,
  place?: BusPlace,
  raw?: string,
): LogRecord {
  const unit = text.includes('\r') ? withoutReturns(text) : text
  let format = 'plain'
  let parsed: Parsed | undefined
  try {
    const context = contextOf(envelope)
    const forced = envelope.format === undefined ? undefined : formatNamed(envelope.format)
    if (forced) {
      parsed = forced.parse(unit, context)
      if (parsed) format = forced.name
    } else {
      for (const candidate of FORMATS) {
        parsed = candidate.parse(unit, context)
        if (parsed) {
          format = candidate.name
          break
        }
      }
    }
    if (parsed?.inner !== undefined) parsed = withInner(parsed, parsed.inner, context)
  } catch {
    // A fault of a parser must not stop the pipeline: the text is kept as it is.
    parsed = undefined
    format = 'plain'
  }
  if (!parsed) parsed = {...parsePlain(unit), lost: true}
  return build(parsed, format, envelope, key, line, place, raw ?? (parsed.lost ? text : undefined))
}

/** CRLF inside a unit is a line's end; a return at its end belonged to the terminator. */
function withoutReturns(text: string): string {
  const unix = text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text
  return unix.endsWith('\r') ? unix.slice(0, -1) : unix
}

let lastEnvelope: Envelope | undefined
let lastContext: ParseContext | undefined

function contextOf(envelope: Envelope): ParseContext {
  if (envelope !== lastEnvelope || !lastContext) {
    const observedMs = Date.parse(envelope.observed)
    lastContext = {zone: zoneOf(envelope.timezone), observedMs: Number.isNaN(observedMs) ? 0 : observedMs}
    lastEnvelope = envelope
  }
  return lastContext
}

/** Fields that a wrapped line wins from its wrapper. */
const WON = [
  'time',
  'level',
  'service',
  'host',
  'environment',
  'event',
  'trace_id',
  'span_id',
  'parent_span_id',
  'correlation_id',
  'request_id',
  'duration_ms',
  'error',
] as const

/** Reads the line inside another; what it overrides is kept in the attributes as `outer_…`. */
function withInner(outer: Parsed, text: string, context: ParseContext): Parsed {
  for (const candidate of FORMATS) {
    const inner = candidate.parse(text, context)
    if (!inner) continue
    const attributes = {...outer.attributes}
    const merged: Parsed = {...outer, message: inner.message, attributes, lost: outer.lost || inner.lost}
    for (const field of WON) {
      if (inner[field] === undefined) continue
      if (outer[field] !== undefined && outer[field] !== inner[field]) attributes[`outer_${field}`] = outer[field]
      Object.assign(merged, {[field]: inner[field]})
    }
    if (inner.severity_number !== undefined) merged.severity_number = inner.severity_number
    for (const key of Object.keys(inner.attributes)) {
      if (Object.hasOwn(attributes, key)) attributes[`outer_${key}`] = attributes[key]
      Object.defineProperty(attributes, key, {
        value: inner.attributes[key],
        enumerable: true,
        writable: true,
        configurable: true,
      })
    }
    return merged
  }
  return outer
}

function build(
  parsed: Parsed,
  format: string,
  envelope: Envelope,
  key: RecordKey,
  line: number,
  place: BusPlace | undefined,
  raw: string | undefined,
): LogRecord {
  const record = {
    id: formatId(key.source, key.offset, key.crc),
    '@timestamp': parsed.time ?? envelope.observed,
  } as LogRecord
  if (parsed.time === undefined) record.timestamp_source = 'arrival'
  record.observed_timestamp = envelope.observed
  if (parsed.level !== undefined) record.level = parsed.level
  if (parsed.severity_number !== undefined) record.severity_number = parsed.severity_number
  const service = parsed.service ?? envelope.service
  if (service !== undefined) record.service = service
  record.host = parsed.host ?? envelope.host
  const environment = parsed.environment ?? envelope.environment
  if (environment !== undefined) record.environment = environment
  record.message = parsed.message
  if (parsed.event !== undefined) record.event = parsed.event
  if (parsed.trace_id !== undefined) record.trace_id = parsed.trace_id
  if (parsed.span_id !== undefined) record.span_id = parsed.span_id
  if (parsed.parent_span_id !== undefined) record.parent_span_id = parsed.parent_span_id
  if (parsed.correlation_id !== undefined) record.correlation_id = parsed.correlation_id
  if (parsed.request_id !== undefined) record.request_id = parsed.request_id
  if (parsed.duration_ms !== undefined) record.duration_ms = parsed.duration_ms
  if (parsed.error !== undefined) record.error = parsed.error
  record.attributes = envelope.fields ? {...envelope.fields, ...parsed.attributes} : parsed.attributes
  if (envelope.continuation) record.attributes = {continuation: true, ...record.attributes}
  record.source = sourceOf(format, envelope, key, line, place)
  if (raw !== undefined) record.raw = raw
  return record
}

function sourceOf(
  format: string,
  envelope: Envelope,
  key: RecordKey,
  line: number,
  place: BusPlace | undefined,
): RecordSource {
  const source = {id: key.source} as RecordSource
  if (envelope.file !== undefined) source.file = envelope.file
  source.offset = key.offset
  if (line > 0) source.line = line
  source.format = format
  if (place) {
    source.topic = place.topic
    source.partition = place.partition
    source.kafka_offset = place.offset
  }
  return source
}
