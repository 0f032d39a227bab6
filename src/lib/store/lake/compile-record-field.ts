import {unreachable} from '../../errors/logflow-error.js'
import {
  CASELESS_FIELDS,
  NUMBER_FIELDS,
  type NumberField,
  type RecordField,
  type Test,
  type TextField,
  TIME_FIELDS,
  type TimeField,
} from '../../query/query.js'
import {formatId, parseId} from '../../record/id.js'
import {compileTime} from './compile-time.js'
import {compileValue, type SqlValue, type ValueTest} from './compile-value.js'
import {type Parameters, quote} from './sql.js'

/** A test on a field of the record as a condition on its column; NULL may stand for no. */
export function compileRecordField(name: RecordField, test: Test, parameters: Parameters): string {
  if (isOneOf(TIME_FIELDS, name)) return compileTime(name as TimeField, test, parameters)
  if (isOneOf(NUMBER_FIELDS, name)) return compileNumber(name as NumberField, test, parameters)
  const field = name as TextField
  if (field === 'error.causes.name' || field === 'error.causes.message')
    return compileCauses(field.slice('error.causes.'.length), test, parameters)
  if (field === 'id') return compileId(test, parameters)
  const column = TEXT_COLUMNS[field]
  if (test.kind === 'exists') return `${column} IS NOT NULL`
  return compileValue(test, sqlValueOf(field, column), parameters)
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name)
}

/** The column, or expression, of each field of text that has one value. */
export const TEXT_COLUMNS: Record<Exclude<TextField, 'id' | 'error.causes.name' | 'error.causes.message'>, string> = {
  service: 'service',
  host: 'host',
  environment: 'environment',
  event: 'event',
  trace_id: 'trace_id',
  span_id: 'span_id',
  parent_span_id: 'parent_span_id',
  correlation_id: 'correlation_id',
  request_id: 'request_id',
  message: 'message',
  raw: 'raw',
  timestamp_source: `(CASE WHEN arrived THEN 'arrival' END)`,
  'error.name': 'error_name',
  'error.message': 'error_message',
  'error.stack': 'error_stack',
  'source.id': 'source',
  'source.file': 'file',
  'source.format': 'format',
  'source.topic': 'topic',
}

function sqlValueOf(field: TextField, column: string): SqlValue {
  const folded = CASELESS_FIELDS.has(field) ? `coalesce(${column}_folded, lower(${column}))` : undefined
  return {text: column, folded, numbers: false}
}

/** A column of numbers; as text, they read as JSON prints them. */
function compileNumber(name: NumberField, test: Test, parameters: Parameters): string {
  const column = NUMBER_COLUMNS[name]
  if (test.kind === 'exists') return `${column} IS NOT NULL`
  if (name !== 'duration_ms')
    return compileValue(test, {text: `CAST(${column} AS VARCHAR)`, number: column, numbers: true}, parameters)
  const json = `CAST(to_json(${column}) AS VARCHAR)`
  const text = `regexp_replace(regexp_replace(${json}, '\\.0$', ''), 'e([0-9])', 'e+\\1')`
  return compileValue(test, {text, number: column, numbers: true}, parameters)
}

const NUMBER_COLUMNS: Record<NumberField, string> = {
  duration_ms: 'duration_ms',
  severity_number: 'severity',
  'source.offset': 'byte_offset',
  'source.line': 'line',
  'source.partition': 'partition_id',
  'source.kafka_offset': 'kafka_offset',
}

/** Of any cause: `part` is what is asked of each, its name or its message. */
function compileCauses(part: string, test: Test, parameters: Parameters): string {
  const values = `json_extract_string(error_causes, ${quote(`$[*].${part}`)})`
  const passes = test.kind === 'exists' ? 'value IS NOT NULL' : compileCause(test, parameters)
  return `len(list_filter(${values}, lambda value: ${passes})) > 0`
}

function compileCause(test: ValueTest, parameters: Parameters): string {
  return compileValue(test, {text: 'value', numbers: false}, parameters)
}

/** An id is made of its parts (see formatId), which are what is stored. */
function compileId(test: Test, parameters: Parameters): string {
  switch (test.kind) {
    case 'exists':
      return 'true'
    case 'equals': {
      const parts = parseId(test.value)
      if (!parts || formatId(parts.source, parts.offset, parts.crc) !== test.value) break
      const {source, offset, crc} = parts
      if (!Number.isSafeInteger(offset)) return 'false'
      return `(byte_offset = ${offset} AND crc = ${crc} AND source = ${parameters.bind(source)})`
    }
    case 'like':
    case 'regex':
    case 'range':
      break
    default:
      return unreachable(test)
  }
  const text = `(source || '-' || lower(to_base(byte_offset, 36)) || '-' || printf('%08x', crc))`
  return compileValue(test, {text, numbers: false}, parameters)
}
