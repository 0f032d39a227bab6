import {nearMatch} from '../../config/near-match.js'
import {escapeLine} from '../../output/escape-controls.js'
import {cellText, flatten} from '../../output/fields.js'
import {errorLines, withoutTrace} from '../../output/formats/pretty-error.js'
import {highlighter} from '../../output/highlight.js'
import {beginningOf, cutTo, textWidth, wrapTo} from '../../output/text-width.js'
import {formatDate, formatTime} from '../../output/times.js'
import {askedValues} from '../../query/build-query.js'
import {marksOf} from '../../query/marks.js'
import type {LogRecord} from '../../record/record.js'
import type {Zone} from '../../record/zone.js'
import {isBeside} from '../layout.js'
import {beginsDay, firstOnScreen, foldedHeight} from '../on-screen.js'
import {endOf, type State} from '../state.js'
import {strokesOf} from './border.js'
import {fitted, type Part, type Pen} from './pen.js'

const SERVICE = {least: 6, most: 14}
const ID_WIDTH = 8
/** Columns of a message; with fewer, the whole line is cut where the screen ends. */
const LEAST_ROOM = 10
/** Columns from which on times have milliseconds, and trace ids are shown. */
const WIDE = 72

/** The records on the screen, in exactly so many lines. */
export function drawStream(state: State, width: number, rows: number, pen: Pen): string[] {
  const {shown, cursor, pinned, wrap, zone} = state
  const end = endOf(state)
  const focused = !isBeside(state)
  const serviceWidth = widthOfServices(state, rows)
  const layout = {width, rows, serviceWidth, wrap, zone, focused, pen, mark: markerOf(state, pen)}
  const drawn = new Map<number, string[]>()
  const draw = (place: number): string[] => {
    const known = drawn.get(place)
    const record = shown.at(place)
    if (known || !record) return known ?? []
    const own = recordLines(record, {...layout, chosen: place === cursor, marked: record.id === pinned?.id})
    const lines = beginsDay(state, place) ? [dateLine(record, layout), ...own] : own
    drawn.set(place, lines)
    return lines
  }
  const heightOf = (place: number) => (wrap ? draw(place).length : foldedHeight(state, place))
  const lines: string[] = []
  for (let place = firstOnScreen(state, rows, heightOf); place < end && lines.length < rows; place++)
    lines.push(...draw(place))
  if (lines.length === 0) lines.push(fitted([[emptyText(state), pen.palette.dim]], width))
  while (lines.length < rows) lines.push(' '.repeat(width))
  return lines.slice(0, rows)
}

/** Marks the words that the filter asks for. */
function markerOf({filter}: State, {palette}: Pen): (text: string) => string {
  return highlighter(marksOf(filter.query), palette.match)
}

function dateLine(record: LogRecord, {width, zone, pen}: Pick<Layout, 'width' | 'zone' | 'pen'>): string {
  const {across} = strokesOf(pen)
  const title = `${across}${across} ${formatDate(record['@timestamp'], pen.now, zone)} `
  return fitted([[title.padEnd(width, across), pen.palette.dim]], width)
}

function emptyText({all, filter, muted, counts}: State): string {
  if (all.size === 0) return 'waiting for records …  what there is already is read first'
  const services = [...counts.services.keys()]
  const missing = askedValues(filter.query, 'service').find(
    (name) => !services.some((one) => one.toLowerCase() === name.toLowerCase()),
  )
  const meant = missing === undefined ? undefined : nearMatch(missing, services)
  if (meant !== undefined)
    return `no record of service ${missing} came; did you mean ${meant}? Esc takes the filter off`
  return filter.text !== '' || muted.length > 0
    ? 'none of the records that came passes the filter; Esc takes it off, M shows muted services'
    : 'no records'
}

/** Of all services that came lately, so that columns stay where they are, and of those on the screen. */
function widthOfServices({shown, top, counts}: State, rows: number): number {
  const names = [...counts.services.keys(), ...shown.slice(top, top + rows).map(({service}) => service ?? '')]
  let width = SERVICE.least
  for (const name of names) width = Math.max(width, textWidth(escapeLine(beginningOf(name, SERVICE.most))))
  return Math.min(SERVICE.most, width)
}

interface Layout {
  width: number
  /** Lines there are: no more of one record are seen. */
  rows: number
  serviceWidth: number
  chosen: boolean
  /** It is the pinned one. */
  marked: boolean
  /** Keys are the stream's, and not those of a pane beside it. */
  focused: boolean
  wrap: boolean
  zone: Zone
  pen: Pen
  mark(text: string): string
}

