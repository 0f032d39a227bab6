// Records for people and their programs: found, read one by one, and followed. posted-logs.ts takes them in.

import type {FastifyReply, FastifyRequest, RouteOptions} from 'fastify'
import {LogflowError} from '../../errors/logflow-error.js'
import {type Arrival, arrivalsSince} from '../../flows/arrivals-since.js'
import {formatCursor, readCursor} from '../../flows/search-cursor.js'
import {searchRecords} from '../../flows/search-records.js'
import type {LogRecord} from '../../record/record.js'
import type {ApiParts} from '../api.js'
import {type AskedFilter, FILTER_QUERY, filterAsked, TIME_QUERY} from '../asked.js'
import {RECORD, RECORDS} from '../schemas.js'
import {answerWhole, type Framing, sendStream} from '../stream.js'

export function logsRoutes(parts: ApiParts): RouteOptions[] {
  return [searchRoute(parts), recentRoute(parts), streamRoute(parts), getRoute(parts)]
}

const LIMIT = {type: 'integer', minimum: 1, maximum: 1_000, default: 100, description: 'At most this many'}

interface SearchQuery extends AskedFilter {
  limit: number
  sort: 'newest' | 'oldest'
  cursor?: string
  total?: boolean
}

interface SearchAnswer {
  /** The newest that match, in the asked order. */
  records: LogRecord[]
  /** How many match; where that was asked for. */
  total?: number
  /** Goes on where this answer stopped; null where there is no more. */
  next_cursor: string | null
  took_ms: number
}

function searchRoute(parts: ApiParts): RouteOptions {
  return {
    method: 'GET',
    url: '/logs/search',
    config: {name: 'logs.search', access: 'reader'},
    schema: {
      tags: ['logs'],
      summary: 'Find records by words, ids, service, level and time',
      description:
        'The newest matching records are chosen. `next_cursor` goes on with older ones, if all other parameters stay the same. A query that does not parse is refused with the place (`position`, in UTF-16 units) and what was expected there (`detail`).',
      querystring: object({
        ...FILTER_QUERY,
        ...TIME_QUERY,
        limit: LIMIT,
        sort: {
          enum: ['newest', 'oldest'],
          default: 'newest',
          description: 'The order in which the chosen records come',
        },
        cursor: {type: 'string', maxLength: 8_192, description: '`next_cursor` of the answer before'},
        total: {type: 'boolean', description: 'Tell how many records match, too'},
      }),
      response: {
        200: object(
          {
            records: RECORDS,
            total: {type: 'integer', minimum: 0},
            next_cursor: {type: ['string', 'null']},
            took_ms: {type: 'number', minimum: 0},
          },
          ['records', 'next_cursor', 'took_ms'],
        ),
      },
    },
    handler: (request, reply) => search(parts, request.query as SearchQuery, reply),
  }
}

/** What makes two searches ask for different records. */
const ASKS = [
  'query',
  'service',
  'level',
  'min_level',
  'trace_id',
  'correlation_id',
  'request_id',
  'start_time',
  'end_time',
  'timezone',
] as const

async function search(parts: ApiParts, asked: SearchQuery, reply: FastifyReply): Promise<SearchAnswer> {
  const started = performance.now()
  const about = ['api', ...ASKS.map((name) => asked[name] ?? null)]
  const cursor = asked.cursor === undefined ? undefined : readCursor(asked.cursor, about)
  // Spans such as `15m` mean on every page what they meant on the first.
  const now = cursor ? new Date(cursor.beganMs) : new Date()
  const filter = filterAsked(asked, now)
  const store = await parts.store()
  return answerWhole(parts, reply, async (signal) => {
    const {limit, sort, total} = asked
    const options = {...filter, limit, sort, ...(cursor ? {going: cursor.going} : {})}
    const answer = searchRecords((request, stop) => store.search(request, stop), options, signal)
    const records: LogRecord[] = []
    for await (const page of answer.pages) records.push(...page)
    const going = answer.rest()
    return {
      records,
      ...(total ? {total: await store.count(filter)} : {}),
      next_cursor: going ? formatCursor({going, beganMs: now.getTime()}, about) : null,
      took_ms: Math.round((performance.now() - started) * 10) / 10,
    }
  })
}

