import {flatten} from '../output/fields.js'
import type {LogRecord} from '../record/record.js'

/** What a record says, and what only tells where and when it was taken in. */
export interface FieldGroups {
  own: Array<[name: string, value: unknown]>
  attributes: Array<[name: string, value: unknown]>
  error: Array<[name: string, value: unknown]>
  taken: Array<[name: string, value: unknown]>
}

const OWN = [
  '@timestamp',
  'timestamp_source',
  'level',
  'severity_number',
  'service',
  'host',
  'environment',
  'event',
  'trace_id',
  'span_id',
  'parent_span_id',
  'correlation_id',
  'request_id',
  'duration_ms',
] as const

/**
 * The fields of a record but its message, stack and line, flattened, in the order people look for them. An attribute has the
 * name that queries know it by; where a field has that name already, `attributes.` before it.
 */
export function fieldsOf(record: LogRecord): FieldGroups {
  const {message: _, raw: __, attributes, error, ...rest} = record
  const own: FieldGroups['own'] = []
  for (const name of OWN) if (rest[name] !== undefined) own.push([name, rest[name]])
  const taken = flatten(rest as Record<string, unknown>).filter(([name]) => !(OWN as readonly string[]).includes(name))
  const fixed = new Set<string>([...OWN, ...taken.map(([name]) => name), 'message', 'raw', 'error'])
  const {stack: ___, causes = [], ...failure} = error ?? {}
  return {
    own,
    attributes: flatten(attributes ?? {}).map(([name, value]) => [
      fixed.has(name) ? `attributes.${name}` : name,
      value,
    ]),
    error: [
      ...flatten(failure as Record<string, unknown>).map(([name, value]): [string, unknown] => [
        `error.${name}`,
        value,
      ]),
      ...causes.map(({name, message}, index): [string, unknown] => [
        `error.cause${causes.length > 1 ? ` ${index + 1}` : ''}`,
        [name, message].filter(Boolean).join(': '),
      ]),
    ],
    taken: taken.filter(([, value]) => value !== undefined),
  }
}

/** A value as it is read: an empty text is seen to be one. */
export function valueText(value: unknown): string {
  if (value === '') return '""'
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
