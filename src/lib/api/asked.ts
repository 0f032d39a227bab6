// What the query string of an endpoint asks for, read as the commands read their flags: the same language, the same forms
// of times.

import {LogflowError} from '../errors/logflow-error.js'
import {buildQuery} from '../query/build-query.js'
import {MAX_QUERY} from '../query/parse-query.js'
import {parseTime} from '../query/parse-time.js'
import type {RecordFilter} from '../query/record-filter.js'
import {compareTimes} from '../record/order.js'
import {isZone, UTC, type Zone, zoneOf} from '../record/zone.js'

/** Values of FILTER_QUERY and TIME_QUERY. */
export interface AskedFilter {
  query?: string
  service?: string[]
  level?: string[]
  min_level?: string
  trace_id?: string
  correlation_id?: string
  request_id?: string
  start_time?: string
  end_time?: string
  timezone?: string
}

const ID = {type: 'string', minLength: 1, maxLength: 512}

/** Parameters that narrow which records are meant. */
export const FILTER_QUERY = {
  query: {
    type: 'string',
    maxLength: MAX_QUERY,
    description: 'Words, "phrases", field:value, AND OR NOT ( ); the same as of `logflow search`',
    examples: ['level>=warn "card declined"'],
  },
  service: {
    type: 'array',
    maxItems: 100,
    items: {type: 'string', maxLength: 512},
    description: 'Only of this service; repeated: any of them',
    examples: [['payment']],
  },
  level: {
    type: 'array',
    maxItems: 10,
    items: {type: 'string', maxLength: 32},
    description: 'Only of this level; repeated: any of them',
    examples: [['error']],
  },
  min_level: {type: 'string', maxLength: 32, description: 'This level and above', examples: ['warn']},
  trace_id: {...ID, description: 'Only records of this trace', examples: ['4bf92f3577b34da6a3ce929d0e0e4736']},
  correlation_id: {...ID, description: 'Only with this correlation id'},
  request_id: {...ID, description: 'Only with this request id'},
}

const TIME = {type: 'string', maxLength: 100}
const FORMS = '15m, 2 hours ago, yesterday, 2026-11-21T09:41:07Z'

/** Parameters that bound the event time. */
export const TIME_QUERY = {
  start_time: {...TIME, description: `From then on: ${FORMS}`, examples: ['1h']},
  end_time: {...TIME, description: `Before then; the same forms`, examples: ['2026-11-21T09:41:07Z']},
  timezone: {
    ...TIME,
    description: 'Zone of times that name none: Europe/Berlin, +02:00; UTC unless given',
    examples: ['UTC'],
  },
}

/** The zone that is asked for; UTC unless one is. */
export function zoneAsked({timezone}: Pick<AskedFilter, 'timezone'>): Zone {
  if (timezone === undefined) return UTC
  if (isZone(timezone)) return zoneOf(timezone)
  throw new LogflowError('USAGE', 'the timezone is none', {
    suggestions: ['Use a name such as Europe/Berlin, UTC, or an offset such as +02:00 (+ is %2B in a URL)'],
  })
}

/** Which records are meant. Throws BAD_QUERY or USAGE. */
export function filterAsked(asked: AskedFilter, now: Date): RecordFilter {
  const zone = zoneAsked(asked)
  const query = buildQuery({
    text: asked.query,
    now,
    zone,
    traceId: asked.trace_id,
    correlationId: asked.correlation_id,
    requestId: asked.request_id,
    services: asked.service,
    levels: asked.level,
    minLevel: asked.min_level,
  })
  const since = asked.start_time === undefined ? undefined : parseTime(asked.start_time, now, zone)
  const until = asked.end_time === undefined ? undefined : parseTime(asked.end_time, now, zone)
  if (since !== undefined && until !== undefined && compareTimes(since, until) > 0)
    throw new LogflowError('USAGE', 'the start is later than the end: nothing lies between', {
      suggestions: ['Swap them'],
    })
  return {query, ...(since === undefined ? {} : {since}), ...(until === undefined ? {} : {until})}
}
