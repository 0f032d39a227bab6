// What the metrics commands tell, as JSON: the same measurements of the same records, kept for a while.

import type {FastifyRequest, RouteOptions} from 'fastify'
import {LogflowError} from '../../errors/logflow-error.js'
import {measureStore} from '../../flows/measure.js'
import {pipelineStatus} from '../../flows/pipeline-status.js'
import {statusParts} from '../../flows/status-parts.js'
import {HEALTH_RULE} from '../../metrics/health.js'
import type {Measurement} from '../../metrics/measurement.js'
import {overview} from '../../metrics/overview.js'
import {periodAsked} from '../../metrics/period.js'
import {serviceFigures} from '../../metrics/service.js'
import {systemFigures} from '../../metrics/system.js'
import {timeseries} from '../../metrics/timeseries.js'
import {parseSpan} from '../../query/parse-time.js'
import type {ApiParts, RouteRules} from '../api.js'
import {type AskedFilter, FILTER_QUERY, filterAsked, TIME_QUERY, zoneAsked} from '../asked.js'
import {answerCached, cacheKey} from '../cached-answer.js'

/** Values of QUERY, and of what an endpoint has besides. */
interface Asked extends Omit<AskedFilter, 'start_time' | 'end_time'> {
  since?: string
  until?: string
  interval?: string
  top: number
  by?: 'level' | 'service' | 'host'
  compare?: boolean
}

/** How long answers are kept. */
const TTL_MS = {overview: 30_000, service: 60_000, system: 45_000, timeseries: 120_000}
/** Kinds of messages of errors that are told. */
const TOP_ERRORS = 5

export function metricsRoutes(parts: ApiParts): RouteOptions[] {
  return [overviewRoute(parts), serviceRoute(parts), systemRoute(parts), timeseriesRoute(parts)]
}

function overviewRoute(parts: ApiParts): RouteOptions {
  return {
    ...about('overview', '/metrics/overview'),
    schema: {
      tags: ['metrics'],
      summary: 'How much is logged, by whom, and how the services do',
      description: `${CACHED} Counts are exact; p95 is the nearest rank of duration_ms. Health: ${HEALTH_RULE}.`,
      querystring: object({...QUERY, top: top('services', 20)}),
      response: {200: FIGURES},
    },
    handler: (request, reply) => {
      const asked = request.query as Asked
      return answerCached(parts, reply, place('overview', asked), (signal) =>
        measure(parts, asked, overview({services: asked.top, errors: TOP_ERRORS}), {withBefore: true, signal}),
      )
    },
  }
}

function serviceRoute(parts: ApiParts): RouteOptions {
  const {service: _, ...others} = QUERY
  return {
    ...about('service', '/metrics/service/:name'),
    schema: {
      tags: ['metrics'],
      summary: 'How one service does',
      description: `${CACHED} Counts are exact; percentiles are nearest ranks of duration_ms. Health: ${HEALTH_RULE}.`,
      params: {
        type: 'object',
        required: ['name'],
        properties: {name: {type: 'string', minLength: 1, maxLength: 512, examples: ['payment']}},
      },
      querystring: object({...others, top: top('hosts', 10)}),
      response: {200: FIGURES},
    },
    handler: (request, reply) => {
      const service = nameIn(request)
      const asked = {...(request.query as Asked), service: [service]}
      const figures = serviceFigures({service, hosts: asked.top, errors: TOP_ERRORS})
      return answerCached(parts, reply, place('service', asked), (signal) =>
        measure(parts, asked, figures, {withBefore: true, signal}),
      )
    },
  }
}

function nameIn({params}: FastifyRequest): string {
  const name = (params as {name: string}).name.trim()
  if (name !== '') return name
  throw new LogflowError('USAGE', 'the name of the service is empty')
}

function systemRoute(parts: ApiParts): RouteOptions {
  const {since, until, timezone} = QUERY
  return {
    ...about('system', '/metrics/system'),
    schema: {
      tags: ['metrics'],
      summary: 'Hosts and services, and how far the pipeline is',
      description: CACHED,
      querystring: object({since, until, timezone, top: top('hosts', 10)}),
      response: {200: FIGURES},
    },
    handler: (request, reply) => {
      const asked = request.query as Asked
      return answerCached(parts, reply, place('system', asked), (signal) => systemAnswer(parts, asked, signal))
    },
  }
}

