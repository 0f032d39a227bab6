// The columns of a segment: what a record becomes in hot/*.ndjson and sealed/*.parquet, and how it comes back.
// A column is absent from a hot row where the record has no value. Other tools may read both kinds of file.

import {formatId} from '../../record/id.js'
import type {LogRecord, RecordError, RecordSource} from '../../record/record.js'
import type {DuckChunk, DuckValue} from './duckdb.js'
import {TimeWriter} from './time.js'

interface Column {
  name: string
  /** DuckDB's type, in hot and sealed segments alike. */
  type: string
}

/** In the order in which they stand in sealed segments. */
export const COLUMNS: readonly Column[] = [
  /** Milliseconds since 1970, and nanoseconds beyond them. */
  {name: 'time', type: 'BIGINT'},
  {name: 'ns', type: 'UINTEGER'},
  /** Fraction digits of the time as given. */
  {name: 'digits', type: 'UTINYINT'},
  /** True where the time is that of arrival. */
  {name: 'arrived', type: 'BOOLEAN'},
  /** Place in the order of arrival within the segment, from 0. */
  {name: 'n', type: 'UINTEGER'},
  {name: 'observed', type: 'VARCHAR'},
  {name: 'ingested', type: 'VARCHAR'},
  {name: 'level', type: 'VARCHAR'},
  {name: 'severity', type: 'UTINYINT'},
  {name: 'service', type: 'VARCHAR'},
  {name: 'host', type: 'VARCHAR'},
  {name: 'environment', type: 'VARCHAR'},
  /** Lower-cased as JavaScript does, only where a value is not ASCII. */
  {name: 'service_folded', type: 'VARCHAR'},
  {name: 'host_folded', type: 'VARCHAR'},
  {name: 'environment_folded', type: 'VARCHAR'},
  {name: 'message', type: 'VARCHAR'},
  /** The words of the record's texts with a blank around each, only where they are no ASCII message. */
  {name: 'words', type: 'VARCHAR'},
  {name: 'event', type: 'VARCHAR'},
  {name: 'trace_id', type: 'VARCHAR'},
  {name: 'span_id', type: 'VARCHAR'},
  {name: 'parent_span_id', type: 'VARCHAR'},
  {name: 'correlation_id', type: 'VARCHAR'},
  {name: 'request_id', type: 'VARCHAR'},
  {name: 'duration_ms', type: 'DOUBLE'},
  {name: 'error_name', type: 'VARCHAR'},
  {name: 'error_message', type: 'VARCHAR'},
  {name: 'error_stack', type: 'VARCHAR'},
  {name: 'error_causes', type: 'JSON'},
  {name: 'attributes', type: 'JSON'},
  {name: 'raw', type: 'VARCHAR'},
  {name: 'source', type: 'VARCHAR'},
  {name: 'file', type: 'VARCHAR'},
  {name: 'byte_offset', type: 'BIGINT'},
  {name: 'line', type: 'BIGINT'},
  {name: 'crc', type: 'UINTEGER'},
  {name: 'format', type: 'VARCHAR'},
  {name: 'topic', type: 'VARCHAR'},
  {name: 'partition_id', type: 'INTEGER'},
  {name: 'kafka_offset', type: 'BIGINT'},
  /** The whole record as JSON, only where columns cannot hold it (lone surrogates, an empty error). */
  {name: 'exact', type: 'VARCHAR'},
]

const NAMES = COLUMNS.map((column) => column.name)
const AT = Object.fromEntries(NAMES.map((name, i) => [name, i])) as Record<string, number>

/** For read_json of a hot segment. */
export const HOT_COLUMNS = `{${COLUMNS.map(({name, type}) => `${name}:'${type}'`).join(',')}}`

/** What a search selects; the order that RecordReader expects. */
export const SELECTED = NAMES.join(', ')

/** A value of a row by the name of its column; `undefined` or null where there is none. */
type Row = (column: string) => unknown

/** Makes records of rows. */
export class RecordReader {
  readonly #times = new TimeWriter()

  /** Of a chunk selected with SELECTED. */
  readChunk({rows, columns}: DuckChunk): LogRecord[] {
    return Array.from({length: rows}, (_, row) =>
      this.#read((name) => (columns[AT[name] as number] as DuckValue[])[row]),
    )
  }

  /** Of a line of a hot segment, parsed. */
  readHot(row: Record<string, unknown>): LogRecord {
    return this.#read((name) => row[name])
  }

  #read(row: Row): LogRecord {
    const ingested = row('ingested') as string
    const exact = row('exact')
    if (typeof exact === 'string') return {...(JSON.parse(exact) as LogRecord), ingested_at: ingested}
    const source = row('source') as string
    const offset = row('byte_offset') as number
    const time = {ms: row('time') as number, ns: row('ns') as number, digits: row('digits') as number}
    const record: Record<string, unknown> = {
      id: formatId(source, offset, row('crc') as number),
      '@timestamp': this.#times.write(time),
    }
    if (row('arrived')) record.timestamp_source = 'arrival'
    record.observed_timestamp = row('observed')
    record.ingested_at = ingested
    for (const [field, column] of PLAIN_FIELDS) keep(record, field, row(column))
    const error = readError(row)
    if (error) record.error = error
    record.attributes = fromJson(row('attributes')) ?? {}
    record.source = readSource(row, source, offset)
    keep(record, 'raw', row('raw'))
    return record as unknown as LogRecord
  }
}

/** Fields of a record that are one column each, in the order of output. */
const PLAIN_FIELDS = [
  ['level', 'level'],
  ['severity_number', 'severity'],
  ...['service', 'host', 'environment', 'message', 'event'].map((name) => [name, name] as const),
  ...['trace_id', 'span_id', 'parent_span_id', 'correlation_id', 'request_id'].map((name) => [name, name] as const),
  ['duration_ms', 'duration_ms'],
] as const

function keep(target: Record<string, unknown>, field: string, value: unknown): void {
  if (value !== null && value !== undefined) target[field] = value
}

/** JSON is text in answers of DuckDB, and already a value in a parsed hot row. */
function fromJson(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value
}

function readError(row: Row): RecordError | undefined {
  const error: Record<string, unknown> = {}
  keep(error, 'name', row('error_name'))
  keep(error, 'message', row('error_message'))
  keep(error, 'stack', row('error_stack'))
  keep(error, 'causes', fromJson(row('error_causes')))
  return Object.keys(error).length ? error : undefined
}

function readSource(row: Row, id: string, offset: number): RecordSource {
  const source: Record<string, unknown> = {id}
  keep(source, 'file', row('file'))
  source.offset = offset
  keep(source, 'line', row('line'))
  keep(source, 'format', row('format'))
  keep(source, 'topic', row('topic'))
  keep(source, 'partition', row('partition_id'))
  keep(source, 'kafka_offset', row('kafka_offset'))
  return source as unknown as RecordSource
}
