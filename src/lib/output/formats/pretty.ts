import type {LogRecord} from '../../record/record.js'
import type {Zone} from '../../record/zone.js'
import {escapeControls, escapeLine} from '../escape-controls.js'
import {cellText, flatten} from '../fields.js'
import {highlighter, rule} from '../highlight.js'
import {plural} from '../numbers.js'
import {type Palette, paletteFor} from '../palette.js'
import type {RecordFormat, RecordWriterOptions} from '../record-writer.js'
import {cutTo, padTo, textWidth, wrapTo} from '../text-width.js'
import {formatDate, formatTime} from '../times.js'
import {errorLines, withoutTrace} from './pretty-error.js'

const TIME_WIDTH = 12
const LEVEL_WIDTH = 5
/** The service's column grows with the names seen, to a sixth of the screen at most. */
const SERVICE_WIDTH = {least: 8, most: 20}
const ID_WIDTH = 8
const GAP = '  '
const ID_ROOM = ID_WIDTH + GAP.length
/** A message narrower than this is not worth laying out: the line is left to the terminal. */
const LEAST_MESSAGE = 24
/** Lines of one message, and of one error, before the rest is only counted. */
const MOST_LINES = 8
/** Lines that one long line is folded into, before the rest is only counted: a screenful. */
const MOST_FOLDS = 24

/** For people: one line a record, the date where it changes, errors below their record. */
export function prettyFormat(options: RecordWriterOptions): RecordFormat {
  const palette = paletteFor(options.screen.color)
  const safe = options.raw ? (text: string) => text : escapeControls
  const mark = options.screen.color ? highlighter(options.words ?? [], palette.match) : (text: string) => text
  const state = {date: '', serviceWidth: SERVICE_WIDTH.least}
  const width = options.wide ? Number.POSITIVE_INFINITY : options.screen.width
  const mostService = Math.max(SERVICE_WIDTH.least, Math.min(SERVICE_WIDTH.most, Math.floor(width / 6)))
  return {
    page(records) {
      for (const {service} of records) {
        const wanted = Math.min(mostService, textWidth(escapeLine(service ?? '')))
        state.serviceWidth = Math.max(state.serviceWidth, wanted)
      }
      let text = ''
      for (const record of records) {
        const date = formatDate(record['@timestamp'], options.now, options.zone)
        if (date !== state.date) {
          state.date = date
          text += `${palette.dim(rule(options.zoneName ? `${date} · ${options.zoneName}` : date, Number.isFinite(width) ? width : 80))}\n`
        }
        const layout = {width, serviceWidth: state.serviceWidth, palette, safe, mark, zone: options.zone}
        text += `${recordLines(record, layout).join('\n')}\n`
      }
      return text
    },
    mark: ({message}) => `${palette.warn(`── gap: ${escapeLine(message)} ──`)}\n`,
  }
}

interface Layout {
  width: number
  serviceWidth: number
  palette: Palette
  safe(text: string): string
  mark(text: string): string
  zone?: Zone
}

function recordLines(whole: LogRecord, layout: Layout): string[] {
  const {palette, serviceWidth} = layout
  const record = withoutTrace(whole)
  const head = headOf(record, layout)
  const indentWidth = TIME_WIDTH + LEVEL_WIDTH + serviceWidth + 3 * GAP.length
  const indent = ' '.repeat(indentWidth)
  const room = layout.width - indentWidth
  const narrow = room < LEAST_MESSAGE
  const usable = narrow ? Number.POSITIVE_INFINITY : room
  const id = shortId(record)
  const [first = '', ...more] = foldMessage(record, layout, id && Number.isFinite(usable) ? usable - ID_ROOM : usable)
  const attributes = layout.safe(attributeText(record))
  const beside = more.length === 0 ? attributes : ''
  const lines = [head + firstLine(first, beside, id, layout, usable)]
  for (const line of more) lines.push(indent + layout.mark(line))
  if (attributes && !beside) lines.push(indent + palette.dim(cutTo(attributes, usable)))
  const wide = !Number.isFinite(layout.width)
  for (const line of errorLines(record, {wide, room: usable, safe: layout.safe})) lines.push(indent + palette.dim(line))
  return lines
}

function headOf({'@timestamp': timestamp, level, service}: LogRecord, {palette, serviceWidth, zone}: Layout): string {
  const time = palette.dim(formatTime(timestamp, zone))
  const name = cutTo(escapeLine(service ?? ''), serviceWidth)
  const padding = ' '.repeat(Math.max(0, serviceWidth - textWidth(name)))
  const shownLevel = palette.level(level, level ?? '-') + ' '.repeat(LEVEL_WIDTH - (level ?? '-').length)
  return `${time}${GAP}${shownLevel}${GAP}${service ? palette.service(service, name) : name}${padding}${GAP}`
}

/** The message, what fits of the attributes behind it, and the short trace id at the right edge. */
function firstLine(message: string, attributes: string, id: string, layout: Layout, room: number): string {
  const {palette} = layout
  if (!Number.isFinite(room)) {
    const parts = [layout.mark(message), attributes && palette.dim(attributes), id && palette.dim(id)]
    return parts.filter(Boolean).join(GAP)
  }
  const used = textWidth(message)
  const space = room - used - (id ? ID_ROOM : 0) - GAP.length
  const shown = attributes && space >= 4 ? cutTo(attributes, space) : attributes && space >= 1 ? '…' : ''
  const body = layout.mark(message) + (shown ? GAP + palette.dim(shown) : '')
  if (!id) return body
  const gap = room - used - (shown ? GAP.length + textWidth(shown) : 0) - ID_WIDTH
  return body + ' '.repeat(Math.max(0, gap)) + palette.dim(padTo(id, ID_WIDTH))
}

function foldMessage(record: LogRecord, layout: Layout, room: number): string[] {
  const written = record.message.replace(/\s+$/, '').split(/\r?\n/)
  const kept = written.length > MOST_LINES && Number.isFinite(layout.width) ? written.slice(0, MOST_LINES - 1) : written
  const lines = kept.flatMap((line) => foldLine(layout.safe(line.trimEnd().replaceAll('\t', '    ')), room))
  if (kept.length < written.length) lines.push(`+ ${written.length - kept.length} lines`)
  return lines
}

function foldLine(line: string, room: number): string[] {
  if (!Number.isFinite(room)) return [line]
  const lines = wrapTo(line, room, MOST_FOLDS + 1)
  const rest = lines[MOST_FOLDS]
  return rest === undefined ? lines : [...lines.slice(0, MOST_FOLDS), `+ ${plural(rest.length, 'character')}`]
}

function shortId({trace_id, correlation_id}: LogRecord): string {
  return escapeLine((trace_id ?? correlation_id ?? '').slice(0, ID_WIDTH))
}

const ALSO = ['event', 'duration_ms', 'request_id', 'correlation_id'] as const

/** `attempt=2 amount="99.90 EUR"`: attributes first, then what else of the record tells something. */
function attributeText(record: LogRecord): string {
  const pairs = flatten(record.attributes)
  for (const name of ALSO) {
    if (record[name] !== undefined) pairs.push([name, record[name]])
  }
  return pairs.map(([key, value]) => `${escapeLine(key)}=${shownValue(value)}`).join(' ')
}

function shownValue(value: unknown): string {
  const text = cellText(value)
  return typeof value === 'string' && (text === '' || /[\s"=]/.test(text)) ? JSON.stringify(text) : text
}
