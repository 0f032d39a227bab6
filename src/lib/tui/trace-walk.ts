// A trace as lines to walk through: one a span, calls of one kind in one until they are opened.

import {type RecordWidths, widthsOf} from '../output/trace-records.js'
import {type Measures, measure} from '../output/trace-waterfall.js'
import type {LogRecord} from '../record/record.js'
import {firstError} from '../trace/findings.js'
import {AS_FOUND, type Folding, foldedRows, type Row} from '../trace/fold-spans.js'
import {type Section, type SectionEntry, sectionsOf} from '../trace/sections.js'
import {isError, type TraceSpan, walk} from '../trace/span.js'
import type {TraceTree} from '../trace/trace-tree.js'

/** A line of the waterfall; of several requests under one id each has its title, which is never the chosen line. */
export type WalkLine = {kind: 'title'; section: WalkSection} | {kind: 'row'; section: WalkSection; row: Row}

export interface WalkSection extends Section {
  /** From 1, and how many there are. */
  number: number
  of: number
  measures: Measures
  widths: RecordWidths
  /** The first of level ERROR or FATAL. */
  error: SectionEntry | undefined
}

export interface TraceWalk {
  tree: TraceTree
  sections: readonly WalkSection[]
  folding: Folding
  lines: readonly WalkLine[]
  /** Records of level ERROR or FATAL, in the order of requests and times. */
  errors: readonly SectionEntry[]
  /** Ids of its records. */
  known: ReadonlySet<string>
}

export function walkOf(tree: TraceTree): TraceWalk {
  const found = sectionsOf(tree)
  const sections = found.map((section, index) => ({
    ...section,
    number: index + 1,
    of: found.length,
    // Of the widest there can be: nothing moves when calls are opened.
    measures: measure(
      section,
      [...walk(section.roots)].map(({span, depth}) => ({kind: 'span', span, depth})),
    ),
    widths: widthsOf(section.entries, section),
    error: firstError(section),
  }))
  return {
    tree,
    sections,
    folding: AS_FOUND,
    lines: linesOf(sections, AS_FOUND),
    errors: sections.flatMap(({entries}) => entries.filter(({record}) => isError(record))),
    known: new Set(tree.records.map(({record}) => record.id)),
  }
}

function linesOf(sections: readonly WalkSection[], folding: Folding): WalkLine[] {
  return sections.flatMap((section) => [
    ...(section.of > 1 ? [{kind: 'title', section} as const] : []),
    ...foldedRows(section.roots, folding).map((row) => ({kind: 'row', section, row}) as const),
  ])
}

/** Spans of a line: none of a title. */
export function spansOf(line: WalkLine | undefined): readonly TraceSpan[] {
  if (line?.kind !== 'row') return []
  if (line.row.kind === 'span') return [line.row.span]
  return line.row.kind === 'alike' ? line.row.spans : []
}

/** The records of a line in order of time, clocks set right. */
export function entriesOf(line: WalkLine | undefined): SectionEntry[] {
  const entries = spansOf(line).flatMap((span) =>
    span.records.map(({record, at}) => ({record, at, span, time: at - span.clockOffset})),
  )
  return entries.sort((a, b) => a.time - b.time)
}

/** The line nearest to one, itself if it may be: titles are passed over, in the direction one goes. */
export function choosable({lines}: TraceWalk, place: number, back = false): number {
  const last = lines.length - 1
  const at = Math.max(0, Math.min(last, place))
  if (lines[at]?.kind !== 'title') return at
  const next = back && at > 0 ? at - 1 : at + 1
  return Math.min(last, next)
}

/** The line a span is on; of a span that is folded away that of what it is folded into. */
export function lineOfSpan({lines}: TraceWalk, span: TraceSpan): number {
  for (let at: TraceSpan | undefined = span; at; at = at.parent) {
    const place = lines.findIndex((line) => spansOf(line).includes(at as TraceSpan))
    if (place >= 0) return place
  }
  return 0
}

/** Opens what is folded in a line, or folds what is open; undefined where there is nothing to fold. */
export function toggled(walk: TraceWalk, place: number): {walk: TraceWalk; place: number} | undefined {
  const line = walk.lines[place]
  if (line?.kind !== 'row' || line.row.kind === 'more') return undefined
  const {closed, opened} = walk.folding
  if (line.row.kind === 'alike') {
    const [first] = line.row.spans as [TraceSpan, ...TraceSpan[]]
    return refolded(walk, {closed, opened: new Set([...opened, first])}, first)
  }
  const {span} = line.row
  if (span.children.length > 0) return refolded(walk, {closed: flipped(closed, span), opened}, span)
  const first = firstAlike(walk, span)
  return first && refolded(walk, {closed, opened: flipped(opened, first)}, first)
}

/** With nothing folded that hides a span. */
export function unfoldedTo(walk: TraceWalk, span: TraceSpan): TraceWalk {
  const closed = new Set(walk.folding.closed)
  for (let above = span.parent; above; above = above.parent) closed.delete(above)
  return closed.size === walk.folding.closed.size ? walk : refolded(walk, {...walk.folding, closed}, span).walk
}

function refolded(walk: TraceWalk, folding: Folding, span: TraceSpan): {walk: TraceWalk; place: number} {
  const next = {...walk, folding, lines: linesOf(walk.sections, folding)}
  return {walk: next, place: lineOfSpan(next, span)}
}

/** A set without one of its members, or with it where it is none. */
function flipped<T>(set: ReadonlySet<T>, one: T): Set<T> {
  const next = new Set(set)
  if (!next.delete(one)) next.add(one)
  return next
}

/** The first of the opened calls that one of them would be folded with again. */
function firstAlike({folding: {opened, closed}, sections}: TraceWalk, span: TraceSpan): TraceSpan | undefined {
  const siblings = span.parent ? span.parent.children : sections.find(({roots}) => roots.includes(span))?.roots
  for (const first of opened) {
    if (first.parent !== span.parent || !siblings?.includes(first)) continue
    const rows = foldedRows(siblings, {closed, opened: flipped(opened, first)})
    if (rows.some((row) => row.kind === 'alike' && row.spans[0] === first && row.spans.includes(span))) return first
  }
  return undefined
}

/** The line of what was chosen in the same trace that was read again; the first one where it is no longer there. */
export function samePlace(before: TraceWalk, place: number, now: TraceWalk): number {
  const [chosen] = spansOf(before.lines[place])
  const record = chosen?.records[0]?.record.id
  for (const [at, line] of now.lines.entries())
    for (const span of spansOf(line))
      if (record === undefined ? span.id === chosen?.id : span.records.some((one) => one.record.id === record))
        return at
  return choosable(now, 0)
}

/** Whether a record belongs to the trace that was asked for by an id. */
export function belongs({trace_id, correlation_id, request_id}: LogRecord, id: string): boolean {
  return trace_id === id || correlation_id === id || request_id === id
}
