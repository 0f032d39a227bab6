import {randomUUID} from 'node:crypto'
// its types let a route's schema carry tags, summary and description
import type {} from '@fastify/swagger'
import type {FastifyReply, FastifyRequest} from 'fastify'
import type {Caller} from '../../accounts/accounts.js'
import type {RequestContext, RouteRules} from '../api.js'
import {SAFE_HEADERS} from './browser-safety.js'
import {type Headers, traceOf} from './trace-headers.js'

declare module 'fastify' {
  interface FastifyRequest {
    context: RequestContext
    /** Why whoever asks is not who they say; kept until the request has been counted. */
    refusal: unknown
    /** True once access.ts has let it through. */
    admitted: boolean
  }
  interface FastifyInstance {
    /** Names of all routes. */
    routeNames: ReadonlySet<string>
  }
  interface FastifyContextConfig extends Partial<RouteRules> {}
}

/** What may stand in our headers, logs and answers as it came. */
const SAFE_ID = /^[A-Za-z0-9._-]{1,128}$/

/** Ids and trace of a request, from its headers or made here. Its caller is nobody until access.ts has looked. */
export function contextOf(headers: Headers, source: string | undefined): RequestContext {
  const requestId = safeId(headers['x-request-id']) ?? randomUUID()
  const correlationId = safeId(headers['x-correlation-id']) ?? requestId
  return {requestId, correlationId, ...traceOf(headers), caller: anonymous(source, requestId)}
}

/** Somebody who did not sign in: no scopes. */
export function anonymous(source: string | undefined, operation: string): Caller {
  return {subject: 'anonymous', role: 'user', scopes: new Set(), operation, ...(source ? {source} : {})}
}

/** First hook of every request: the ids stand in each answer, whatever its end. */
export async function takeUpContext(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  request.context = contextOf(request.headers, request.ip)
  reply.headers({...SAFE_HEADERS, ...contextHeaders(request.context)})
}

export function contextHeaders({requestId, correlationId, traceId, traceparent, tracestate}: RequestContext) {
  return {
    'x-request-id': requestId,
    'x-correlation-id': correlationId,
    'x-trace-id': traceId,
    traceparent,
    ...(tracestate ? {tracestate} : {}),
  }
}

function safeId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && SAFE_ID.test(header) ? header : undefined
}
