import {unitToRecord} from '../../parse/to-record.js'
import type {LogRecord} from '../../record/record.js'
import type {Envelope} from '../../units/envelope.js'
import {type UnitBatch, unitBytes} from '../../units/unit-batch.js'
import {idOf} from '../dead-letters.js'
import type {Place} from './ledger.js'

/** A dead letter: a unit as it lies on the topic of dead letters, and what is known of its refusal. */
export interface Letter extends Place {
  /** Id of the record it would be. */
  id: string
  units: UnitBatch
  index: number
}

export function letterAt(units: UnitBatch, index: number, place: Place): Letter {
  return {id: idOf(units, index), units, index, ...place}
}

/** When the letter was given up, ms since 1970; 0 where its envelope does not say. */
export function timeOf({units}: Letter): number {
  return Date.parse(units.envelope.dead?.at ?? '') || 0
}

/** The record the letter would be. */
export function recordOf({units, index}: Letter): LogRecord {
  return unitToRecord(units, index)
}

/** The envelope with which a letter goes back: that of its first time, and how often it was refused. */
export function envelopeForRedrive({dead, ...envelope}: Envelope): Envelope {
  return dead ? {...envelope, tries: dead.tries} : envelope
}

/** A letter in one line, as `dlq list` prints it. */
export interface LetterSummary {
  id: string
  at?: string
  reason: string
  status?: number
  tries: number
  service?: string
  file?: string
  /** Number of its first line in the file. */
  line?: number
  source: string
  offset: number
  /** Its first characters. */
  preview: string
}

/** A letter with everything that is kept of it, as `dlq show` prints it. */
export interface LetterDetails extends Omit<LetterSummary, 'preview'> {
  host: string
  environment?: string
  timezone: string
  observed: string
  format?: string
  fields?: Record<string, string>
  /** Where the refused unit stood on the bus. */
  topic?: string
  partition?: number
  bus_offset?: number
  /** Where the letter stands on the topic of dead letters. */
  letter: Place
  bytes: number
  /** Its text, where the bytes are UTF-8; else `base64` has them. */
  text?: string
  base64?: string
}

const PREVIEW_BYTES = 400
const PREVIEW_CHARS = 120

export function summaryOf(letter: Letter): LetterSummary {
  const {units, index} = letter
  const start = unitBytes(units, index).subarray(0, PREVIEW_BYTES).toString()
  return {...known(letter), preview: Array.from(start).slice(0, PREVIEW_CHARS).join('')}
}

export function detailsOf(letter: Letter): LetterDetails {
  const {units, index, partition, offset} = letter
  const {host, environment, timezone, observed, format, fields, dead} = units.envelope
  const bytes = unitBytes(units, index)
  const text = bytes.toString()
  const whole = Buffer.from(text).equals(bytes)
  return {
    ...known(letter),
    host,
    ...(environment === undefined ? {} : {environment}),
    timezone,
    observed,
    ...(format === undefined ? {} : {format}),
    ...(fields === undefined ? {} : {fields}),
    ...(dead ? {topic: dead.topic, partition: dead.partition, bus_offset: dead.bus_offset} : {}),
    letter: {partition, offset},
    bytes: bytes.length,
    ...(whole ? {text} : {base64: bytes.toString('base64')}),
  }
}

function known(letter: Letter): Omit<LetterSummary, 'preview'> {
  const {id, units, index} = letter
  const {envelope} = units
  const {dead, file, source} = envelope
  const line = units.lines[index] as number
  const service = recordOf(letter).service ?? envelope.service
  return {
    id,
    ...(dead ? {at: dead.at} : {}),
    reason: dead?.reason ?? 'no reason is known: another program put it there',
    ...(dead?.status === undefined ? {} : {status: dead.status}),
    tries: dead?.tries ?? 0,
    ...(service === undefined ? {} : {service}),
    ...(file === undefined ? {} : {file}),
    ...(line > 0 ? {line} : {}),
    source,
    offset: units.offsets[index] as number,
  }
}
