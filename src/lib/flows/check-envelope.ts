// An envelope that came from outside: units are parsed by what it says, in this system's name, so that all of it is
// checked, and what only this system may say (dead letters and their settling) is refused.

import {LogflowError} from '../errors/logflow-error.js'
import {FORMAT_NAMES} from '../parse/formats/index.js'
import {isZone} from '../record/zone.js'
import type {Envelope} from '../units/envelope.js'

export {FORMAT_NAMES}

/** UTF-16 units. */
const LONGEST_NAME = 512
const LONGEST_PATH = 8_192
const MOST_FIELDS = 100
const LONGEST_FIELDS = 65_536

const KNOWN = [
  'source',
  'file',
  'host',
  'timezone',
  'observed',
  'service',
  'environment',
  'format',
  'fields',
  'continuation',
]
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/
const CONTROL = /[\u0000-\u001f\u007f]/

/** The envelope, made anew of what was checked. Throws USAGE. */
export function checkEnvelope(value: unknown): Envelope {
  if (typeof value !== 'object' || value === null) throw bad('is no object')
  const unknown = Object.keys(value).find((key) => !KNOWN.includes(key))
  if (unknown !== undefined) throw bad(`may not say ${JSON.stringify(unknown.slice(0, 40))}`)
  const {source, file, host, timezone, observed, service, environment, format, fields, continuation} =
    value as Partial<Envelope>
  if (continuation !== undefined && continuation !== true) throw bad('has a continuation that is not true')
  return {
    source: checkSourceId(source),
    ...(file === undefined ? {} : {file: textOf('file', file, LONGEST_PATH)}),
    host: textOf('host', host),
    timezone: checkZone(timezone),
    observed: checkTime(observed),
    ...(service === undefined ? {} : {service: textOf('service', service)}),
    ...(environment === undefined ? {} : {environment: textOf('environment', environment)}),
    ...(format === undefined ? {} : {format: checkFormat(format)}),
    ...(fields === undefined ? {} : {fields: checkFields(fields)}),
    ...(continuation === undefined ? {} : {continuation}),
  }
}

/** An id of a source: nothing in it that paths, terminals or ids of records mean something by. */
function checkSourceId(source: unknown): string {
  const id = textOf('source', source)
  if (id === '' || id.startsWith('-') || id.endsWith('-') || CONTROL.test(id)) throw bad('has a source that is no id')
  return id
}

export function checkZone(zone: unknown): string {
  if (typeof zone === 'string' && zone.length <= LONGEST_NAME && isZone(zone)) return zone
  throw bad('has a timezone that is none', 'Write a name such as Europe/Berlin, UTC, or an offset such as +02:00')
}

export function checkFormat(format: unknown): string {
  const known = FORMAT_NAMES.find((name) => name === format)
  if (known === undefined) throw bad('has an unknown format', `Use one of ${FORMAT_NAMES.join(', ')}`)
  return known
}

/** Attributes for every record: names and texts. */
export function checkFields(fields: unknown): Record<string, string> {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw bad('has fields that are no object')
  const entries = Object.entries(fields)
  if (entries.length > MOST_FIELDS) throw bad(`has more than ${MOST_FIELDS} fields`)
  let length = 0
  for (const [name, text] of entries) {
    if (name === '') throw bad('has a field without a name')
    if (typeof text !== 'string') throw bad(`has a field ${JSON.stringify(name.slice(0, 40))} that is no text`)
    length += name.length + text.length
  }
  if (length > LONGEST_FIELDS) throw bad(`has fields of more than ${LONGEST_FIELDS} characters together`)
  return Object.fromEntries(entries) as Record<string, string>
}

function checkTime(time: unknown): string {
  if (typeof time === 'string' && TIME.test(time) && !Number.isNaN(Date.parse(time))) return time
  throw bad('has an observed time that is none', 'Write it as 2026-11-21T09:41:07Z, in UTC')
}

function textOf(name: string, value: unknown, longest = LONGEST_NAME): string {
  if (typeof value !== 'string') throw bad(`has no ${name} that is text`)
  if (value.length > longest) throw bad(`has a ${name} of more than ${longest} characters`)
  return value
}

function bad(why: string, fix?: string): LogflowError {
  return new LogflowError('USAGE', `the envelope ${why}`, fix === undefined ? {} : {suggestions: [fix]})
}
