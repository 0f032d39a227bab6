import type {RouteOptions} from 'fastify'
import {LogflowError} from '../../errors/logflow-error.js'
import {findPatterns} from '../../flows/find-patterns.js'
import {parseTime} from '../../query/parse-time.js'
import type {RecordFilter} from '../../query/record-filter.js'
import {compareTimes} from '../../record/order.js'
import type {RecordText, Store} from '../../store/store.js'
import type {ApiParts} from '../api.js'
import {type AskedFilter, FILTER_QUERY, filterAsked, TIME_QUERY, zoneAsked} from '../asked.js'
import {answerCached, cacheKey} from '../cached-answer.js'

interface PatternsQuery extends Omit<AskedFilter, 'start_time' | 'end_time'> {
  since?: string
  until?: string
  new_since?: string
  limit: number
}

/** All messages are read for it. */
const TTL_MS = 60_000

export function patternsRoutes(parts: ApiParts): RouteOptions[] {
  return [
    {
      method: 'GET',
      url: '/patterns',
      config: {name: 'patterns', access: 'reader'},
      schema: {
        tags: ['logs'],
        summary: 'Similar messages folded into templates, with counts',
        description:
          'Values in messages become <*>. With `new_since` only templates are told of which no record is older, as far back as `since` goes. Kept for a minute: `Age` tells how old it is, in seconds.',
        querystring: QUERY,
        response: {200: ANSWER},
      },
      handler: (request, reply) => {
        const asked = request.query as PatternsQuery
        const key = cacheKey('patterns', {...asked})
        return answerCached(parts, reply, {key, ttlMs: TTL_MS}, (signal) => patternsAsked(parts, asked, signal))
      },
    },
  ]
}

async function patternsAsked(parts: ApiParts, asked: PatternsQuery, signal: AbortSignal): Promise<object> {
  const {since, until, new_since, limit, ...rest} = asked
  const now = new Date()
  const filter = filterAsked({...rest, start_time: since, end_time: until}, now)
  const newSince = new_since === undefined ? undefined : parseTime(new_since, now, zoneAsked(asked))
  if (newSince !== undefined && filter.since !== undefined && compareTimes(filter.since, newSince) >= 0)
    throw new LogflowError('USAGE', '`since` leaves nothing before `new_since` to compare with', {
      suggestions: ['Give an earlier `since`, or leave it out to compare with all that is stored'],
    })
  const pages = textsOf(await parts.store(), filter, signal)
  const {patterns, ...found} = await findPatterns(pages, newSince === undefined ? {} : {newSince})
  return {patterns: patterns.slice(0, limit), ...found}
}

function textsOf(store: Store, filter: RecordFilter, signal: AbortSignal): AsyncIterable<RecordText[]> {
  const whole = {...filter, order: 'oldest', limit: Number.POSITIVE_INFINITY} as const
  return store.texts?.(filter, signal) ?? store.search(whole, signal)
}

const {start_time, end_time, timezone} = TIME_QUERY
const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...FILTER_QUERY,
    since: start_time,
    until: end_time,
    timezone,
    new_since: {...start_time, description: 'Only templates never seen before that time; the same forms'},
    limit: {
      type: 'integer',
      minimum: 1,
      maximum: 1_000,
      default: 20,
      description: 'At most this many, the most frequent',
    },
  },
}

const COUNT = {type: 'integer', minimum: 0}
const ANSWER = {
  type: 'object',
  required: ['patterns', 'records', 'templates'],
  additionalProperties: true,
  properties: {
    patterns: {type: 'array', items: {type: 'object', additionalProperties: true}},
    records: {...COUNT, description: 'Records looked at'},
    before: {...COUNT, description: 'Those of them before `new_since`'},
    templates: {...COUNT, description: 'Templates there are, with and without those told here'},
    coarsened: {...COUNT, description: 'Kinds of message that were too many to tell apart'},
  },
}
