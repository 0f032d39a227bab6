// Ids that a text line names in passing: `trace_id=…`, `"requestId": "…"`, `[req-…]`, the pairs of tracing agents.
// The line keeps them; the record gets them as well.

import {isNoId, parseB3, parseTraceparent} from '../record/trace-context.js'
import type {Parsed} from './parser.js'

/** A cheap look before the dear one: no id without one of these. */
const HINT = /[\w.-]id"?[=:]|trac|req-|\bb3=/i

const NAMED =
  /(?<![\w.-])((?:x[_-]|dd\.|otel\.?)?(?:trace|span|parent[_.-]?span|correlation|request|req|corr)(?:[_.-]?id)|cor_?id|parent[_.-]id|traceparent|b3)["']?\s*[=:]\s*["']?([\w:./@+-]+)/gi

/** OpenStack's request ids: `[req-<uuid> …]`. */
const OPENSTACK = /\[(?:None )?(req-[0-9a-f]{8}-[0-9a-f-]{27})\b/

/** `[service,trace,span,true]`, `[trace-span]`, `[trace,span]`, as Spring's tracing writes them. */
const PAIR = /\[(?:[\w.-]*,)?([0-9a-f]{32}|[0-9a-f]{16})[,-]([0-9a-f]{16})(?:,[^\]]*)?\]/

export function takeLineIds(parsed: Parsed, line: string): void {
  if (HINT.test(line)) {
    for (const [, name, value] of line.matchAll(NAMED)) take(parsed, (name as string).toLowerCase(), value as string)
    if (parsed.request_id === undefined) {
      const request = OPENSTACK.exec(line)?.[1]
      if (request) parsed.request_id = request
    }
  }
  if (parsed.trace_id === undefined && line.includes('[')) {
    const pair = PAIR.exec(line)
    if (pair && !isNoId(pair[1] as string)) {
      parsed.trace_id = pair[1]
      parsed.span_id ??= pair[2]
    }
  }
}

function take(parsed: Parsed, name: string, found: string): void {
  const value = found.replace(/[.:]+$/, '')
  if (value.length < 2 || value.length > 256 || isNoId(value)) return
  if (name === 'traceparent' || name === 'b3') {
    const context = name === 'b3' ? parseB3(value) : parseTraceparent(value)
    if (!context) return
    parsed.trace_id ??= context.traceId
    parsed.span_id ??= context.spanId
    return
  }
  if (name.includes('parent')) parsed.parent_span_id ??= value
  else if (name.includes('trace')) parsed.trace_id ??= value
  else if (name.includes('span')) parsed.span_id ??= value
  else if (name.includes('cor')) parsed.correlation_id ??= value
  else parsed.request_id ??= value
}
