// Shapes that several endpoints speak of, as JSON Schema: they check requests and stand in the OpenAPI document.

import {LEVELS} from '../record/level.js'

const text = {type: 'string'} as const
const time = {type: 'string', format: 'date-time', examples: ['2026-11-21T09:41:07.118Z']} as const
const count = {type: 'integer', minimum: 0} as const

export const RECORD = {
  type: 'object',
  description: 'A log record. Everything that the line said and no field here holds is in `attributes`.',
  required: ['id', '@timestamp', 'observed_timestamp', 'message', 'attributes', 'source'],
  additionalProperties: false,
  properties: {
    id: {
      ...text,
      description: 'Made of source, offset and checksum: the same line has the same id however often it comes',
    },
    '@timestamp': {...time, description: 'Event time, in UTC, with 3, 6 or 9 fraction digits'},
    timestamp_source: {const: 'arrival', description: 'Where the line had no time of its own'},
    observed_timestamp: time,
    ingested_at: time,
    level: {enum: LEVELS},
    severity_number: {type: 'integer', minimum: 1, maximum: 24},
    service: text,
    host: text,
    environment: text,
    message: text,
    event: text,
    trace_id: text,
    span_id: text,
    parent_span_id: text,
    correlation_id: text,
    request_id: text,
    duration_ms: {type: 'number'},
    error: {
      type: 'object',
      additionalProperties: false,
      properties: {
        name: text,
        message: text,
        stack: text,
        causes: {
          type: 'array',
          items: {type: 'object', additionalProperties: false, properties: {name: text, message: text}},
        },
      },
    },
    attributes: {type: 'object', additionalProperties: true},
    source: {
      type: 'object',
      required: ['id', 'offset', 'format'],
      additionalProperties: false,
      properties: {
        id: text,
        file: text,
        offset: count,
        line: count,
        format: text,
        topic: text,
        partition: count,
        kafka_offset: count,
      },
    },
    raw: text,
  },
} as const

export const RECORDS = {type: 'array', items: RECORD} as const
