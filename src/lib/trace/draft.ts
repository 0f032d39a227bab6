import type {SpanRecord} from './span.js'

/** A span in the making: what is known before it is known whose child it is. Times by the clock of its host. */
export interface Draft {
  spanId?: string
  parentId?: string
  traceId?: string
  requestId?: string
  service?: string
  host?: string
  records: SpanRecord[]
  start: number
  end: number
  /** A record told the length. */
  timed: boolean
  /** It cannot have begun before `start`, as far as the records tell. */
  startKnown: boolean
  /** It was over at `end`, as far as the records tell. */
  endKnown: boolean
  /** A step inside this draft: a timed record of the same service and host that lies within a longer one. */
  within?: Draft
}

/** A draft of these records, in order of time. Its length reaches back as far as any of its durations does. */
export function draftOf(records: SpanRecord[]): Draft {
  const first = records[0] as SpanRecord
  const last = records[records.length - 1] as SpanRecord
  const draft: Draft = {
    records,
    start: first.at,
    end: last.at,
    timed: false,
    startKnown: false,
    endKnown: false,
  }
  for (const {record, at} of records) {
    draft.spanId ??= record.span_id
    draft.traceId ??= record.trace_id
    draft.requestId ??= record.request_id
    draft.service ??= record.service
    draft.host ??= record.host
    if (record.parent_span_id !== record.span_id) draft.parentId ??= record.parent_span_id
    if (record.duration_ms === undefined) continue
    draft.timed = true
    draft.start = Math.min(draft.start, at - record.duration_ms)
  }
  draft.startKnown = draft.timed || saysStart(first)
  draft.endKnown = draft.timed || saysEnd(last)
  return draft
}

const START =
  /\b(start(ed|ing)?|begin(ning)?|began|begun|received|accepted|incoming|enter(ed|ing)?|picked up|opened)\b/i
const END =
  /\b(finish(ed)?|complet(ed|e)|done|end(ed)?|served|handled|respond(ed|ing)|returned|answered|succeeded|failed|aborted|closed|leaving|exit(ed)?|took)\b/i
const ACCESS = /^"?(GET|PUT|POST|HEAD|PATCH|DELETE|OPTIONS) \S+.*\b[1-5]\d\d\b/

/** The record marks a beginning, by its words or its event. */
export function saysStart({record}: SpanRecord): boolean {
  return START.test(record.message.slice(0, 200)) || (record.event !== undefined && START.test(spaced(record.event)))
}

/** The record marks an end: by its words, its event, or as a line of an access log with its status. */
export function saysEnd({record}: SpanRecord): boolean {
  const message = record.message.slice(0, 300)
  return END.test(message) || ACCESS.test(message) || (record.event !== undefined && END.test(spaced(record.event)))
}

/** A line of an access log: method, path and status. */
export function isAccessLine({record}: SpanRecord): boolean {
  return ACCESS.test(record.message.slice(0, 300))
}

function spaced(event: string): string {
  return event.replaceAll('_', ' ')
}
