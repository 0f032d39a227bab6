import type {LogRecord} from '../../record/record.js'
import type {Zone} from '../../record/zone.js'
import {escapeControls, escapeLine} from '../escape-controls.js'
import {highlighter, rule} from '../highlight.js'
import {type Palette, paletteFor} from '../palette.js'
import type {RecordFormat, RecordWriterOptions, ShownRecord} from '../record-writer.js'
import {cutTo, padTo, textWidth} from '../text-width.js'
import {formatDate, formatTime} from '../times.js'
import {foldPairs, pairsOf} from './pretty-attributes.js'
import {errorLines, withoutTrace} from './pretty-error.js'
import {foldMessage} from './pretty-message.js'

const TIME_WIDTH = 12
const LEVEL_WIDTH = 5
/** The service's column grows with the names seen, to a sixth of the screen at most. */
const SERVICE_WIDTH = {least: 8, most: 20}
const ID_WIDTH = 8
const GAP = '  '
const ID_ROOM = ID_WIDTH + GAP.length
/** Below this width the message has lines of its own, under the time, level and service. */
const LEAST_COLUMNS = 72
/** A screen narrower than this is not worth laying out for: lines are left to the terminal. */
const LEAST_WIDTH = 32
/** Before a record that matched, where others stand around it. */
const MATCH_MARK = '▶ '

/** For people: one line a record, the date where it changes, errors below their record. */
export function prettyFormat(options: RecordWriterOptions): RecordFormat {
  const {screen, zone, zoneName} = options
  const palette = paletteFor(screen.color)
  const state = {date: '', serviceWidth: SERVICE_WIDTH.least}
  const whole = options.wide || screen.width < LEAST_WIDTH ? Number.POSITIVE_INFINITY : screen.width
  const width = options.inContext ? whole - MATCH_MARK.length : whole
  const mostService = Math.max(SERVICE_WIDTH.least, Math.min(SERVICE_WIDTH.most, Math.floor(width / 6)))
  const layout: Omit<Layout, 'serviceWidth'> = {
    width,
    palette,
    zone,
    safe: options.raw ? (text) => text : escapeControls,
    mark: screen.color && options.marks ? highlighter(options.marks, palette.match) : (text) => text,
  }
  return {
    page(records) {
      for (const {service} of records) {
        const wanted = Math.min(mostService, textWidth(escapeLine(service ?? '')))
        state.serviceWidth = Math.max(state.serviceWidth, wanted)
      }
      let text = ''
      for (const record of records) {
        const date = formatDate(record['@timestamp'], options.now, zone)
        if (date !== state.date) {
          state.date = date
          const title = zoneName === undefined ? date : `${date} · ${zoneName}`
          text += `${palette.dim(rule(title, Number.isFinite(whole) ? whole : 80))}\n`
        }
        const lines = recordLines(record, {...layout, serviceWidth: state.serviceWidth})
        text += `${(options.inContext ? pointed(record, lines, palette) : lines).join('\n')}\n`
      }
      return text
    },
    mark: ({message}) => `${palette.warn(`── gap: ${escapeLine(message)} ──`)}\n`,
    separator: () => `${palette.dim('--')}\n`,
  }
}

interface Layout {
  width: number
  serviceWidth: number
  palette: Palette
  zone?: Zone
  safe(text: string): string
  mark(text: string): string
}

/** What matched is pointed at; what only stands around it is shifted as far. */
function pointed({match}: ShownRecord, lines: string[], palette: Palette): string[] {
  return lines.map((line, index) => (match && index === 0 ? palette.bold(MATCH_MARK) : '  ') + line)
}

function recordLines(whole: LogRecord, layout: Layout): string[] {
  const record = withoutTrace(whole)
  return layout.width < LEAST_COLUMNS ? stacked(record, layout) : inColumns(record, layout)
}

