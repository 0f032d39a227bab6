// Fields of a structured line, sorted into what the record has a place for and what stays an attribute.
// A value that does not fit its place (a time that is none, an id of zeros) stays an attribute, so nothing is dropped.

import {durationOf, parseDuration} from '../record/duration.js'
import {
  type Severity,
  severityFromNumber,
  severityFromOtel,
  severityFromPython,
  severityFromSyslog,
  severityFromText,
} from '../record/level.js'
import type {RecordError} from '../record/record.js'
import {parseTime} from '../record/timestamp.js'
import {timeFromDigits, timeFromNumber, timeFromParts} from '../record/timestamp-number.js'
import {
  isNoId,
  parseB3,
  parseGoogleTrace,
  parseTraceparent,
  parseXray,
  type TraceContext,
} from '../record/trace-context.js'
import {errorFromValue, fromStack, stackText} from './error-value.js'
import {containerKind, opensTo, type Role, roleOf, SLOTS, Slot} from './field-roles.js'
import {type ParseContext, type Parsed, setOwn} from './parser.js'

/** Members of a container rank behind fields of the line itself. */
const NESTED = 50
const FREE = 255
const MAX_ID = 256
const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/

export class FieldSet {
  readonly parsed: Parsed = {message: '', attributes: {}}
  private readonly ranks = new Uint8Array(SLOTS).fill(FREE)
  /** Name and value that a slot was filled from, to give back when a better one comes. */
  private readonly keys: string[] = []
  private readonly originals: unknown[] = []
  private error: RecordError | undefined
  private textEvent: string | undefined

  constructor(private readonly context: ParseContext) {}

