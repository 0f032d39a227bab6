import {escapeLine} from '../../output/escape-controls.js'
import {cellText, flatten} from '../../output/fields.js'
import {textWidth, wrapTo} from '../../output/text-width.js'
import {formatTime} from '../../output/times.js'
import type {LogRecord} from '../../record/record.js'
import type {Zone} from '../../record/zone.js'
import {isBeside} from '../layout.js'
import {endOf, type State} from '../state.js'
import {fitted, type Part, type Pen} from './pen.js'

const SERVICE = {least: 6, most: 14}
const ID_WIDTH = 8
/** Columns of a message; with fewer, the whole line is cut where the screen ends. */
const LEAST_ROOM = 10

/** The records on the screen, in exactly so many lines. */
export function drawStream(state: State, width: number, rows: number, pen: Pen): string[] {
  const {shown, cursor, top, pinned} = state
  const end = endOf(state)
  const focused = !isBeside(state)
  const serviceWidth = widthOfServices(shown.slice(top, Math.min(end, top + rows)))
  const draw = (place: number) => {
    const record = shown.at(place)
    if (!record) return []
    const marked = record.id === pinned?.id
    const {wrap, zone} = state
    return recordLines(record, {width, serviceWidth, chosen: place === cursor, marked, focused, wrap, zone, pen})
  }
  const lines: string[] = []
  for (let place = firstPlace(state, rows, draw); place < end && lines.length < rows; place++)
    lines.push(...draw(place))
  if (lines.length === 0) lines.push(fitted([[emptyText(state), pen.palette.dim]], width))
  while (lines.length < rows) lines.push(' '.repeat(width))
  return lines.slice(0, rows)
}

/** Where records take more than a line each, the chosen one has to be among those that fit. */
function firstPlace({wrap, top, cursor}: State, rows: number, draw: (place: number) => string[]): number {
  if (!wrap) return top
  let place = cursor
  let used = draw(cursor).length
  while (place > top && used + draw(place - 1).length <= rows) {
    place--
    used += draw(place).length
  }
  return place
}

function emptyText({all, filter, muted}: State): string {
  if (all.size === 0) return 'waiting for records …'
  return filter.text !== '' || muted.length > 0
    ? 'none of the records that came passes the filter; Esc takes it off, M shows muted services'
    : 'no records'
}

function widthOfServices(records: readonly LogRecord[]): number {
  const widths = records.map(({service}) => textWidth(escapeLine(service ?? '')))
  return Math.min(SERVICE.most, Math.max(SERVICE.least, ...widths))
}

interface Layout {
  width: number
  serviceWidth: number
  chosen: boolean
  /** It is the pinned one. */
  marked: boolean
  /** Keys are the stream's, and not those of a pane beside it. */
  focused: boolean
  wrap: boolean
  zone: Zone
  pen: Pen
}

function recordLines(record: LogRecord, layout: Layout): string[] {
  const {width, serviceWidth, chosen, wrap, zone, pen} = layout
  const {palette} = pen
  const {level, service = ''} = record
  const id = (record.trace_id ?? '').slice(0, ID_WIDTH)
  const mark = markOf(layout)
  const narrow = width < 72
  const head: Part[] = [
    [mark, palette.bold],
    [`${formatTime(record['@timestamp'], zone).slice(0, narrow ? 8 : 12)} `, palette.dim],
    [`${(level ?? '').padEnd(5)} `, (text) => palette.level(level, text)],
    [padded(service, serviceWidth), (text) => palette.service(service, text)],
    [' '],
  ]
  const headWidth = 1 + (narrow ? 9 : 13) + 6 + serviceWidth + 1
  const idWidth = narrow || id === '' ? 0 : ID_WIDTH + 1
  const room = width - headWidth - idWidth
  const message = record.message ?? record.event ?? ''
  const strong = chosen ? palette.bold : undefined
  if (width < headWidth + LEAST_ROOM + idWidth)
    return [fitted([...head, [message.split('\n', 1)[0] ?? '', strong]], width)]
  const tail: Part[] = idWidth > 0 ? [[` ${id}`, palette.dim]] : []
  if (!wrap) {
    const text = `${message.split('\n', 1)[0]}`
    const used = Math.min(room, textWidth(escapeLine(text)))
    const more: Part = [`  ${attributes(record)}`, palette.dim]
    return [
      fitted(head, headWidth) +
        fitted([[text, strong], ...(used < room - 8 ? [more] : [])], room) +
        fitted(tail, idWidth),
    ]
  }
  const whole = `${message.split('\n').map(escapeLine).join('\n')}  ${escapeLine(attributes(record))}`.trimEnd()
  const [first = '', ...rest] = whole.split('\n').flatMap((line) => wrapTo(line, room))
  return [
    fitted(head, headWidth) + fitted([[first, strong]], room) + fitted(tail, idWidth),
    ...rest.map((line) => ' '.repeat(headWidth) + fitted([[line]], width - headWidth)),
  ]
}

/** The chosen one is marked less where keys are those of a pane beside. */
function markOf({chosen, focused, marked, pen: {ascii}}: Layout): string {
  if (chosen && focused) return ascii ? '>' : '▸'
  if (chosen) return ascii ? '-' : '▹'
  if (marked) return ascii ? '*' : '◆'
  return ' '
}

function padded(text: string, width: number): string {
  const safe = escapeLine(text)
  const missing = width - textWidth(safe)
  return missing > 0 ? safe + ' '.repeat(missing) : safe
}

function attributes({attributes: own, error}: LogRecord): string {
  const pairs = own ? flatten(own as Record<string, unknown>).map(([name, value]) => `${name}=${cellText(value)}`) : []
  return [...(error?.message ? [`${error.name ?? 'error'}: ${error.message}`] : []), ...pairs].join(' ')
}
