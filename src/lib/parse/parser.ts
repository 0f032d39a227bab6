// Parsers turn one unit's text into a Parsed, or return undefined: "not mine".
// They never throw, read a clock, or touch the terminal. formats/logfmt.ts is the smallest with fields: copy it.
// formats/index.ts lists them in the order in which they are asked; the first that claims a unit has it.

import type {Level} from '../record/level.js'
import type {RecordError} from '../record/record.js'
import type {TimeContext} from '../record/scan-time.js'

/** What a parser reads from a line; names and shapes are those of the record. */
export interface Parsed {
  /** Event time, RFC 3339 in UTC; absent where the line has none that is valid. */
  time?: string
  level?: Level
  severity_number?: number
  service?: string
  host?: string
  environment?: string
  message: string
  event?: string
  trace_id?: string
  span_id?: string
  parent_span_id?: string
  correlation_id?: string
  request_id?: string
  duration_ms?: number
  error?: RecordError
  attributes: Record<string, unknown>
  /** A line that this one wraps (a container's, a syslog payload): read next; its own fields win over the wrapper's. */
  inner?: string
  /** Something of the line is in none of the fields: the record keeps it whole as `raw`. */
  lost?: boolean
}

/** What a parser may know besides the line. */
export type ParseContext = TimeContext

export interface Parser {
  /** The name in `source.format` and of `--format`. */
  readonly name: string
  parse(text: string, context: ParseContext): Parsed | undefined
}

/** Digits as a number where it prints the same again, else as they are. */
export function toNumber(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) && String(value) === text ? value : text
}

/** Sets a key of any name, `__proto__` included, as an own property. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, {value, enumerable: true, writable: true, configurable: true})
  else target[key] = value
}
