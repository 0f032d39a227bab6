import type {LogRecord} from '../record/record.js'
import {firstError, type Gap, gapsOf} from '../trace/findings.js'
import type {Section, SectionEntry} from '../trace/sections.js'
import {isError} from '../trace/span.js'
import {escapeLine} from './escape-controls.js'
import {cellText, flatten} from './fields.js'
import {formatDuration, plural} from './numbers.js'
import {beginningOf, cutTo, padTo, textWidth} from './text-width.js'
import {type Drawing, nameOf, type Painted, painted} from './trace-drawing.js'

const MOST_SERVICE_WIDTH = 20
const LEAST_MESSAGE = 20
/** Records kept at the beginning, at the end and around the first error where not all are shown. */
const AROUND = {first: 8, last: 4, error: 3}

type Item = {kind: 'record'; entry: SectionEntry} | {kind: 'gap'; gap: Gap} | {kind: 'more'; records: number}

/** The records in order of time, each with its distance from the start; at most about `most`, the rest counted. */
export function recordLines(section: Section, drawing: Drawing, most: number): string[] {
  const {palette, textWidth: room} = drawing
  const error = firstError(section)
  const items = itemsOf(section, drawing.errorsOnly === true, most, error)
  const shown = items.flatMap((item) => (item.kind === 'record' ? [item.entry] : []))
  const columns = {...widthsOf(shown, section), section, drawing, error}
  const indent = ' '.repeat(columns.offset + 4)
  return items.map((item) => {
    if (item.kind === 'more') return palette.dim(`${indent}… ${plural(item.records, 'more record')}`)
    if (item.kind === 'gap') return palette.dim(cutTo(`${indent}${gapText(item.gap)}`, room))
    return painted(recordParts(item.entry, columns))
  })
}

/** Columns of a record's distance from the start, and of its service. */
export interface RecordWidths {
  offset: number
  service: number
}

/** How records are drawn one below the other. */
export interface RecordColumns extends RecordWidths {
  section: Section
  drawing: Drawing
  /** The first error, which is marked. */
  error?: SectionEntry
}

/** As wide as the widest of them needs. */
export function widthsOf(entries: readonly SectionEntry[], section: Section): RecordWidths {
  const offset = entries.reduce((widest, entry) => Math.max(widest, offsetText(entry, section).length), 3)
  const service = entries.reduce(
    (widest, {record}) =>
      Math.max(widest, textWidth(escapeLine(beginningOf(record.service ?? '', MOST_SERVICE_WIDTH)))),
    0,
  )
  return {offset, service: Math.min(MOST_SERVICE_WIDTH, service)}
}

/** One record: its distance from the start, level, service, and what it says. */
export function recordParts(entry: SectionEntry, {offset, service, section, drawing, error}: RecordColumns): Painted[] {
  const {palette, chars, textWidth: room} = drawing
  const {record} = entry
  // The same record may have been put into its place anew.
  const first = error !== undefined && error.record === record
  const name = record.service ?? ''
  return [
    [first ? chars.here : ' ', palette.bad],
    [` ${padTo(offsetText(entry, section), offset)}  `],
    [(record.level ?? '-').padEnd(5), (text) => palette.level(record.level, text)],
    ['  '],
    [padTo(cutTo(escapeLine(beginningOf(name, service)), service), service), (text) => palette.service(name, text)],
    ['  '],
    ...saying(record, first ? errorNote(section, entry) : '', room - offset - service - 13, drawing),
  ]
}

function offsetText({time}: SectionEntry, {start}: Section): string {
  const ms = time - start
  return `${ms < 0 ? '-' : '+'}${formatOffset(Math.abs(ms))}`
}

