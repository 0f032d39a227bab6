import type {Writable} from 'node:stream'
import {escapeJsonControls, escapeLine} from '../output/escape-controls.js'
import type {Palette} from '../output/palette.js'
import {causeChain} from './cause-chain.js'
import {type Loggable, propertiesToLoggable} from './loggable.js'
import type {Masker} from './mask.js'
import type {Audience, LogFields, OwnLog} from './signals.js'

/** Bytes that wait for a slow reader of our log before entries are given up: it must not take our memory. */
const MOST_WAITING = 1_000_000

export interface OwnLogEntry {
  timestamp: string
  level: 'debug' | 'info' | 'error'
  audience: Audience
  /** Stable, snake_case. */
  event: string
  operation_id?: string
  subject_id?: string
  reason_code?: string
  upstream_server_id?: string
  [property: string]: Loggable | undefined
}

/** Takes entries that are masked and bounded already. */
export type EntrySink = (entry: OwnLogEntry) => void

export type Detail = 'debug' | 'info' | 'quiet'

export interface OwnLogOptions {
  masker: Masker
  now: () => Date
  /** `debug`: everything; `info`: all but debug entries; `quiet`: what is for the audit and errors. */
  detail: Detail
  sinks: EntrySink[]
  /** Added to every entry: what is known of where it happens, as the trace. */
  around?: () => LogFields
}

/** Names that every entry has: a property of such a name must not take its place. */
const FIXED = new Set(['timestamp', 'level', 'audience', 'event', 'error'])

export function openOwnLog({masker, now, detail, sinks, around}: OwnLogOptions): OwnLog {
  const write = (
    level: OwnLogEntry['level'],
    audience: Audience,
    event: string,
    fields: LogFields = {},
    error?: {thrown: unknown},
  ) => {
    const entry: OwnLogEntry = Object.assign(Object.create(null), {
      timestamp: now().toISOString(),
      level,
      audience,
      event: event.replace(/[^a-z0-9_]+/g, '_'),
    })
    const properties = propertiesToLoggable({...around?.(), ...fields}, masker)
    for (const name of Object.keys(properties)) entry[FIXED.has(name) ? `property_${name}` : name] = properties[name]
    if (error) entry.error = causeChain(error.thrown, masker) as unknown as Loggable
    for (const sink of sinks) sink(entry)
  }
  return {
    audit: (event, fields) => write('info', 'audit', event, fields),
    info: (event, fields) => {
      if (detail !== 'quiet') write('info', 'visibility', event, fields)
    },
    debug: (event, fields) => {
      if (detail === 'debug') write('debug', 'visibility', event, fields)
    },
    error: (event, thrown, fields) => write('error', 'error', event, fields, {thrown}),
  }
}

export interface StreamSinkOptions {
  stream: Writable
  format: (entry: OwnLogEntry) => string
  /** Told of each entry that a slow reader has cost. */
  onDropped: () => void
}

/** Writes a line an entry; where nobody reads, entries are given up, and counted. */
export function streamSink({stream, format, onDropped}: StreamSinkOptions): EntrySink {
  return (entry) => {
    if (stream.destroyed || stream.writableLength > MOST_WAITING) onDropped()
    else stream.write(`${format(entry)}\n`)
  }
}

/** One line of JSON that is safe to look at in a terminal. */
export function jsonLine(entry: OwnLogEntry): string {
  return escapeJsonControls(JSON.stringify(entry))
}

/** One line for a person: time, level or `audit`, event, then `name=value`. */
export function prettyLine(palette: Palette): (entry: OwnLogEntry) => string {
  return ({timestamp, level, audience, event, error, ...rest}) => {
    const word = (audience === 'audit' ? 'audit' : level).toUpperCase().padEnd(5)
    const mark = audience === 'audit' ? palette.warn(word) : palette.level(LEVEL_OF[level], word)
    const facts = Object.entries(rest).map(([name, value]) => `${palette.dim(`${escapeLine(name)}=`)}${shown(value)}`)
    const failed = error === undefined ? [] : [palette.bad(failureLine(error))]
    return [palette.dim(timestamp.slice(11, 23)), mark, palette.bold(escapeLine(event)), ...failed, ...facts].join(' ')
  }
}

const LEVEL_OF = {debug: 'DEBUG', info: 'INFO', error: 'ERROR'} as const

function shown(value: Loggable | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return escapeLine(/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text))
}

function failureLine(error: Loggable): string {
  const {
    code,
    name,
    message,
    causes = [],
  } = error as unknown as {
    code?: string
    name: string
    message: string
    causes?: Array<{name: string; message: string}>
  }
  return escapeLine([`${code ?? name}: ${message}`, ...causes.map((one) => `← ${one.name}: ${one.message}`)].join(' '))
}
