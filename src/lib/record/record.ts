// The record: what one unit of a log becomes (spec §2; the model is OpenTelemetry's log data model).
// The JSON names are those of output and of every store. This room imports nothing of ours.

import type {Level} from './level.js'

export interface LogRecord {
  /** `<source>-<offset in base 36>-<crc32c of the bytes in hex>`; see id.ts. */
  id: string
  /** Event time, RFC 3339 in UTC with 3, 6 or 9 fraction digits. */
  '@timestamp': string
  /** `arrival` where the line has no time of its own; absent otherwise. */
  timestamp_source?: 'arrival'
  /** When logflow first saw the bytes. */
  observed_timestamp: string
  /** When the store took it; set by the store. */
  ingested_at?: string
  /** Absent where the line does not say. */
  level?: Level
  /** OpenTelemetry's scale, 1 to 24. */
  severity_number?: number
  service?: string
  host?: string
  environment?: string
  message: string
  /** Stable snake_case key, where the source has one. */
  event?: string
  trace_id?: string
  span_id?: string
  parent_span_id?: string
  correlation_id?: string
  request_id?: string
  duration_ms?: number
  error?: RecordError
  /** Everything else the line said, nothing dropped. JSON values; an integer a double cannot hold is a string. */
  attributes: Record<string, unknown>
  source: RecordSource
  /** The line, kept when the parse lost anything of it. */
  raw?: string
}

export interface RecordError {
  name?: string
  message?: string
  stack?: string
  /** At most four, outermost first. */
  causes?: Array<{name?: string; message?: string}>
}

export interface RecordSource {
  id: string
  file?: string
  offset: number
  line?: number
  /** Name of the parser that read it: `json`, `logfmt`, `syslog-5424`, …, `plain`. */
  format: string
  topic?: string
  partition?: number
  kafka_offset?: number
}