function recordLines(record: LogRecord, layout: Layout): string[] {
  const {width, serviceWidth, chosen, wrap, zone, pen, mark} = layout
  const {palette} = pen
  const {level, service = ''} = record
  const id = (record.trace_id ?? '').slice(0, ID_WIDTH)
  const wide = width >= WIDE
  const head: Part[] = [
    [signOf(layout), palette.bold],
    [`${formatTime(record['@timestamp'], zone).slice(0, wide ? 12 : 8)} `, palette.dim],
    [`${(level ?? '').padEnd(5)} `, (text) => palette.level(level, text)],
    [padded(service, serviceWidth), (text) => palette.service(service, text)],
    [' '],
  ]
  const headWidth = 1 + (wide ? 13 : 9) + 6 + serviceWidth + 1
  const idWidth = !wide || id === '' ? 0 : ID_WIDTH + 1
  const room = width - headWidth - idWidth
  const message = record.message ?? record.event ?? ''
  const paint = chosen ? (text: string) => palette.bold(mark(text)) : mark
  if (room < LEAST_ROOM) return [fitted([...head, [message.split('\n', 1)[0] ?? '', paint]], width)]
  const tail: Part[] = idWidth > 0 ? [[` ${id}`, palette.dim]] : []
  if (wrap) return wholeLines(record, layout, {head, headWidth, tail, idWidth, paint})
  const text = beginningOf(`${message.split('\n', 1)[0]}`, room)
  const used = Math.min(room, textWidth(escapeLine(text)))
  const behind = used < room - 8 ? [errorText(record), attributes(record, room)] : []
  const line = fitted(
    [
      [text, paint],
      [`  ${behind.filter(Boolean).join(' ')}`, palette.dim],
    ],
    room,
  )
  return [fitted(head, headWidth) + line + fitted(tail, idWidth)]
}

interface Around {
  head: readonly Part[]
  headWidth: number
  tail: readonly Part[]
  idWidth: number
  paint(text: string): string
}

/** The message whole, its attributes behind it or below, and below them what went wrong. */
function wholeLines(record: LogRecord, layout: Layout, around: Around): string[] {
  const {width, rows, pen} = layout
  const {palette} = pen
  const {head, headWidth, tail, idWidth, paint} = around
  const room = width - headWidth - idWidth
  const below = width - headWidth
  const {message = record.event ?? '', ...rest} = withoutTrace({
    ...record,
    message: record.message ?? record.event ?? '',
  })
  const fits = beginningOf(message, room * rows)
  const [first = '', ...more] = fits.split('\n').flatMap((line) => wrapTo(escapeLine(line), room))
  const pairs = escapeLine(attributes(record, below * rows))
  const behind = more.length === 0 && pairs !== '' && textWidth(`${first}  ${pairs}`) <= room
  const dim = (line: string): Part => [line, palette.dim]
  const lines: Part[] = [
    ...more.map((line): Part => [line, layout.mark]),
    ...(behind || pairs === '' ? [] : wrapTo(pairs, below).map(dim)),
    ...errorLines({...rest, message}, {wide: false, room: below, safe: escapeLine}).map(
      (line): Part => (/^( |caused by)/.test(line) ? dim(line) : [line, palette.bad]),
    ),
  ]
  const begin: Part[] = behind ? [[first, paint], dim(`  ${pairs}`)] : [[first, paint]]
  return [
    fitted(head, headWidth) + fitted(begin, room) + fitted(tail, idWidth),
    ...lines.slice(0, rows).map((line) => ' '.repeat(headWidth) + fitted([line], below)),
  ]
}

/** The chosen one is marked less where keys are those of a pane beside. */
function signOf({chosen, focused, marked, pen: {ascii}}: Layout): string {
  if (chosen && focused) return ascii ? '>' : '▸'
  if (chosen) return ascii ? '-' : '▹'
  if (marked) return ascii ? '*' : '◆'
  return ' '
}

function padded(text: string, width: number): string {
  const safe = escapeLine(beginningOf(text, width))
  const missing = width - textWidth(safe)
  return missing > 0 ? safe + ' '.repeat(missing) : cutTo(safe, width)
}

function errorText({error}: LogRecord): string {
  return error?.message ? `${error.name ?? 'error'}: ${error.message}` : ''
}

/** As many of them as can be seen in so many columns. */
function attributes({attributes: own}: LogRecord, columns: number): string {
  let text = ''
  for (const [name, value] of Object.entries(own ?? {})) {
    if (text.length > columns * 4) return beginningOf(text, columns)
    for (const [path, leaf] of flatten({[name]: value})) text += `${text === '' ? '' : ' '}${path}=${cellText(leaf)}`
  }
  return beginningOf(text, columns)
}
