// The bus as logflow programs elsewhere use it: `ship` sends batches of units, which are acknowledged once the bus has
// them, with the places they were given. What travels is told in remote/protocol.ts.

import type {FastifyRequest, RouteOptions} from 'fastify'
import {LogflowError} from '../../errors/logflow-error.js'
import {checkEnvelope} from '../../flows/check-envelope.js'
import type {BusAbout, DescribeAnswer, DescribeCall, UnitsAnswer} from '../../remote/protocol.js'
import {BUS_PATHS, MAX_FRAME_BODY, OWN_TOPIC, PROTOCOL, UNIT_FRAME} from '../../remote/protocol.js'
import {decodeUnits} from '../../remote/unit-frame.js'
import type {ApiParts, RouteRules} from '../api.js'
import {checkMaySend, Producers, topicOf} from '../producers.js'
import {checkProtocol} from './store.js'

const TOPIC_PARAMETER = ':topic'

/** A fast sender makes many batches; their size is bounded, and the bus holds them back. */
const NO_LIMIT = false

export function busRoutes(parts: ApiParts): RouteOptions[] {
  const {topic: processed, group} = parts.config
  const producers = new Producers(parts)
  const named = ({params}: FastifyRequest) => topicOf((params as {topic: string}).topic, OWN_TOPIC, processed)
  return [
    route('about', BUS_PATHS.about, 'reader-or-sender', {
      schema: {
        summary: 'What carries the units behind this server',
        response: {200: ABOUT},
      },
      handler: async (): Promise<BusAbout> => {
        const bus = await (await parts.bus()).version()
        return {protocol: PROTOCOL, version: parts.version, bus, topic: processed, group}
      },
    }),
    route('units', `/bus/${TOPIC_PARAMETER}/units`, 'ingest', {
      bodyLimit: MAX_FRAME_BODY,
      schema: {
        summary: 'Send a batch of units; answered once the bus has it',
        description: `The body is a line of JSON (envelope, lengths, offsets, spans, lines), then the bytes of the units. Sending it again is safe: the store keeps each unit once. \`${OWN_TOPIC}\` stands for the topic that the server processes; others are for admins.`,
        params: PARAMS,
        body: {content: {[UNIT_FRAME]: {schema: {description: 'A frame of units', examples: []}}}},
        response: {200: RECEIPT},
      },
      handler: async (request): Promise<UnitsAnswer> => {
        const topic = named(request)
        checkMaySend(topic, processed, request.context)
        if (!Buffer.isBuffer(request.body))
          throw new LogflowError('USAGE', `the body must be a frame of units, of type ${UNIT_FRAME}`)
        const {envelope, ...batch} = decodeUnits(request.body)
        return producers.send(topic, {...batch, envelope: checkEnvelope(envelope)})
      },
    }),
    route('describe', `/bus/${TOPIC_PARAMETER}/describe`, 'reader', {
      schema: {
        summary: 'Where a topic and a consumer group stand',
        params: PARAMS,
        body: {
          type: 'object',
          additionalProperties: false,
          properties: {group: {type: 'string', minLength: 1, maxLength: 255}},
        },
        response: {200: {type: 'object', additionalProperties: true}},
      },
      handler: async (request): Promise<DescribeAnswer> => {
        const topic = named(request)
        const {group: asked} = (request.body ?? {}) as DescribeCall
        const bus = await parts.bus()
        const [state, expires] = await Promise.all([bus.describe(topic, asked), bus.expires(topic)])
        return {...state, expires}
      },
    }),
  ]
}

function route(
  name: string,
  url: string,
  access: RouteRules['access'],
  {schema, ...rest}: Pick<RouteOptions, 'handler' | 'schema' | 'bodyLimit'>,
): RouteOptions {
  const config: RouteRules = {name: `bus.${name}`, access, limit: NO_LIMIT}
  const description = 'For logflow programs.'
  return {
    method: 'POST',
    url,
    config,
    preHandler: checkProtocol,
    schema: {tags: ['bus'], description, ...schema},
    ...rest,
  }
}

const PARAMS = {
  type: 'object',
  required: ['topic'],
  additionalProperties: false,
  properties: {topic: {type: 'string', minLength: 1, maxLength: 249, examples: [OWN_TOPIC]}},
}

const COUNT = {type: 'integer', minimum: 0}

const RECEIPT = {
  type: 'object',
  required: ['partition', 'firstOffset', 'nextOffset'],
  additionalProperties: false,
  properties: {partition: COUNT, firstOffset: COUNT, nextOffset: COUNT},
}

const ABOUT = {
  type: 'object',
  required: ['protocol', 'version', 'bus', 'topic', 'group'],
  additionalProperties: false,
  properties: {
    protocol: {type: 'integer'},
    version: {type: 'string'},
    bus: {type: 'string'},
    topic: {type: 'string'},
    group: {type: 'string'},
  },
}