function recentRoute(parts: ApiParts): RouteOptions {
  const {service, level, min_level} = FILTER_QUERY
  return {
    method: 'GET',
    url: '/logs/recent',
    config: {name: 'logs.recent', access: 'reader'},
    schema: {
      tags: ['logs'],
      summary: 'The newest records, newest first',
      querystring: object({service, level, min_level, limit: LIMIT}),
      response: {200: object({records: RECORDS, took_ms: {type: 'number', minimum: 0}}, ['records', 'took_ms'])},
    },
    handler: async (request, reply) => {
      const {records, took_ms} = await search(parts, {...(request.query as SearchQuery), sort: 'newest'}, reply)
      return {records, took_ms}
    },
  }
}

function getRoute(parts: ApiParts): RouteOptions {
  return {
    method: 'GET',
    url: '/logs/:id',
    config: {name: 'logs.get', access: 'reader'},
    schema: {
      tags: ['logs'],
      summary: 'One record by its id',
      params: {
        type: 'object',
        required: ['id'],
        properties: {id: {type: 'string', minLength: 1, maxLength: 2_048, examples: ['3k9x0v2m1qzt-1f4-8a1b2c3d']}},
      },
      response: {200: RECORD},
    },
    handler: async (request) => {
      const record = await (await parts.store()).get((request.params as {id: string}).id)
      if (record) return record
      throw new LogflowError('NOT_FOUND', 'no record has this id')
    },
  }
}

interface StreamQuery extends AskedFilter {
  last: number
  last_event_id?: string
}

function streamRoute(parts: ApiParts): RouteOptions {
  const {timezone: _, ...ids} = FILTER_QUERY as typeof FILTER_QUERY & {timezone?: unknown}
  return {
    method: 'GET',
    url: '/logs/stream',
    config: {name: 'logs.stream', access: 'reader'},
    schema: {
      tags: ['logs'],
      summary: 'Records as they arrive, as server-sent events',
      description:
        'Events: `record` (a record), `caught_up` (all that had arrived was told), `gap` (something may be missing: `reason`, `cause`), `problem` (the stream ends: come back). Each `id` is a place: whoever comes back with it in `Last-Event-ID`, as browsers do by themselves, misses nothing. A comment comes each 15 seconds.',
      querystring: object({
        ...ids,
        last: {
          type: 'integer',
          minimum: 0,
          maximum: 1_000,
          default: 0,
          description: 'So many of the newest that are there already come first',
        },
        last_event_id: {type: 'string', maxLength: 8_192, description: 'For clients that cannot set Last-Event-ID'},
      }),
      response: {
        200: {content: {[EVENTS.type]: {schema: {type: 'string', examples: ['event: record\nid: …\ndata: {…}']}}}},
      },
    },
    handler: (request, reply) => stream(parts, request, reply),
  }
}

async function stream(parts: ApiParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const {last, last_event_id, ...asked} = request.query as StreamQuery
  const filter = filterAsked(asked, new Date())
  const header = request.headers['last-event-id']
  const place = (typeof header === 'string' ? header : undefined) ?? last_event_id
  const store = await parts.store()
  // nginx passes it on as it comes.
  reply.header('x-accel-buffering', 'no')
  const options = {filter, last, ...(place ? {place} : {})}
  return sendStream(parts, request, reply, (signal) => arrivalsSince(store, options, signal), EVENTS)
}

/** Server-sent events (WHATWG HTML §9.2). */
const EVENTS: Framing<Arrival> = {
  type: 'text/event-stream',
  begin: 'retry: 2000\n\n',
  item: (arrival) => {
    switch (arrival.kind) {
      case 'record':
        return event('record', arrival.record, arrival.place)
      case 'caught-up':
        return event('caught_up', {}, arrival.place)
      case 'gap':
        return event('gap', {reason: arrival.reason, cause: arrival.cause})
    }
  },
  alive: ': alive\n\n',
  end: event('end', {}),
  problem: (problem) => event('problem', problem),
}

/** JSON has no line ends of its own. */
function event(name: string, data: object, id?: string): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}

function object(properties: Record<string, object>, required: string[] = []): object {
  return {type: 'object', additionalProperties: false, required, properties}
}
