import {shapeOf} from './findings.js'
import type {Section} from './sections.js'
import {isError, type TraceSpan, walk} from './span.js'

/** A line of the waterfall. */
export type Row =
  | {kind: 'span'; span: TraceSpan; depth: number}
  /** Calls of one kind below one parent. */
  | {kind: 'alike'; spans: TraceSpan[]; depth: number}
  /** Spans left out below one parent. */
  | {kind: 'more'; spans: number; depth: number}

/** So many calls of one kind without anything below them are told in one line. */
const ALIKE = 4

/**
 * The lines to draw: at most about `most`. Errors with all above them come first, then what is waited for, then the
 * longest; what is left out is counted where it would stand. Infinity draws every span on a line of its own.
 */
export function foldSpans(section: Section, most: number): Row[] {
  if (most === Number.POSITIVE_INFINITY)
    return [...walk(section.roots)].map(({span, depth}) => ({kind: 'span', span, depth}))
  const rows = foldedRows(section.roots)
  if (rows.length <= most) return rows
  const kept = chooseRows(rows, section, most)
  return withCounts(rows, kept)
}

/** What somebody who walks through the spans folded himself, beside what is folded anyway. */
export interface Folding {
  /** Spans whose own are not shown. */
  closed: ReadonlySet<TraceSpan>
  /** First spans of calls alike that are shown each on a line of its own. */
  opened: ReadonlySet<TraceSpan>
}

export const AS_FOUND: Folding = {closed: new Set(), opened: new Set()}

/** Every span, calls of one kind in one line. */
export function foldedRows(roots: readonly TraceSpan[], folding: Folding = AS_FOUND): Row[] {
  const rows: Row[] = []
  const stack: Row[] = entriesOf(roots, 0, folding).reverse()
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    rows.push(row)
    if (row.kind !== 'span' || folding.closed.has(row.span)) continue
    for (const below of entriesOf(row.span.children, row.depth + 1, folding).reverse()) stack.push(below)
  }
  return rows
}

/** Brothers and sisters, those alike joined at the place of the first of them. */
function entriesOf(spans: readonly TraceSpan[], depth: number, {opened}: Folding): Row[] {
  const kinds = new Map<string, TraceSpan[]>()
  const rows: Row[] = []
  for (const span of spans) {
    if (span.children.length > 0 || span.missing || span.records.some(({record}) => isError(record))) continue
    const kind = `${span.service}\n${shapeOf(span)}`
    const alike = kinds.get(kind)
    if (alike) alike.push(span)
    else kinds.set(kind, [span])
  }
  const joined = new Map<TraceSpan, TraceSpan[]>()
  for (const alike of kinds.values()) {
    if (alike.length < ALIKE || opened.has(alike[0] as TraceSpan)) continue
    for (const span of alike) joined.set(span, alike)
  }
  for (const span of spans) {
    const alike = joined.get(span)
    if (alike === undefined) rows.push({kind: 'span', span, depth})
    else if (alike[0] === span) rows.push({kind: 'alike', spans: alike, depth})
  }
  return rows
}

function chooseRows(rows: readonly Row[], {critical}: Section, most: number): Set<Row> {
  const bySpan = new Map<TraceSpan, Row>()
  for (const row of rows) if (row.kind === 'span') bySpan.set(row.span, row)
  const worth = (row: Row): number => {
    if (row.kind !== 'span') return row.kind === 'alike' ? 1 + row.spans.length / 1e6 : 0
    const failed = row.span.records.some(({record}) => isError(record)) ? 4 : 0
    const waited = critical.has(row.span) ? 2 : 0
    return failed + waited + 1 - 1 / (1 + row.span.end - row.span.start)
  }
  const kept = new Set<Row>()
  for (const row of rows) if (row.depth === 0 && kept.size < most) kept.add(row)
  for (const row of [...rows].sort((a, b) => worth(b) - worth(a))) {
    if (kept.size >= most) break
    kept.add(row)
    const parent = row.kind === 'span' ? row.span.parent : row.kind === 'alike' ? row.spans[0]?.parent : undefined
    for (let above = parent; above !== undefined; above = above.parent) {
      const aboveRow = bySpan.get(above)
      if (aboveRow === undefined || kept.has(aboveRow)) break
      kept.add(aboveRow)
    }
  }
  return kept
}

function withCounts(rows: readonly Row[], kept: ReadonlySet<Row>): Row[] {
  const shown: Row[] = []
  let hidden = 0
  let depth = 0
  const tell = (): void => {
    if (hidden > 0) shown.push({kind: 'more', spans: hidden, depth})
    hidden = 0
  }
  for (const row of rows) {
    if (kept.has(row)) {
      tell()
      shown.push(row)
      continue
    }
    depth = hidden === 0 ? row.depth : Math.min(depth, row.depth)
    hidden += row.kind === 'alike' ? row.spans.length : 1
  }
  tell()
  return shown
}
