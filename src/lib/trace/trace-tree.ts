import {compareRecords} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import {millisecondsAfter} from './clock.js'
import {collectSpans} from './collect-spans.js'
import type {Draft} from './draft.js'
import {type Links, linkSpans} from './link-spans.js'
import {isError, type SpanRecord, type TraceSpan, walk} from './span.js'

/** Everything that is drawn or written of a trace. */
export interface TraceTree {
  /** As it was asked for. */
  id: string
  /** Time of the first record as it was written, RFC 3339; absent when there is none. */
  zero?: string
  /** In order of their beginning. */
  roots: TraceSpan[]
  /** In order of their first record. */
  services: string[]
  /** In order of time, as written. */
  records: SpanRecord[]
  /** Records of level ERROR or FATAL. */
  errors: number
  /** Earliest beginning and latest end, milliseconds after `zero`, clocks set right. */
  start: number
  end: number
  edges: {exact: number; inferred: number}
  /** Clocks that are not right, and by how much; milliseconds, positive where the clock is ahead. */
  clocks: Array<{host: string; offset: number}>
}

/** Draws spans out of records, which may come in any order. Takes time in proportion to their number. */
export function buildTrace(id: string, given: readonly LogRecord[]): TraceTree {
  const sorted = inOrder(given)
  const zero = sorted[0]?.['@timestamp']
  const at = zero === undefined ? () => 0 : millisecondsAfter(zero)
  const records = sorted.map((record) => ({record, at: at(record['@timestamp'])}))
  const links = linkSpans(collectSpans(records))
  const roots = joinSpans(links)
  const services = new Set<string>()
  let errors = 0
  for (const {record} of records) {
    if (record.service !== undefined) services.add(record.service)
    if (isError(record)) errors++
  }
  const tree: TraceTree = {
    id,
    zero,
    roots,
    services: [...services],
    records,
    errors,
    start: 0,
    end: 0,
    edges: {exact: 0, inferred: 0},
    clocks: [...links.offsets].map(([host, offset]) => ({host, offset})),
  }
  tree.start = roots[0]?.start ?? 0
  for (const {span} of walk(roots)) {
    tree.start = Math.min(tree.start, span.start)
    tree.end = Math.max(tree.end, span.end)
    if (span.edge) tree.edges[span.edge.kind]++
  }
  return tree
}

/** Stores give them in order already. */
function inOrder(given: readonly LogRecord[]): readonly LogRecord[] {
  for (let i = 1; i < given.length; i++)
    if (compareRecords(given[i - 1] as LogRecord, given[i] as LogRecord) > 0) return [...given].sort(compareRecords)
  return given
}

function joinSpans({drafts, parents, offsets}: Links): TraceSpan[] {
  const spans = new Map<Draft, TraceSpan>()
  const order = [...drafts].sort((a, b) => a.start - b.start)
  let unnamed = 0
  for (const draft of order) {
    const clockOffset = offsets.get(draft.host ?? '') ?? 0
    spans.set(draft, {
      id: draft.spanId ?? `~${++unnamed}`,
      traceId: draft.traceId,
      requestId: draft.requestId,
      service: draft.service,
      host: draft.host,
      records: draft.records,
      start: draft.start - clockOffset,
      end: draft.end - clockOffset,
      timed: draft.timed,
      missing: draft.records.length === 0,
      children: [],
      clockOffset,
    })
  }
  const roots: TraceSpan[] = []
  for (const draft of order) {
    const span = spans.get(draft) as TraceSpan
    const link = parents.get(draft)
    if (link === undefined) {
      roots.push(span)
      continue
    }
    span.parent = spans.get(link.parent) as TraceSpan
    span.edge = link.edge
    span.parent.children.push(span)
  }
  const byStart = (a: TraceSpan, b: TraceSpan) => a.start - b.start || b.end - a.end
  roots.sort(byStart)
  for (const span of spans.values()) span.children.sort(byStart)
  for (const span of spans.values()) if (span.missing) reachChildren(span)
  return roots
}

/** A span nobody wrote about reaches over its children, by their clocks set right. */
function reachChildren(span: TraceSpan): void {
  span.start = (span.children[0] as TraceSpan).start
  span.end = span.children.reduce((latest, {end}) => Math.max(latest, end), span.start)
}