async function systemAnswer(parts: ApiParts, asked: Asked, signal: AbortSignal): Promise<object> {
  const {topic, group} = parts.config
  const figures = await measure(parts, asked, systemFigures({hosts: asked.top}), {withBefore: false, signal})
  const {bus, store} = await pipelineStatus({bus: parts.bus, store: parts.store, topic, group})
  // What exactly is wrong with the bus names its address: that is for our own log.
  const away = bus.ok ? undefined : new LogflowError(bus.error.code, 'the bus cannot be reached')
  if (!bus.ok) parts.signals.log.error('bus_unreachable', bus.error)
  return {...figures, pipeline: statusParts({bus: away ? {ok: false, error: away} : bus, store})}
}

function timeseriesRoute(parts: ApiParts): RouteOptions {
  return {
    ...about('timeseries', '/metrics/timeseries'),
    schema: {
      tags: ['metrics'],
      summary: 'Records, errors and latency in stretches of time',
      description: `${CACHED} Every stretch of the period is told, those without records too; the first and the last may lie in it only in part.`,
      querystring: object({
        ...QUERY,
        by: {enum: ['level', 'service', 'host'], description: 'A series for each value of this'},
        compare: {type: 'boolean', description: 'Tell the period before, of the same length, beside it'},
        top: top('values of `by`', 10),
      }),
      response: {200: FIGURES},
    },
    handler: (request, reply) => {
      const asked = request.query as Asked
      const {by, compare: withBefore = false} = asked
      return answerCached(parts, reply, place('timeseries', asked), (signal) =>
        measure(parts, asked, timeseries({...(by ? {by} : {}), top: asked.top}), {withBefore, signal}),
      )
    },
  }
}

async function measure<Result>(
  parts: ApiParts,
  asked: Asked,
  measurement: Measurement<Result>,
  {withBefore, signal}: {withBefore: boolean; signal: AbortSignal},
): Promise<Result> {
  const {since, until, interval, ...rest} = asked
  const now = new Date()
  const filter = filterAsked({...rest, start_time: since, end_time: until}, now)
  const options = {
    ...filter,
    period: periodAsked(filter, now),
    ...(interval === undefined ? {} : {intervalMs: intervalOf(interval)}),
    zone: zoneAsked(asked),
    withBefore,
  }
  return measureStore(await parts.store(), measurement, options, signal)
}

function intervalOf(text: string): number {
  const ms = parseSpan(text)
  if (ms !== undefined && Number.isSafeInteger(ms) && ms > 0) return ms
  throw new LogflowError('USAGE', 'the interval is no length of time', {suggestions: ['Write it as 30s, 5m, 1h or 1d']})
}

function place(endpoint: keyof typeof TTL_MS, asked: object): {key: string; ttlMs: number} {
  return {key: cacheKey(`metrics:${endpoint}`, asked as Record<string, unknown>), ttlMs: TTL_MS[endpoint]}
}

function about(name: keyof typeof TTL_MS, url: string): {method: 'GET'; url: string; config: RouteRules} {
  return {method: 'GET', url, config: {name: `metrics.${name}`, access: 'reader'}}
}

function top(what: string, most: number): object {
  return {type: 'integer', minimum: 1, maximum: 1_000, default: most, description: `At most this many ${what}`}
}

function object(properties: Record<string, object>): object {
  return {type: 'object', additionalProperties: false, properties}
}

const CACHED = 'The same as the command’s `-o json`, kept for a while: `Age` tells how old it is, in seconds.'

const {start_time, end_time, timezone} = TIME_QUERY
const QUERY = {
  ...FILTER_QUERY,
  since: {...start_time, description: `${start_time.description}; the last 24 hours unless given`},
  until: end_time,
  timezone,
  interval: {
    type: 'string',
    maxLength: 100,
    description: 'Length of the stretches of time: 30s, 5m, 1h; unless given, it suits the period',
    examples: ['5m'],
  },
}

const FIGURES = {
  type: 'object',
  required: ['records'],
  additionalProperties: true,
  properties: {records: {type: 'integer', minimum: 0}},
}
