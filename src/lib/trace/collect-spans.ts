import type {LogRecord} from '../record/record.js'
import {type Draft, draftOf} from './draft.js'
import {inferSegments} from './infer-segments.js'
import {reachBack} from './reach-back.js'
import type {SpanRecord} from './span.js'

/** A record without a span id this much outside of a span of its service still belongs to it; ms. */
const EDGE_MS = 1
/** Spans of one service looked at for a record without a span id. */
const MOST_LOOKED_AT = 64

/**
 * Records, in order of time, as spans: by their span ids where they have them. A record without one joins the span of
 * its service that was running; the rest is cut into calls by times and words.
 */
export function collectSpans(records: readonly SpanRecord[]): Draft[] {
  const byId = new Map<string, SpanRecord[]>()
  const loose: SpanRecord[] = []
  for (const entry of records) {
    const {span_id, trace_id} = entry.record
    if (span_id === undefined) {
      loose.push(entry)
      continue
    }
    const key = `${trace_id ?? ''} ${span_id}`
    const known = byId.get(key)
    if (known) known.push(entry)
    else byId.set(key, [entry])
  }
  const exact = [...byId.values()].map(draftOf)
  if (loose.length === 0) return exact
  const left = exact.length > 0 ? adopt(exact, loose) : loose
  const inferred = inferSegments(left)
  if (exact.length === 0) reachBack(inferred)
  return [...exact, ...inferred]
}

/** Puts records into the shortest span that was running on their service and host; returns those left over. */
function adopt(spans: Draft[], records: SpanRecord[]): SpanRecord[] {
  const byPlace = new Map<string, Draft[]>()
  for (const span of spans) {
    const place = placeOf(span)
    const list = byPlace.get(place)
    if (list) list.push(span)
    else byPlace.set(place, [span])
  }
  for (const list of byPlace.values()) list.sort((a, b) => a.start - b.start)
  const grown = new Map<Draft, SpanRecord[]>()
  const left: SpanRecord[] = []
  for (const entry of records) {
    const span = running(byPlace.get(placeOf(entry.record)) ?? [], entry)
    if (span === undefined) left.push(entry)
    else grown.set(span, [...(grown.get(span) ?? span.records), entry])
  }
  for (const [span, all] of grown) Object.assign(span, draftOf(all.sort((a, b) => a.at - b.at)))
  return left
}

function placeOf({service, host}: Pick<LogRecord, 'service' | 'host'>): string {
  return `${service ?? ''} ${host ?? ''}`
}

function running(spans: Draft[], {record, at}: SpanRecord): Draft | undefined {
  let best: Draft | undefined
  let from = 0
  let to = spans.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((spans[middle] as Draft).start <= at + EDGE_MS) from = middle + 1
    else to = middle
  }
  for (let i = from - 1; i >= Math.max(0, from - MOST_LOOKED_AT); i--) {
    const span = spans[i] as Draft
    if (at > span.end + EDGE_MS) continue
    if (differ(record.trace_id, span.traceId) || differ(record.request_id, span.requestId)) continue
    if (best === undefined || span.end - span.start < best.end - best.start) best = span
  }
  return best
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b
}