function inColumns(record: LogRecord, layout: Layout): string[] {
  const {serviceWidth} = layout
  const name = cutTo(escapeLine(record.service ?? ''), serviceWidth)
  const head = `${headOf(record, name, layout)}${' '.repeat(Math.max(0, serviceWidth - textWidth(name)))}${GAP}`
  const indentWidth = TIME_WIDTH + LEVEL_WIDTH + serviceWidth + 3 * GAP.length
  const indent = ' '.repeat(indentWidth)
  const room = layout.width - indentWidth
  const id = shortId(record)
  const [first = '', ...more] = foldMessage(record, layout, id && Number.isFinite(room) ? room - ID_ROOM : room)
  const lines = [head + firstLine(record, first, more.length === 0, layout, room)]
  for (const line of more) lines.push(indent + layout.mark(line))
  if (more.length > 0) lines.push(...attributeLines(record, layout, room).map((line) => indent + line))
  lines.push(...errorBelow(record, layout, room).map((line) => indent + line))
  return lines.map((line) => line.trimEnd())
}

/** For narrow screens: time, level and service, the short id at the right; the rest below, all the width its own. */
function stacked(record: LogRecord, layout: Layout): string[] {
  const {palette, width} = layout
  const id = shortId(record)
  const used = TIME_WIDTH + LEVEL_WIDTH + 2 * GAP.length
  const name = cutTo(escapeLine(record.service ?? ''), Math.max(1, width - used - (id ? ID_ROOM : 0)))
  const gap = ' '.repeat(Math.max(0, width - used - textWidth(name) - ID_WIDTH))
  const head = headOf(record, name, layout) + (id ? gap + palette.dim(padTo(id, ID_WIDTH)) : '')
  const room = width - GAP.length
  const message = foldMessage(record, layout, room).map((line) => layout.mark(line))
  const below = [
    ...message.filter(Boolean),
    ...attributeLines(record, layout, room),
    ...errorBelow(record, layout, room),
  ]
  return [head.trimEnd(), ...below.map((line) => GAP + line)]
}

/** Time, level and service, without what fills the service's column up. */
function headOf({'@timestamp': timestamp, level, service}: LogRecord, name: string, layout: Layout): string {
  const {palette} = layout
  const time = palette.dim(formatTime(timestamp, layout.zone))
  const shownLevel = palette.level(level, level ?? '-') + ' '.repeat(LEVEL_WIDTH - (level ?? '-').length)
  return `${time}${GAP}${shownLevel}${GAP}${service ? palette.service(service, name) : name}`
}

/** The message, what fits of the attributes behind it, and the short trace id at the right edge. */
function firstLine(record: LogRecord, message: string, alone: boolean, layout: Layout, room: number): string {
  const {palette} = layout
  const id = shortId(record)
  const used = textWidth(message)
  const space = room - used - (id ? ID_ROOM : 0) - (used > 0 ? GAP.length : 0)
  const pairs = alone ? foldPairs(pairsOf(record), space, attributeLayout(record, layout)) : {text: '', width: 0}
  const body = [layout.mark(message), pairs.text].filter(Boolean).join(GAP)
  if (!id) return body
  if (!Number.isFinite(room)) return body + GAP + palette.dim(id)
  const shown = used + (pairs.width > 0 ? pairs.width + (used > 0 ? GAP.length : 0) : 0)
  return body + ' '.repeat(Math.max(0, room - shown - ID_WIDTH)) + palette.dim(padTo(id, ID_WIDTH))
}

function attributeLines(record: LogRecord, layout: Layout, room: number): string[] {
  const {text} = foldPairs(pairsOf(record), room, attributeLayout(record, layout))
  return text ? [text] : []
}

/** A record without a message is searched by its attributes: then words are marked there. */
function attributeLayout({message}: LogRecord, {palette, safe, mark}: Layout) {
  return {palette, safe, mark: message === '' ? mark : (text: string) => text}
}

function errorBelow(record: LogRecord, {width, palette, safe}: Layout, room: number): string[] {
  const lines = errorLines(record, {wide: !Number.isFinite(width), room, safe})
  return lines.map((line) =>
    line.startsWith(' ') || line.startsWith('caused by') ? palette.dim(line) : palette.bad(line),
  )
}

function shortId({trace_id, correlation_id}: LogRecord): string {
  return escapeLine((trace_id ?? correlation_id ?? '').slice(0, ID_WIDTH))
}
