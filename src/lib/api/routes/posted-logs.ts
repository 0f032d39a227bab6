// Taking logs in over HTTP: JSON, a JSON object a line, or text. Answered once the bus has them; `process` makes records
// of them afterwards.

import type {FastifyReply, FastifyRequest, RouteOptions} from 'fastify'
import {LogflowError} from '../../errors/logflow-error.js'
import {FORMAT_NAMES} from '../../flows/check-envelope.js'
import type {PostedAs} from '../../flows/posted-units.js'
import {takePosted} from '../../flows/take-posted.js'
import type {ApiParts} from '../api.js'
import {gunzipBody} from '../gunzip.js'
import {Producers} from '../producers.js'

interface PostQuery {
  service?: string
  host?: string
  environment?: string
  format?: string
  timezone?: string
  field?: string[]
  multiline: boolean
  ids: boolean
}

export function postedLogsRoutes(parts: ApiParts): RouteOptions[] {
  const producers = new Producers(parts)
  return [
    {
      method: 'POST',
      url: '/logs',
      config: {name: 'logs.post', access: 'ingest', bytes: true},
      preParsing: gunzipBody,
      schema: {
        tags: ['logs'],
        summary: 'Take logs in; answered once the bus has them',
        description: DESCRIPTION,
        querystring: QUERY,
        headers: {
          type: 'object',
          properties: {'idempotency-key': {type: 'string', minLength: 1, maxLength: 255, description: KEY}},
        },
        body: {content: BODIES},
        response: {202: ANSWER, 400: REFUSED},
      },
      handler: (request, reply) => take(parts, producers, request, reply),
    },
  ]
}

async function take(
  parts: ApiParts,
  producers: Producers,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const {config} = parts
  const {caller, requestId} = request.context
  const {field, ids, ...said} = request.query as PostQuery
  const key = request.headers['idempotency-key'] as string | undefined
  const taken = await takePosted(
    {
      ...said,
      environment: said.environment ?? config.environment,
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      as: typeOf(request.headers['content-type'] ?? ''),
      sender: caller.subject,
      ...(caller.source === undefined ? {} : {address: caller.source}),
      ...(key === undefined ? {} : {key}),
      ...(field === undefined ? {} : {fields: toFields(field)}),
    },
    {send: (batch) => producers.send(config.topic, batch), now: () => new Date(), random: Math.random},
  )
  const {accepted, refused, source} = taken
  if (refused.length > 0) parts.signals.counters.dropped('unit', 'not_a_record', refused.length)
  if (accepted === 0) {
    const error = refused.length > 0 ? 'nothing in the body is a record' : 'the body holds nothing'
    return reply.code(400).send({error, code: 'usage', request_id: requestId, refused: refused.slice(0, MOST_TOLD)})
  }
  const positions = taken.positions.map(({partition, firstOffset, nextOffset}) => ({
    topic: config.topic,
    partition,
    first_offset: firstOffset,
    next_offset: nextOffset,
  }))
  reply.code(202)
  return {
    accepted,
    refused_count: refused.length,
    refused: refused.slice(0, MOST_TOLD),
    source,
    positions,
    ...(ids ? {ids: taken.ids()} : {}),
  }
}

/** Refused items told one by one. */
const MOST_TOLD = 1_000

const TYPES: Record<string, PostedAs> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'text/plain': 'text',
}

function typeOf(header: string): PostedAs {
  const [name = '', ...parameters] = header
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const as = TYPES[name]
  if (!as)
    throw new LogflowError('USAGE', 'the body is of a type that holds no logs', {
      suggestions: ['Send application/json, application/x-ndjson or text/plain'],
    })
  const charset = parameters
    .find((part) => part.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '')
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') return as
  throw new LogflowError('USAGE', 'the body must be UTF-8', {suggestions: ['Encode it anew, and say charset=utf-8']})
}

/** `field=name=value`. */
function toFields(pairs: string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new LogflowError('USAGE', 'field takes name=value: field=team=blue')
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

const DESCRIPTION =
  'JSON: an object is a record; an array, `{"records": […]}` or `{"lines": […]}` holds records and lines of text. NDJSON: an object a line. Text: lines; those of a stack trace stay together. Bodies may be packed with gzip. Records are found once `process` (or `up`) has stored them. What is no record is told by its place among the items; the rest is taken. A body holds at most 250,000 of them.'
const KEY =
  'Sent again with the same key and body, after an answer that did not come, the records are the same ones and are stored once'

const NAME = {type: 'string', minLength: 1, maxLength: 512}
const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    service: {...NAME, description: 'Service of records that name none', examples: ['payment']},
    host: {...NAME, description: 'Host of records that name none; the address that sends, unless given'},
    environment: {...NAME, description: 'Environment of records that name none'},
    format: {enum: FORMAT_NAMES, description: 'Take every line as this format'},
    timezone: {type: 'string', maxLength: 100, description: 'Zone of times that name none; UTC unless given'},
    field: {
      type: 'array',
      maxItems: 100,
      items: {type: 'string', maxLength: 8_192},
      description: 'Attribute for every record, name=value; may be repeated',
      examples: [['team=blue']],
    },
    multiline: {type: 'boolean', default: true, description: 'Keep stack traces together, in text'},
    ids: {type: 'boolean', default: false, description: 'Tell the ids that the records will have'},
  },
}

const OBJECT_A_LINE = {schema: {description: 'A record a line', examples: ['{"level":"info","message":"hello"}\n']}}
const BODIES = {
  'application/json': {
    schema: {description: 'A record, or a list of them', examples: [[{level: 'error', message: 'card declined'}]]},
  },
  'application/x-ndjson': OBJECT_A_LINE,
  'application/jsonl': OBJECT_A_LINE,
  'text/plain': {schema: {description: 'Lines', examples: ['2026-11-21T09:41:07Z ERROR card declined\n']}},
}

const COUNT = {type: 'integer', minimum: 0}
const REFUSALS = {
  type: 'array',
  description: `What is no record, and why; the first ${MOST_TOLD}`,
  items: {
    type: 'object',
    required: ['index', 'error'],
    additionalProperties: false,
    properties: {index: COUNT, error: {type: 'string'}},
  },
}
const ANSWER = {
  type: 'object',
  required: ['accepted', 'refused_count', 'refused', 'source', 'positions'],
  additionalProperties: false,
  properties: {
    accepted: {...COUNT, description: 'Records that the bus has'},
    refused_count: COUNT,
    refused: REFUSALS,
    source: {type: 'string', description: 'Source of the records’ ids'},
    positions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['topic', 'partition', 'first_offset', 'next_offset'],
        additionalProperties: false,
        properties: {topic: {type: 'string'}, partition: COUNT, first_offset: COUNT, next_offset: COUNT},
      },
    },
    ids: {type: 'array', items: {type: 'string'}},
  },
}
const REFUSED = {
  type: 'object',
  required: ['error', 'code', 'request_id'],
  properties: {error: {type: 'string'}, code: {type: 'string'}, request_id: {type: 'string'}, refused: REFUSALS},
}