function itemsOf(section: Section, errorsOnly: boolean, most: number, error: SectionEntry | undefined): Item[] {
  const {entries} = section
  const kept = errorsOnly ? new Set(entries.filter(({record}) => isError(record))) : choose(entries, most, error)
  const gaps = errorsOnly ? [] : [...gapsOf(section)].sort((a, b) => a.start - b.start)
  const items: Item[] = []
  let hidden = 0
  let nextGap = 0
  const tell = (): void => {
    if (hidden > 0 && !errorsOnly) items.push({kind: 'more', records: hidden})
    hidden = 0
  }
  for (const entry of entries) {
    for (let gap = gaps[nextGap]; gap !== undefined && gap.end <= entry.time; gap = gaps[++nextGap]) {
      tell()
      items.push({kind: 'gap', gap})
    }
    if (!kept.has(entry)) {
      hidden++
      continue
    }
    tell()
    items.push({kind: 'record', entry})
  }
  tell()
  return items
}

/** All of them; of too many the first, the last, those around the first error, and errors and warnings. */
function choose(entries: readonly SectionEntry[], most: number, error: SectionEntry | undefined): Set<SectionEntry> {
  if (entries.length <= most) return new Set(entries)
  const share = Math.min(1, most / 20)
  const kept = new Set(entries.slice(0, Math.max(2, Math.floor(AROUND.first * share))))
  for (const entry of entries.slice(-Math.max(1, Math.floor(AROUND.last * share)))) kept.add(entry)
  if (error) {
    const at = entries.indexOf(error)
    for (const entry of entries.slice(Math.max(0, at - AROUND.error), at + AROUND.error + 1)) kept.add(entry)
  }
  for (const wanted of ['FATAL', 'ERROR', 'WARN', 'INFO', undefined] as const)
    for (const entry of entries)
      if (kept.size < most && (wanted === undefined || entry.record.level === wanted)) kept.add(entry)
  return kept
}

function gapText({start, end, span}: Gap): string {
  const where = span ? ` while ${nameOf(span)} was running` : ''
  return `${formatDuration(end - start)} without a record${where}`
}

function errorNote({critical}: Section, {span}: SectionEntry): string {
  return critical.has(span) ? 'first error, on the critical path' : 'first error'
}

/** The message, then what fits of the attributes, then the note at the right edge. */
function saying(record: LogRecord, note: string, room: number, {palette}: Drawing): Painted[] {
  const message = escapeLine(beginningOf(firstLine(record), Math.max(LEAST_MESSAGE, room)))
  if (!Number.isFinite(room)) {
    const beside = [attributeText(record), note && `← ${note}`].filter(Boolean)
    return [[message], ...beside.map((text): Painted => [`  ${text}`, palette.dim])]
  }
  const shown = cutTo(message, Math.max(LEAST_MESSAGE, room))
  let left = room - textWidth(shown)
  const noted = note && left >= note.length + 2 ? note : ''
  left -= noted ? noted.length + 2 : 0
  const beside = left >= 8 ? cutTo(attributeText(record, left), left - 2) : ''
  const gap = left - (beside ? textWidth(beside) + 2 : 0)
  return [[shown], [beside ? `  ${beside}` : '', palette.dim], [noted ? ' '.repeat(gap + 2) : ''], [noted, palette.dim]]
}

/** A stack trace that was joined to its line is not for this list. */
function firstLine({message}: LogRecord): string {
  const end = message.indexOf('\n')
  return end === -1 ? message : message.slice(0, end)
}

function attributeText(record: LogRecord, room = Number.POSITIVE_INFINITY): string {
  const pairs = flatten(record.attributes)
  const {error} = record
  if (error?.name !== undefined)
    pairs.unshift(['error', error.message ? `${error.name}: ${error.message}` : error.name])
  return pairs.map(([key, value]) => `${escapeLine(beginningOf(key, room))}=${valueText(value, room)}`).join(' ')
}

function valueText(value: unknown, room: number): string {
  const text = beginningOf(cellText(value), room)
  return typeof value === 'string' && (text === '' || /[\s"=]/.test(text))
    ? escapeLine(JSON.stringify(text))
    : escapeLine(text)
}

/** Milliseconds while they are readable, then longer units. */
function formatOffset(ms: number): string {
  if (ms >= 10_000) return formatDuration(ms)
  return `${Number.isInteger(ms) ? ms : ms.toFixed(1)} ms`
}
