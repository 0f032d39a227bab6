import type {Level} from '../record/level.js'
import type {Service} from './services.js'

/** Names and values in turn; values need no escaping in JSON, which `LogEvent.message` promises too. */
export type Fields = ReadonlyArray<string | number | boolean>

/** One line before it is written in the format of its service. */
export interface LogEvent {
  /** Microseconds since 1970. */
  at: number
  /** The time that its host writes down, where that has a wrong clock; microseconds since 1970. */
  stamp?: number
  service: Service
  host: string
  level: Level
  /** Printable ASCII without `"` and `\`. */
  message: string
  /** Stable snake_case key of what happened. */
  event?: string
  span?: Span
  http?: Http
  durationUs?: number
  error?: ErrorInfo
  fields?: Fields
}

/** What one service does for one request; ids as W3C trace context has them. */
export interface Span {
  service: Service
  host: string
  id: string
  parentId?: string
  /** Microseconds since the request began. */
  start: number
  request: RequestIds
}

/** What all lines of one request share. A shopper's requests share the correlation id. */
export interface RequestIds {
  traceId: string
  requestId: string
  correlationId: string
  /** Lines written so far that name the trace, by service; counted where something goes wrong in the run. */
  lines?: Map<string, number>
}

export interface Http {
  method: string
  path: string
  status?: number
  clientIp?: string
  userAgent?: string
  bytes?: number
}

export interface ErrorInfo {
  name: string
  message: string
  /** As the runtime prints it: name and message first, then frames, causes at the end; `\n` between lines. */
  stack: string
  cause?: {name: string; message: string}
}
