import {type Attempt, attemptsOf, mainRecord, withErrors} from '../trace/findings.js'
import {foldSpans, type Row} from '../trace/fold-spans.js'
import type {Section} from '../trace/sections.js'
import {isError, type TraceSpan} from '../trace/span.js'
import {escapeLine} from './escape-controls.js'
import {formatCount, formatDuration, plural} from './numbers.js'
import {beginningOf, cutTo, padTo, textWidth} from './text-width.js'
import {type Drawing, nameOf, type Painted, painted} from './trace-drawing.js'

const DURATION_WIDTH = 9
const CONFIDENCE_WIDTH = 5
const NAME_WIDTH = {least: 8, most: 32}
const BAR_WIDTH = {least: 12, most: 60}
/** Deeper levels are not indented further. */
const DEEPEST = 10

/** What all rows of a section have in common, whatever the width they are drawn in. */
export interface Measures {
  attempts: ReadonlyMap<TraceSpan, Attempt>
  /** Columns of the widest name. */
  widest: number
  confidences: boolean
}

/** How the rows of a section are drawn. */
export interface Layout extends Drawing, Measures {
  section: Section
  names: number
  bars: number
}

/** One line a span: who, when as a bar, how long, what. At most about `most` lines. */
export function waterfallLines(section: Section, drawing: Drawing, most: number): string[] {
  const rows = drawing.errorsOnly ? failedRows(section) : foldSpans(section, most)
  const layout = layOut(section, measure(section, rows), drawing)
  return rows.map((row) => painted(rowParts(row, layout)))
}

function failedRows(section: Section): Row[] {
  const wanted = withErrors(section.roots)
  const rows = foldSpans(section, Number.POSITIVE_INFINITY)
  return rows.filter((row) => row.kind === 'span' && wanted.has(row.span))
}

export function measure(section: Section, rows: readonly Row[]): Measures {
  return {
    attempts: attemptsOf(section.roots),
    widest: rows.reduce((most, row) => Math.max(most, textWidth(rowName(row))), 0),
    confidences: rows.some((row) => row.kind === 'span' && row.span.edge?.kind === 'inferred'),
  }
}

export function layOut(section: Section, measures: Measures, drawing: Drawing): Layout {
  const {width} = drawing
  const {widest, confidences} = measures
  const names = Math.min(Math.max(widest, NAME_WIDTH.least), NAME_WIDTH.most, Math.max(12, Math.floor(width / 3)))
  const rest = width - names - DURATION_WIDTH - 4 - (confidences ? CONFIDENCE_WIDTH : 0)
  const bars = Math.min(BAR_WIDTH.most, Math.max(BAR_WIDTH.least, Math.floor(rest * 0.55)))
  return {...drawing, ...measures, section, names, bars}
}

function rowName(row: Row): string {
  const indent = '  '.repeat(Math.min(row.depth, DEEPEST))
  if (row.kind === 'more') return indent
  const span = row.kind === 'span' ? row.span : (row.spans[0] as TraceSpan)
  return `${indent}${span.edge?.kind === 'inferred' ? '~ ' : ''}${nameOf(span)}`
}

/** One row, of the columns of its layout where those are enough for it. */
export function rowParts(row: Row, layout: Layout): Painted[] {
  const {palette, chars, names, section} = layout
  const indent = '  '.repeat(Math.min(row.depth, DEEPEST))
  if (row.kind === 'more') return [[`${indent}… ${plural(row.spans, 'more span')}: --all`, palette.dim]]
  const spans = row.kind === 'span' ? [row.span] : row.spans
  const span = spans[0] as TraceSpan
  const start = span.start
  const end = spans.reduce((latest, {end}) => Math.max(latest, end), span.end)
  const inferred = span.edge?.kind === 'inferred'
  const mark = inferred ? '~ ' : ''
  const name = cutTo(nameOf(span), Math.max(3, names - indent.length - mark.length))
  const pad = ' '.repeat(Math.max(0, names - indent.length - mark.length - textWidth(name)))
  const paint = span.missing ? palette.dim : (text: string) => palette.service(span.service ?? '', text)
  const waited = spans.some((one) => section.critical.has(one))
  const bar = barText({start, end, waited, missing: span.missing}, layout)
  const duration = padTo(lengthText(spans, end - start, layout), DURATION_WIDTH, 'right')
  const confidence = layout.confidences ? ` ${padTo(confidenceText(span), CONFIDENCE_WIDTH - 1)}` : ''
  const used = names + layout.bars + 2 + DURATION_WIDTH + (layout.confidences ? CONFIDENCE_WIDTH : 0) + 2
  return [
    [indent],
    [mark, palette.dim],
    [name, paint],
    [pad],
    [chars.left, palette.dim],
    [bar.text, paint],
    [chars.right, palette.dim],
    [`${bar.rest}${duration}`],
    [confidence, palette.dim],
    ['  '],
    ...labelOf(row, layout, layout.textWidth - used),
  ]
}

