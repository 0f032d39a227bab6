import {textsOf} from '../../query/text-of.js'
import {tokenize} from '../../query/tokenize.js'
import type {LogRecord, RecordError} from '../../record/record.js'
import type {StoreItem} from '../store.js'
import {TimeReader} from './time.js'

/** A record as a line of NDJSON, with its newline, and its time, ms since 1970; or why it cannot be one. */
export type Row = {text: string; ms: number; ns: number} | {reason: string}

const ASCII = /^[\x00-\x7f]*$/
/** What JSON escapes, and surrogates, which may stand alone. */
const NEEDS_CARE = /["\\\u0000-\u001f\ud800-\udfff]/
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/**
 * Makes hot rows of records; their keys are the columns of columns.ts. This is the hottest code of `process`:
 * lines are put together by hand, and what neighbours share (source, times of arrival) is put together once.
 */
export class RowBuilder {
  readonly #times = new TimeReader()
  /** Set while a row is made whose strings do not survive UTF-8. */
  #lossy = false
  #shared: {record: LogRecord; text: string; lossy: boolean} | undefined
  #ingested = ''

  /** `n` is the row's place in its segment, `ingested` the time of the commit. */
  build(item: StoreItem, n: number, ingested: string): Row {
    const {record, key} = item
    const time = this.#times.read(record['@timestamp'])
    if (!time) return {reason: `@timestamp ${JSON.stringify(record['@timestamp'])} is no time in UTC`}
    const reason = outOfRange(record, key)
    if (reason) return {reason}
    this.#lossy = false
    let text = `{"n":${n},"time":${time.ms},"ns":${time.ns},"digits":${time.digits}`
    if (record.timestamp_source !== undefined) text += ',"arrived":true'
    text += this.#description(record)
    text += this.#identifiers(record)
    if (record.duration_ms !== undefined) text += `,"duration_ms":${record.duration_ms}`
    if (record.error !== undefined) text += this.#error(record.error)
    text += this.#attributes(record)
    if (record.raw !== undefined) text += `,"raw":${this.#string(record.raw)}`
    if (record.source.line !== undefined) text += `,"line":${record.source.line}`
    if (record.source.kafka_offset !== undefined) text += `,"kafka_offset":${record.source.kafka_offset}`
    text += `,"byte_offset":${key.offset},"crc":${key.crc}${this.#sharedPart(record, ingested)}`
    if (this.#lossy || isEmpty(record.error)) text += `,"exact":${JSON.stringify(JSON.stringify(record))}`
    return {text: `${text}}\n`, ms: time.ms, ns: time.ns}
  }

  #description(record: LogRecord): string {
    let text = ''
    if (record.level !== undefined) text += `,"level":"${record.level}"`
    if (record.severity_number !== undefined) text += `,"severity":${record.severity_number}`
    if (record.service !== undefined) text += this.#caseless('service', record.service)
    if (record.host !== undefined) text += this.#caseless('host', record.host)
    if (record.environment !== undefined) text += this.#caseless('environment', record.environment)
    text += `,"message":${this.#string(record.message)}`
    if (record.message === '' || !ASCII.test(record.message)) text += this.#words(record)
    return text
  }

  /** The words with a blank around each; a line for each text, so that nothing spans two. Empty where there is no text. */
  #words(record: LogRecord): string {
    const lines = textsOf(record).map((text) => ` ${tokenize(text).join(' ')} `)
    return `,"words":${this.#string(lines.join('\n'))}`
  }

  #identifiers(record: LogRecord): string {
    let text = ''
    if (record.event !== undefined) text += `,"event":${this.#string(record.event)}`
    if (record.trace_id !== undefined) text += `,"trace_id":${this.#string(record.trace_id)}`
    if (record.span_id !== undefined) text += `,"span_id":${this.#string(record.span_id)}`
    if (record.parent_span_id !== undefined) text += `,"parent_span_id":${this.#string(record.parent_span_id)}`
    if (record.correlation_id !== undefined) text += `,"correlation_id":${this.#string(record.correlation_id)}`
    if (record.request_id !== undefined) text += `,"request_id":${this.#string(record.request_id)}`
    return text
  }

  #caseless(name: string, value: string): string {
    const text = `,"${name}":${this.#string(value)}`
    return ASCII.test(value) ? text : `${text},"${name}_folded":${this.#string(value.toLowerCase())}`
  }

  #error(error: RecordError): string {
    let text = ''
    if (error.name !== undefined) text += `,"error_name":${this.#string(error.name)}`
    if (error.message !== undefined) text += `,"error_message":${this.#string(error.message)}`
    if (error.stack !== undefined) text += `,"error_stack":${this.#string(error.stack)}`
    if (error.causes !== undefined) text += `,"error_causes":${this.#json(error.causes)}`
    return text
  }

  #attributes(record: LogRecord): string {
    const json = this.#json(record.attributes)
    return json === '{}' ? '' : `,"attributes":${json}`
  }

  /** What the records of a source have in common, remembered from one record to the next. */
  #sharedPart(record: LogRecord, ingested: string): string {
    const {source} = record
    const last = this.#shared?.record
    const same =
      last !== undefined &&
      ingested === this.#ingested &&
      source.id === last.source.id &&
      source.file === last.source.file &&
      source.format === last.source.format &&
      source.topic === last.source.topic &&
      source.partition === last.source.partition &&
      record.observed_timestamp === last.observed_timestamp
    if (same && this.#shared) {
      this.#lossy ||= this.#shared.lossy
      return this.#shared.text
    }
    const before = this.#lossy
    this.#lossy = false
    let text = `,"source":${this.#string(source.id)}`
    if (source.file !== undefined) text += `,"file":${this.#string(source.file)}`
    text += `,"format":${this.#string(source.format)}`
    if (source.topic !== undefined) text += `,"topic":${this.#string(source.topic)}`
    if (source.partition !== undefined) text += `,"partition_id":${source.partition}`
    text += `,"observed":${this.#string(record.observed_timestamp)},"ingested":"${ingested}"`
    this.#ingested = ingested
    this.#shared = {record, text, lossy: this.#lossy}
    this.#lossy ||= before
    return text
  }

  #string(value: string): string {
    if (!NEEDS_CARE.test(value)) return `"${value}"`
    return JSON.stringify(this.#wellFormed(value))
  }

  #json(value: unknown): string {
    const json = JSON.stringify(value)
    // JSON.stringify escapes lone surrogates alone: whole ones it leaves as they are.
    if (!json.includes('\\ud')) return json
    const whole = json.replace(/(\\*)\\u(d[89a-f][0-9a-f]{2})/g, (found, slashes: string) =>
      slashes.length % 2 === 0 ? `${slashes}\\ufffd` : found,
    )
    if (whole !== json) this.#lossy = true
    return whole
  }

  #wellFormed(value: string): string {
    const whole = value.replace(LONE_SURROGATE, '\ufffd')
    if (whole !== value) this.#lossy = true
    return whole
  }
}

