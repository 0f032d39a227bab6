import type {FastifyRequest, RouteOptions} from 'fastify'
import type {ApiParts, RequestContext} from '../api.js'
import {maskValues} from '../mask-values.js'

/** Bytes of an event that a client may put into our own log. */
const MOST_EVENT_BYTES = 16_384

export function traceRoutes({signals}: ApiParts): RouteOptions[] {
  return [
    {
      method: 'GET',
      url: '/trace/context',
      config: {name: 'trace.context', access: 'anyone'},
      schema: {
        tags: ['trace'],
        summary: 'The ids and the trace of this request',
        response: {200: {...IDS, additionalProperties: false}},
      },
      handler: async ({context}) => idsOf(context),
    },
    {
      method: 'GET',
      url: '/trace/debug',
      config: {name: 'trace.debug', access: 'admin'},
      schema: {
        tags: ['trace'],
        summary: 'This request as it arrived, credentials masked',
        response: {200: DEBUG},
      },
      handler: async (request) => ({
        ...idsOf(request.context),
        method: request.method,
        path: pathOf(request),
        headers: maskValues(request.headers),
        query_params: maskValues(request.query as Record<string, unknown>),
        user: userOf(request.context),
      }),
    },
    {
      method: 'POST',
      url: '/trace/log',
      bodyLimit: MOST_EVENT_BYTES,
      config: {name: 'trace.log', access: 'reader'},
      schema: {
        tags: ['trace'],
        summary: "Put an event into the server's own log",
        description: 'It stands there under the ids of this request. What looks like a secret is masked.',
        body: EVENT,
        response: {200: {...IDS, required: [...IDS.required, 'status'], additionalProperties: false}},
      },
      handler: async ({context, body}) => {
        const {event, details} = body as {event: string; details?: unknown}
        signals.log.info('client_event', {
          operation_id: context.requestId,
          subject_id: context.caller.subject,
          correlation_id: context.correlationId,
          trace_id: context.traceId,
          client_event: event,
          ...(details === undefined ? {} : {details}),
        })
        return {status: 'logged', ...idsOf(context)}
      },
    },
  ]
}

function idsOf({requestId, correlationId, traceId, traceparent, tracestate}: RequestContext) {
  return {
    request_id: requestId,
    correlation_id: correlationId,
    timestamp: new Date().toISOString(),
    trace_id: traceId,
    traceparent,
    ...(tracestate ? {tracestate} : {}),
  }
}

function pathOf({url}: FastifyRequest): string {
  return url.split('?', 1)[0] as string
}

function userOf({caller}: RequestContext) {
  const {subject, username, role, scopes, tokenId, source} = caller
  return {
    id: subject,
    ...(username ? {username} : {}),
    role,
    scopes: [...scopes],
    ...(tokenId ? {token_id: tokenId} : {}),
    ...(source ? {source} : {}),
  }
}

const IDS = {
  type: 'object',
  required: ['request_id', 'correlation_id', 'timestamp', 'trace_id', 'traceparent'],
  properties: {
    request_id: {type: 'string'},
    correlation_id: {type: 'string'},
    timestamp: {type: 'string', description: 'RFC 3339'},
    trace_id: {type: 'string', pattern: '^[0-9a-f]{32}$'},
    traceparent: {type: 'string', description: 'W3C trace context, as this server passes it on'},
    tracestate: {type: 'string'},
    status: {const: 'logged'},
  },
}

const DEBUG = {
  type: 'object',
  required: [...IDS.required, 'method', 'path', 'headers', 'query_params', 'user'],
  additionalProperties: false,
  properties: {
    ...IDS.properties,
    method: {type: 'string'},
    path: {type: 'string'},
    headers: {type: 'object', additionalProperties: true},
    query_params: {type: 'object', additionalProperties: true},
    user: {type: 'object', additionalProperties: true},
  },
}

const EVENT = {
  type: 'object',
  required: ['event'],
  additionalProperties: false,
  properties: {
    event: {type: 'string', minLength: 1, maxLength: 200, examples: ['checkout_clicked']},
    details: {type: 'object', additionalProperties: true, examples: [{cart: 3}]},
  },
}
