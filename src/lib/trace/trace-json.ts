import type {LogRecord} from '../record/record.js'
import {timeAfter} from './clock.js'
import {attemptsOf, firstError, gapsOf, mainRecord, withErrors} from './findings.js'
import {type Section, sectionsOf} from './sections.js'
import {isError, type TraceSpan, walk} from './span.js'
import type {TraceTree} from './trace-tree.js'

/** A trace for programs. Spans stand parents first; times are RFC 3339 with clocks set right, records as they are. */
export interface TraceJson {
  id: string
  start?: string
  duration_ms: number
  services: string[]
  record_count: number
  error_count: number
  edges: {exact: number; inferred: number}
  clock_skew: Array<{host: string; offset_ms: number}>
  first_error?: {span: string; record: string}
  gaps: Array<{start: string; duration_ms: number; span?: string}>
  spans: SpanJson[]
}

export interface SpanJson {
  /** The span id; `~1`, `~2`, … where none was logged. */
  id: string
  parent: string | null
  edge: 'exact' | 'inferred' | null
  /** 0 to 1, of an inferred edge. */
  confidence?: number
  depth: number
  trace_id?: string
  request_id?: string
  service?: string
  host?: string
  name?: string
  start: string
  duration_ms: number
  /** Whether a record told the length; else it is the time from the first record to the last. */
  timed: boolean
  error: boolean
  /** Somebody's parent that no record was found of. */
  missing?: true
  /** On the critical path, and how long it is what is waited for. */
  critical_ms?: number
  clock_offset_ms?: number
  attempt?: {number: number; of: number}
  records: LogRecord[]
}

export interface TraceJsonOptions {
  /** Leaves the records out. */
  spansOnly?: boolean
  /** Only spans with an error and all above them; of their records those that are errors. */
  errorsOnly?: boolean
}

export function traceJson(tree: TraceTree, options: TraceJsonOptions = {}): TraceJson {
  const zero = tree.zero as string
  const sections = sectionsOf(tree)
  const failed = sections.map(firstError).find((entry) => entry !== undefined)
  return {
    id: tree.id,
    ...(tree.zero === undefined ? {} : {start: timeAfter(zero, tree.start)}),
    duration_ms: rounded(tree.end - tree.start),
    services: tree.services,
    record_count: tree.records.length,
    error_count: tree.errors,
    edges: tree.edges,
    clock_skew: tree.clocks.map(({host, offset}) => ({host, offset_ms: rounded(offset)})),
    ...(failed ? {first_error: {span: failed.span.id, record: failed.record.id}} : {}),
    gaps: sections.flatMap((section) =>
      gapsOf(section).map(({start, end, span}) => ({
        start: timeAfter(zero, start),
        duration_ms: rounded(end - start),
        ...(span ? {span: span.id} : {}),
      })),
    ),
    spans: sections.flatMap((section) => spansOf(section, zero, options)),
  }
}

function spansOf({roots, critical}: Section, zero: string, {spansOnly, errorsOnly}: TraceJsonOptions): SpanJson[] {
  const only = errorsOnly ? withErrors(roots) : undefined
  const attempts = attemptsOf(roots)
  const spans: SpanJson[] = []
  for (const {span, depth} of walk(roots)) {
    if (only && !only.has(span)) continue
    const {edge, parent, traceId, requestId, service, host} = span
    const waited = critical.get(span)
    const attempt = attempts.get(span)
    const name = mainRecord(span)?.message
    spans.push({
      id: span.id,
      parent: parent?.id ?? null,
      edge: edge?.kind ?? null,
      ...(edge?.kind === 'inferred' ? {confidence: Math.round(edge.confidence * 100) / 100} : {}),
      depth,
      ...(traceId === undefined ? {} : {trace_id: traceId}),
      ...(requestId === undefined ? {} : {request_id: requestId}),
      ...(service === undefined ? {} : {service}),
      ...(host === undefined ? {} : {host}),
      ...(name === undefined ? {} : {name}),
      start: timeAfter(zero, span.start),
      duration_ms: rounded(span.end - span.start),
      timed: span.timed,
      error: span.records.some(({record}) => isError(record)),
      ...(span.missing ? {missing: true as const} : {}),
      ...(waited === undefined ? {} : {critical_ms: rounded(waited)}),
      ...(span.clockOffset === 0 ? {} : {clock_offset_ms: rounded(span.clockOffset)}),
      ...(attempt ? {attempt} : {}),
      records: spansOnly ? [] : recordsOf(span, errorsOnly === true),
    })
  }
  return spans
}

function recordsOf({records}: TraceSpan, errorsOnly: boolean): LogRecord[] {
  const kept = errorsOnly ? records.filter(({record}) => isError(record)) : records
  return kept.map(({record}) => record)
}

/** To a microsecond: finer digits are noise of the sums. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