function isEmpty(error: RecordError | undefined): boolean {
  return (
    error !== undefined &&
    error.name === undefined &&
    error.message === undefined &&
    error.stack === undefined &&
    error.causes === undefined
  )
}

/** Numbers that a column could not take would make the whole line unreadable: refused one by one instead. */
function outOfRange(record: LogRecord, key: StoreItem['key']): string | undefined {
  const {severity_number: severity, duration_ms: duration, source} = record
  if (severity !== undefined && !(Number.isInteger(severity) && severity >= 0 && severity < 256))
    return `severity_number ${severity} is no number from 1 to 24`
  if (duration !== undefined && !Number.isFinite(duration)) return `duration_ms ${duration} is no finite number`
  if (!isCount(key.offset) || !isCount(key.crc) || key.crc > 0xffff_ffff)
    return `source.offset ${key.offset} and its checksum ${key.crc} make no id`
  if (source.line !== undefined && !isCount(source.line)) return `source.line ${source.line} is no line number`
  if (source.partition !== undefined && !(Number.isInteger(source.partition) && Math.abs(source.partition) < 2 ** 31))
    return `source.partition ${source.partition} is no partition`
  if (source.kafka_offset !== undefined && !Number.isSafeInteger(source.kafka_offset))
    return `source.kafka_offset ${source.kafka_offset} is no offset`
  return undefined
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
