import {escapeLine} from '../../output/escape-controls.js'
import {formatDuration, plural} from '../../output/numbers.js'
import {cutTo, textWidth} from '../../output/text-width.js'
import {formatDate, formatTime} from '../../output/times.js'
import {ASCII, type Drawing, inAscii, UNICODE} from '../../output/trace-drawing.js'
import {recordParts} from '../../output/trace-records.js'
import {clockText, edgeText, factsOf} from '../../output/trace-view.js'
import {layOut, rowParts} from '../../output/trace-waterfall.js'
import type {Zone} from '../../record/zone.js'
import {timeAfter} from '../../trace/clock.js'
import type {TraceSpan} from '../../trace/span.js'
import {placeOfChosen, type TraceMode, topOf, traceRows} from '../modes/trace.js'
import type {State} from '../state.js'
import {spansOf, type TraceWalk, type WalkLine, type WalkSection} from '../trace-walk.js'
import {clamp} from '../view.js'
import {fitted, type Part, type Pen} from './pen.js'

/** Columns left of a line: which one is chosen, and whether something is folded in it. */
const GUTTER = 2

/** A title, the waterfall, what is told of the chosen span, and its records, in exactly so many lines. */
export function drawTrace({zone}: State, mode: TraceMode, columns: number, rows: number, pen: Pen): string[] {
  const {walk, chosen} = mode
  const {head, bars, records} = traceRows(walk, rows)
  const drawing: Drawing = {
    screen: {isTerminal: true, width: columns, color: false},
    now: pen.now,
    ascii: pen.ascii,
    palette: pen.palette,
    chars: pen.ascii ? ASCII : UNICODE,
    width: Math.max(1, columns - GUTTER),
    textWidth: Math.max(1, columns - GUTTER),
  }
  const lines: Part[][] = headParts(mode, {head, columns, zone}, pen)
  const top = topOf(mode, Math.max(1, bars))
  const shown = walk.lines.slice(top, top + bars)
  for (const [index, line] of shown.entries()) lines.push(lineParts(line, walk, top + index === chosen, drawing))
  const line = walk.lines[chosen]
  if (records > 0 && line?.kind === 'row') lines.push(spanParts(line, pen), ...recordsOf(mode, line, records, drawing))
  const drawn = lines.slice(0, rows).map((parts) => fitted(parts, columns))
  while (drawn.length < rows) drawn.push(' '.repeat(columns))
  return pen.ascii ? drawn.map(inAscii) : drawn
}

function headParts(
  {walk, at, unstored, fresh}: TraceMode,
  {head, columns, zone}: {head: number; columns: number; zone: Zone},
  {palette, now}: Pen,
): Part[][] {
  const {tree} = walk
  const asOf = `as of ${formatTime(new Date(at).toISOString(), zone).slice(0, 8)}`
  const news = fresh.size > 0 ? `  ${plural(fresh.size, 'more record')} came since: r reads again` : ''
  const told = head === 1 ? `  ${asOf}  ${factsOf(tree)}` : `   ${factsOf(tree)}`
  // A beginning of the id is enough to ask for it.
  const room = Math.max(9, columns - 6 - textWidth(told) - textWidth(news))
  const title: Part[] = [['trace '], [cutTo(escapeLine(tree.id), room), palette.bold]]
  if (head === 1) return [[...title, [news, palette.warn], [told]]]
  const whole = unstored === tree.records.length
  const stream = whole ? 'from the stream, not yet stored' : `${unstored} from the stream, not yet stored`
  const {zero} = tree
  const begun = zero === undefined ? '' : timeAfter(zero, tree.start)
  const facts = [
    ...(zero === undefined ? [] : [`${formatDate(begun, now, zone)} ${formatTime(begun, zone)}`]),
    asOf,
    edgeText(tree),
    ...tree.clocks.slice(0, 1).map(clockText),
  ]
  return [
    [...title, [news, palette.warn], [told]],
    [
      [unstored > 0 ? `${stream} · ` : '', palette.warn],
      [facts.filter((fact) => fact !== '').join(' · '), palette.dim],
    ],
  ]
}

function lineParts(line: WalkLine, walk: TraceWalk, chosen: boolean, drawing: Drawing): Part[] {
  const {palette, ascii} = drawing
  const {section} = line
  if (line.kind === 'title') {
    const facts = `${formatDuration(section.end - section.start)}`
    return [['  '], [`request ${section.number} of ${section.of}`, palette.bold], [`   ${facts}`, palette.dim]]
  }
  const {row} = line
  const folded = row.kind === 'alike' || (row.kind === 'span' && walk.folding.closed.has(row.span))
  const parts = rowParts(row, layOut(section, section.measures, drawing))
  const mark = chosen ? (ascii ? '>' : '▸') : ' '
  return [[mark, palette.bold], [folded ? '+' : ' ', palette.warn], ...parts]
}

/** What the chosen span is, in words. */
function spanParts(line: WalkLine & {kind: 'row'}, {palette}: Pen): Part[] {
  const [span] = spansOf(line)
  if (!span) return []
  const {row, section} = line
  const paint = (text: string) => palette.service(span.service ?? '', text)
  const name: Part = [span.service ?? '(no service)', paint]
  const rule: Part = ['── ', palette.dim]
  if (row.kind === 'alike') return [rule, name, [`  ${plural(row.spans.length, 'call')} alike: l shows each`]]
  return [rule, name, [`  ${factsOfSpan(span, section).join(' · ')}`]]
}

function factsOfSpan(span: TraceSpan, {start, critical, measures}: WalkSection): string[] {
  const length = span.end - span.start
  const waited = critical.get(span)
  const attempt = measures.attempts.get(span)
  const {edge} = span
  return [
    span.missing ? 'no record of it was found' : plural(span.records.length, 'record'),
    ...(span.timed || length > 0 ? [formatDuration(length)] : []),
    `from +${formatDuration(span.start - start)}`,
    ...(waited === undefined ? [] : [`on the critical path: waited for ${formatDuration(waited)}`]),
    ...(attempt ? [`try ${attempt.number} of ${attempt.of}`] : []),
    ...(edge?.kind === 'inferred' ? [`its caller is inferred, ${Math.round(edge.confidence * 100)} % sure`] : []),
    ...(edge?.kind === 'exact' ? ['its caller by ids'] : []),
    ...(span.id.startsWith('~') ? [] : [`span ${span.id}`]),
  ]
}

/** As many records of the request as fit, the chosen one among them; those of the chosen span are marked. */
function recordsOf(mode: TraceMode, line: WalkLine & {kind: 'row'}, rows: number, drawing: Drawing): Part[][] {
  const {section} = line
  const {entries} = section
  const place = placeOfChosen(mode)
  const own = new Set(spansOf(line))
  const top = clamp(place - Math.floor(rows / 2), 0, Math.max(0, entries.length - rows))
  const columns = {
    ...section.widths,
    section,
    drawing: {...drawing, textWidth: drawing.width + 1},
    error: section.error,
  }
  const [chosen, beside] = drawing.ascii ? ['>', '-'] : ['▸', '·']
  return entries.slice(top, top + rows).map((entry, index) => {
    const mark = !own.has(entry.span) ? ' ' : top + index === place ? chosen : beside
    return [[mark, drawing.palette.bold], ...recordParts(entry, columns)]
  })
}