/** A span of no length is a point; one that ends after all others still has a cell. */
function barText(
  {start, end, waited, missing}: {start: number; end: number; waited: boolean; missing: boolean},
  {section, bars, chars}: Layout,
): {text: string; rest: string} {
  const whole = section.end - section.start
  const cell = (time: number): number => (whole > 0 ? ((time - section.start) / whole) * bars : 0)
  const from = Math.min(bars - 1, Math.floor(cell(start) + 1e-9))
  const to = Math.min(bars, Math.max(from + 1, Math.round(cell(end))))
  const fill = missing ? chars.missing : waited ? chars.waited : chars.beside
  return {text: ' '.repeat(from) + fill.repeat(to - from), rest: ' '.repeat(bars - to)}
}

function lengthText(spans: readonly TraceSpan[], length: number, {chars}: Layout): string {
  if (spans.length > 1) return `${chars.times}${formatCount(spans.length)}`
  const span = spans[0] as TraceSpan
  // One record alone tells no length.
  return span.timed || length > 0 ? formatDuration(length) : '-'
}

function confidenceText({edge}: TraceSpan): string {
  return edge?.kind === 'inferred' ? `${Math.round(edge.confidence * 100)}%` : ''
}

function labelOf(row: Row, {palette, chars, attempts, ...layout}: Layout, room: number): Painted[] {
  if (row.kind === 'more') return []
  if (row.kind === 'alike') return [[alikeLabel(row.spans, room), palette.dim]]
  const {span} = row
  if (span.missing)
    return [[cutTo(`span ${escapeLine(span.id)}: no record of it was found`, atLeast(room)), palette.dim]]
  const record = mainRecord(span)
  const failed = hasError(span)
  const attempt = attempts.get(span)
  const note = attempt ? `  (try ${attempt.number} of ${attempt.of})` : ''
  const mark = failed ? `${chars.failed} ` : ''
  const width = atLeast(room - textWidth(mark + note))
  const text = cutTo(escapeLine(beginningOf(record?.message ?? '', width)), width)
  const late = span.parent && !span.parent.missing && span.start > span.parent.end ? 'after its caller' : ''
  const tail = late && textWidth(mark + text + note + late) + 3 <= room && !layout.ascii ? `  ${late}` : ''
  return [
    [mark + text, failed ? palette.bad : undefined],
    [note, palette.dim],
    [tail, palette.dim],
  ]
}

function alikeLabel(spans: readonly TraceSpan[], room: number): string {
  const sum = spans.reduce((total, {start, end}) => total + end - start, 0)
  const longest = spans.reduce((most, {start, end}) => Math.max(most, end - start), 0)
  const facts =
    longest > 0 ? `${formatDuration(sum)} in all, the longest ${formatDuration(longest)}` : 'one record each'
  const said = beginningOf(mainRecord(spans[0] as TraceSpan)?.message ?? '', atLeast(room))
  const text = `${facts}  ${escapeLine(said)} …`
  return cutTo(text, atLeast(room))
}

function atLeast(room: number): number {
  return Math.max(10, room)
}

function hasError({records}: TraceSpan): boolean {
  return records.some(({record}) => isError(record))
}
