import type {FastifyReply, FastifyRequest, RouteOptions} from 'fastify'
import type {ApiParts, RequestContext} from '../api.js'
import {UNMATCHED} from './limits.js'

/** Asked so often that their successes are worth a line only under --verbose. */
const QUIET = new Set(['health', 'health.plain', 'prometheus', 'prometheus.http', 'prometheus.fastapi'])

/** Counts an answer and writes it to our own log: by the route's pattern, never by what was asked for. */
export function tellAnswer({signals: {counters, log}}: ApiParts) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const {url: endpoint = UNMATCHED, config} = request.routeOptions
    const {method} = request
    const {statusCode: status, elapsedTime} = reply
    counters.httpRequest({method, endpoint, status}, elapsedTime / 1000)
    const {requestId, correlationId, traceId, caller} = request.context
    const isQuiet = status < 400 && QUIET.has(config.name ?? '')
    log[isQuiet ? 'debug' : 'info']('request', {
      operation_id: requestId,
      subject_id: caller.subject,
      correlation_id: correlationId,
      trace_id: traceId,
      method,
      endpoint,
      status,
      duration_ms: Math.round(elapsedTime * 100) / 100,
    })
  }
}

/** A parent that names no span: what begins there is the root of the trace whose id the answer has. */
function newTrace({traceId}: RequestContext): string {
  return `00-${traceId}-0000000000000000-01`
}

/** Runs a route's handler in a span below the caller's. Nothing is put around it while nothing is exported. */
export function traceHandler({signals: {tracer}}: ApiParts, route: RouteOptions): void {
  if (!tracer.on) return
  const {handler} = route
  const attributes = {'span.kind': 'server', 'http.request.method': String(route.method), 'http.route': route.url}
  route.handler = function (request, reply) {
    const {context} = request
    const work = async () => {
      context.traceparent = tracer.current() ?? context.traceparent
      reply.header('traceparent', context.traceparent)
      return handler.call(this, request, reply)
    }
    return tracer.span(`${route.method} ${route.url}`, attributes, work, context.parent ?? newTrace(context))
  }
}
