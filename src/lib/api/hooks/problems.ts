import type {FastifyReply, FastifyRequest} from 'fastify'
import {type ErrorCode, LogflowError} from '../../errors/logflow-error.js'
import {QueryError} from '../../query/query-error.js'
import type {ApiParts} from '../api.js'
import {contextOf} from './request-context.js'

/** What every answer that is not a success says. `error` is stable for one kind of failure where it is not the caller's. */
export interface ProblemBody {
  error: string
  /** A LogflowError's code in lower case, or one of the web's: `too_large`, `unsupported_media_type`, … */
  code: string
  request_id: string
  /** What exactly is wrong with the request. */
  detail?: string
  /** UTF-16 index into the query. */
  position?: number
  suggestions?: string[]
}

export interface Problem {
  status: number
  headers: Record<string, string>
  body: ProblemBody
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  USAGE: 400,
  BAD_QUERY: 400,
  BAD_CONFIG: 400,
  BAD_RULE: 400,
  UNAUTHORISED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  NO_MATCH: 404,
  ALREADY_THERE: 409,
  NOT_SUPPORTED: 501,
  THROTTLED: 429,
  BUS_UNREACHABLE: 503,
  STORE_UNREACHABLE: 503,
  DATABASE_UNREACHABLE: 503,
  CACHE_UNREACHABLE: 503,
  SERVER_UNREACHABLE: 503,
  NOT_CAUGHT_UP: 503,
  LOCK_HELD: 503,
  DISK_FULL: 507,
}

/** Told to callers in the place of messages that name our addresses and paths. */
const AWAY: Partial<Record<ErrorCode, string>> = {
  BUS_UNREACHABLE: 'the bus cannot be reached',
  STORE_UNREACHABLE: 'the store cannot be reached',
  DATABASE_UNREACHABLE: 'the database cannot be reached',
  CACHE_UNREACHABLE: 'the cache cannot be reached',
  SERVER_UNREACHABLE: 'the server behind this one cannot be reached',
  LOCK_HELD: 'another process holds what this needs',
  DISK_FULL: 'there is no space left on the server',
}

/** Codes of refusals that come from Fastify, by status. */
const WEB_CODES: Record<number, string> = {
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'timeout',
  413: 'too_large',
  414: 'too_large',
  415: 'unsupported_media_type',
  431: 'too_large',
}

const RETRY_AFTER_SECONDS = 5

/** The answer that an error becomes. The one place where codes become statuses. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof LogflowError) return ofLogflow(error, requestId)
  const {statusCode, validation, message} = (error ?? {}) as {
    statusCode?: number
    validation?: unknown
    message?: string
  }
  if (validation) return plain(400, 'the request is not valid', 'usage', requestId, message)
  if (isTimeout(error)) return plain(504, 'it took too long', 'timeout', requestId)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return plain(statusCode, message ?? 'refused', WEB_CODES[statusCode] ?? 'usage', requestId)
  if (statusCode === 503) return withRetry(plain(503, 'the server is ending', 'ending', requestId))
  return plain(500, 'internal error', 'internal', requestId)
}

function ofLogflow(error: LogflowError, requestId: string): Problem {
  const status = STATUS[error.code] ?? (error.retriable ? 503 : 500)
  if (status === 500) return plain(500, 'internal error', 'internal', requestId)
  const known = AWAY[error.code]
  const message = error instanceof QueryError ? 'the query does not parse' : (known ?? error.message)
  const problem = plain(status, message, error.code.toLowerCase(), requestId)
  if (error instanceof QueryError) Object.assign(problem.body, {detail: error.problem, position: error.at})
  if (known === undefined && error.suggestions.length > 0) problem.body.suggestions = error.suggestions
  if (status === 401) problem.headers['www-authenticate'] = 'Bearer realm="logflow"'
  return status === 503 || status === 429 ? withRetry(problem, error) : problem
}

function plain(status: number, error: string, code: string, requestId: string, detail?: string): Problem {
  return {status, headers: {}, body: {error, code, request_id: requestId, ...(detail ? {detail} : {})}}
}

/** An error may know when the next try has a chance: `retryAfterMs`. */
function withRetry(problem: Problem, error?: object): Problem {
  const {retryAfterMs} = (error ?? {}) as {retryAfterMs?: number}
  const seconds = retryAfterMs === undefined ? RETRY_AFTER_SECONDS : Math.max(1, Math.ceil(retryAfterMs / 1000))
  problem.headers['retry-after'] = String(seconds)
  return problem
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
}

/** The error handler of the server: tells the caller what concerns them, and our own log what concerns us. */
export function answerProblem({signals, signal}: ApiParts) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    request.context ??= contextOf(request.headers, request.ip)
    const {requestId, caller} = request.context
    const error = signal.aborted && isTimeout(thrown) ? {statusCode: 503} : oursRefused(thrown, request)
    const {status, headers, body} = problemOf(error, requestId)
    if (status >= 500 && status !== 501)
      signals.log.error('request_failed', error, {
        operation_id: requestId,
        subject_id: caller.subject,
        endpoint: request.routeOptions.url ?? 'unmatched',
        status,
      })
    return reply.code(status).headers(headers).type('application/json').send(body)
  }
}

/** A backend that refuses the server's own credentials has not refused the caller's. */
function oursRefused(error: unknown, request: FastifyRequest): unknown {
  if (!(error instanceof LogflowError) || error.code !== 'UNAUTHORISED') return error
  const isOurs = request.admitted && !request.routeOptions.config.name?.startsWith('auth.')
  return isOurs ? new LogflowError('BACKEND_REFUSED', error.message, {cause: error}) : error
}