  add(key: string, value: unknown): void {
    const role = roleOf(key)
    if (role !== undefined && value !== null && this.take(role, role.rank, key, value)) return
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const kind = containerKind(key)
      if (kind !== undefined && this.descend(key, kind, value as Record<string, unknown>, 0)) return
    }
    setOwn(this.parsed.attributes, key, value)
  }

  /** Call once, after the last field. */
  finish(): Parsed {
    const {parsed} = this
    if (this.error !== undefined) parsed.error = this.error
    if (this.ranks[Slot.message] === FREE) {
      if (this.textEvent !== undefined) {
        parsed.message = this.textEvent
        delete parsed.attributes.event
      } else parsed.message = parsed.event ?? parsed.error?.message ?? ''
    }
    return parsed
  }

  /** Takes what it can out of a nested object; true when nothing of it is left. */
  private descend(
    path: string,
    kind: 'ids' | 'all' | 'resource',
    object: Record<string, unknown>,
    depth: number,
  ): boolean {
    const names = Object.keys(object)
    let left = names.length
    for (const name of names) {
      const value = object[name]
      if (value === null) continue
      const full = `${path}.${name}`
      if (this.takeMember(full, name, kind, value)) {
        delete object[name]
        left--
      } else if (depth < 2 && typeof value === 'object' && !Array.isArray(value)) {
        const inner = containerKind(name) ?? (depth === 0 && name === 'error' ? 'ids' : undefined)
        const deeper = kind === 'resource' && name === 'attributes' ? 'resource' : inner
        if (deeper && this.descend(full, deeper, value as Record<string, unknown>, depth + 1)) {
          delete object[name]
          left--
        }
      }
    }
    return left === 0 && names.length > 0
  }

  private takeMember(full: string, name: string, kind: 'ids' | 'all' | 'resource', value: unknown): boolean {
    const joined = roleOf(full)
    if (joined && this.take(joined, joined.rank + NESTED, full, value)) return true
    const own = roleOf(name)
    return own !== undefined && opensTo(kind, own.slot) && this.take(own, own.rank + NESTED, full, value)
  }

  /** Puts a value in its slot; false leaves it an attribute. */
  private take(role: Role, rank: number, key: string, value: unknown): boolean {
    switch (role.slot) {
      case Slot.time:
      case Slot.instant:
        return this.takeTime(role.slot === Slot.instant ? rank + 20 : rank, key, value)
      case Slot.level:
      case Slot.severityNumber:
      case Slot.syslogPriority:
      case Slot.pythonLevel:
        return this.takeLevel(role.slot, rank, key, value)
      case Slot.message:
        return this.takeMessage(rank, key, value)
      case Slot.service:
      case Slot.host:
      case Slot.environment:
        if (typeof value !== 'string' || !mayBeName(value) || !this.claim(role.slot, rank, key, value)) return false
        this.parsed[role.slot === Slot.service ? 'service' : role.slot === Slot.host ? 'host' : 'environment'] = value
        return true
      case Slot.event:
        return this.takeEvent(rank, key, value)
      case Slot.duration:
        return this.takeDuration(role, rank, key, value)
      case Slot.error:
      case Slot.errorName:
      case Slot.errorMessage:
      case Slot.errorStack:
        return this.takeError(role.slot, rank, key, value)
      case Slot.traceparent:
      case Slot.b3:
      case Slot.xray:
      case Slot.googleTrace:
        return this.takeHeader(role.slot, value)
      default:
        return this.takeId(role.slot, rank, key, value)
    }
  }

  /** Makes room in a slot: what a worse name had put there goes back to the attributes. */
  private claim(slot: Slot, rank: number, key: string, value: unknown): boolean {
    const held = this.ranks[slot] as number
    if (rank >= held) return false
    if (held !== FREE) setOwn(this.parsed.attributes, this.keys[slot] as string, this.originals[slot])
    this.ranks[slot] = rank
    this.keys[slot] = key
    this.originals[slot] = value
    return true
  }

  private takeTime(rank: number, key: string, value: unknown): boolean {
    let time: string | undefined
    if (typeof value === 'string') time = this.timeOfText(value)
    else if (typeof value === 'number') time = timeFromNumber(value)
    else time = this.timeOfObject(value)
    if (time === undefined || !this.claim(Slot.time, rank, key, value)) return false
    this.parsed.time = time
    return true
  }

  private timeOfText(text: string): string | undefined {
    return parseTime(text, this.context) ?? timeFromDigits(text)
  }

  /** MongoDB's `{"$date": …}`, log4j's `{"epochSecond": …, "nanoOfSecond": …}`. */
  private timeOfObject(value: unknown): string | undefined {
    if (typeof value !== 'object' || value === null) return undefined
    const {$date, epochSecond, nanoOfSecond} = value as Record<string, unknown>
    if (typeof $date === 'string') return this.timeOfText($date)
    if (typeof epochSecond !== 'number' || Object.keys(value).length !== 2) return undefined
    return typeof nanoOfSecond === 'number' ? timeFromParts(epochSecond, nanoOfSecond) : undefined
  }

  private takeLevel(slot: Slot, rank: number, key: string, value: unknown): boolean {
    const severity = severityOf(slot, value)
    // One-letter keys are levels only with a word: `"s": 3` may be anything.
    if (severity === undefined || (key.length === 1 && typeof value !== 'string')) return false
    if (slot === Slot.severityNumber) {
      this.parsed.severity_number = severity.number
      this.parsed.level ??= severity.level
      this.ranks[Slot.severityNumber] = 0
      return true
    }
    // A number that is a level only for some loggers gives way to any word.
    if (!this.claim(Slot.level, slot === Slot.level ? rank : rank + 20, key, value)) return false
    this.parsed.level = severity.level
    if (this.ranks[Slot.severityNumber] === FREE) this.parsed.severity_number = severity.number
    return true
  }

  private takeMessage(rank: number, key: string, value: unknown): boolean {
    const text = textOf(value)
    if (text === undefined || !this.claim(Slot.message, rank, key, value)) return false
    this.parsed.message = text
    return true
  }

  private takeEvent(rank: number, key: string, value: unknown): boolean {
    if (typeof value !== 'string' || value === '') return false
    if (!SNAKE_CASE.test(value)) {
      // structlog calls its message `event`.
      if (key === 'event') this.textEvent = value
      return false
    }
    if (!this.claim(Slot.event, rank, key, value)) return false
    this.parsed.event = value
    return true
  }

  private takeId(slot: Slot, rank: number, key: string, value: unknown): boolean {
    const id = typeof value === 'string' ? value.trim() : Number.isSafeInteger(value) ? String(value) : ''
    if (id === '' || id.length > MAX_ID || isNoId(id)) return false
    if (key === 'trace' && !/^[0-9a-f-]{16,36}$/i.test(id)) return false
    if (slot === Slot.traceId && id.startsWith('Root=')) return this.takeHeader(Slot.xray, id)
    if (!this.claim(slot, rank, key, value)) return false
    if (slot === Slot.traceId) this.parsed.trace_id = id
    else if (slot === Slot.spanId) this.parsed.span_id = id
    else if (slot === Slot.parentSpanId) this.parsed.parent_span_id = id
    else if (slot === Slot.correlationId) this.parsed.correlation_id = id
    else this.parsed.request_id = id
    return true
  }

  /** A header gives ids where no field names them, and stays an attribute: it says more (flags, sampling). */
  private takeHeader(slot: Slot, value: unknown): boolean {
    if (typeof value !== 'string') return false
    let found: TraceContext | undefined
    if (slot === Slot.traceparent) found = parseTraceparent(value)
    else if (slot === Slot.b3) found = parseB3(value)
    else if (slot === Slot.xray) found = parseXray(value)
    else found = parseGoogleTrace(value.split('/', 1)[0] === 'projects' ? value : (value.split('/', 1)[0] as string))
    if (!found) return false
    const {parsed} = this
    parsed.trace_id ??= found.traceId
    parsed.span_id ??= found.spanId
    parsed.parent_span_id ??= found.parentSpanId
    return false
  }

  private takeDuration(role: Role, rank: number, key: string, value: unknown): boolean {
    let ms: number | undefined
    if (typeof value === 'number') ms = role.unit && durationOf(value, role.unit)
    else if (typeof value === 'string') ms = parseDuration(value, role.unit)
    if (ms === undefined || !this.claim(Slot.duration, rank, key, value)) return false
    this.parsed.duration_ms = ms
    return true
  }

  private takeError(slot: Slot, rank: number, key: string, value: unknown): boolean {
    if (slot === Slot.error) {
      const read = errorFromValue(value)
      if (!read || !this.claim(slot, rank, key, value)) return false
      this.error = {...this.error, ...read.error}
      if (read.rest) setOwn(this.parsed.attributes, key, read.rest)
      return true
    }
    const text = slot === Slot.errorStack ? stackText(value) : typeof value === 'string' ? value : undefined
    if (text === undefined || text === '') return false
    // A `stack` may also be where something runs.
    if (slot === Slot.errorStack && !/\n|\bat .*\(|File "/.test(text)) return false
    if (!this.claim(slot, rank, key, value)) return false
    if (slot === Slot.errorName) this.error = {...this.error, name: text}
    else if (slot === Slot.errorMessage) this.error = {...this.error, message: text}
    else this.error = {...fromStack(text), ...this.error, stack: text}
    return true
  }
}

/** Heroku's `service=18ms` is no name of a service. */
function mayBeName(text: string): boolean {
  return text !== '' && text !== '-' && !/^\d+(?:\.\d+)?(?:m?s)?$/.test(text)
}

function severityOf(slot: Slot, value: unknown): Severity | undefined {
  if (typeof value === 'string') {
    if (slot === Slot.syslogPriority && /^[0-7]$/.test(value)) return severityFromSyslog(Number(value))
    if (slot === Slot.severityNumber) return /^\d{1,2}$/.test(value) ? severityFromOtel(Number(value)) : undefined
    if (slot === Slot.pythonLevel) return severityFromPython(Number(value))
    return severityFromText(value)
  }
  if (typeof value !== 'number') return undefined
  if (slot === Slot.severityNumber) return severityFromOtel(value)
  if (slot === Slot.pythonLevel) return severityFromPython(value)
  return slot === Slot.syslogPriority ? severityFromSyslog(value) : severityFromNumber(value)
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  // OpenTelemetry's AnyValue.
  const {stringValue} = value as Record<string, unknown>
  return typeof stringValue === 'string' && Object.keys(value).length === 1 ? stringValue : undefined
}
