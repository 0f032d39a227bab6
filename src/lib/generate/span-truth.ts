import type {Span} from './log-event.js'

/** A span as it was made, whatever the lines say of it. */
export interface SpanTruth {
  trace_id: string
  span_id: string
  /** Null for the first span of a request. */
  parent_span_id: string | null
  service: string
  host: string
  correlation_id: string
  request_id: string
}

export function truthOf({id, parentId, service, host, request}: Span): SpanTruth {
  return {
    trace_id: request.traceId,
    span_id: id,
    parent_span_id: parentId ?? null,
    service: service.name,
    host,
    correlation_id: request.correlationId,
    request_id: request.requestId,
  }
}
