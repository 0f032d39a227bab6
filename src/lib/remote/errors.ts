// The one place that reads how asking a logflow server fails: what fetch throws, and the server's problem answers.
// Messages are one line and hold no token, whatever the other side wrote into its answer.

import {CODES, type ErrorCode, LogflowError} from '../errors/logflow-error.js'

/** What messages need to know of the server. */
export interface ServerFacts {
  url: string
  token?: string
  /** When the token ends, RFC 3339, where that is known. */
  tokenExpiresAt?: string
}

/** An answer that is no success. */
export interface Refusal {
  status: number
  /** As it came; JSON of a problem, where it is a logflow server that answers. */
  text: string
  /** Seconds, of Retry-After. */
  retryAfter?: number
  /** Where a redirection points to. */
  location?: string
  /** See Ask. */
  aboutPassword?: boolean
}

const MAX_SAID = 300
const MOST_SUGGESTIONS = 3
/** A problem's codes that mean: the same request may succeed later with nothing changed. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'BUS_UNREACHABLE',
  'STORE_UNREACHABLE',
  'DATABASE_UNREACHABLE',
  'SERVER_UNREACHABLE',
  'NOT_CAUGHT_UP',
  'THROTTLED',
])

const TLS_FAULTS: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate comes from an authority that is not trusted here'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate comes from an authority that is not trusted here'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'its certificate comes from an authority that is not trusted here'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate comes from an authority that is not trusted here'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
])

const NETWORK_FAULTS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'the name of the host cannot be looked up now'],
  ['EHOSTUNREACH', 'no way to the host'],
  ['ENETUNREACH', 'no way to the network'],
  ['ETIMEDOUT', 'no connection in time'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['UND_ERR_HEADERS_TIMEOUT', 'no answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'the answer stopped'],
  ['UND_ERR_SOCKET', 'the connection was closed'],
  ['ECONNRESET', 'the connection was closed'],
  ['EPIPE', 'the connection was closed'],
])

/** What fetch rejected with, or what broke while an answer was read. */
export function unreachable(error: unknown, {url}: ServerFacts): LogflowError {
  const {code, said} = rootOf(error)
  const tls = TLS_FAULTS.get(code)
  if (tls !== undefined) return untrusted(url, tls)
  const noTls = code === 'EPROTO' || code.startsWith('ERR_SSL_')
  const noHttp = code.startsWith('HPE_')
  const why = noTls
    ? 'it does not speak TLS'
    : noHttp
      ? 'it does not speak HTTP'
      : (NETWORK_FAULTS.get(code) ?? (oneLine(said) || 'the request failed'))
  const scheme = url.startsWith('https:') ? 'http://' : 'https://'
  return new LogflowError('SERVER_UNREACHABLE', `no answer from the logflow server at ${url}: ${why}`, {
    retriable: !noTls && !noHttp,
    suggestions: [
      noTls || noHttp
        ? `Check the address: should it begin with ${scheme}?`
        : 'Check that logflow serve runs there, and that the address is right (server.url)',
    ],
    // The foreign error may hold the request with its headers.
    cause: new Error(`${code} ${oneLine(said)}`.trim()),
  })
}

function untrusted(url: string, why: string): LogflowError {
  return new LogflowError('SERVER_UNREACHABLE', `no safe connection to the logflow server at ${url}: ${why}`, {
    suggestions: [
      'Trust its authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or give the server a certificate for its name',
    ],
  })
}

/** The answer ended before it was whole. */
export function cutOff({url}: ServerFacts): LogflowError {
  return new LogflowError('SERVER_UNREACHABLE', `the answer of the logflow server at ${url} was cut off`, {
    retriable: true,
    suggestions: ['Try again; the server may have been stopped meanwhile'],
  })
}

/** It took longer than the time limit. */
export function tooSlow({url}: ServerFacts, ms: number): LogflowError {
  return new LogflowError('SERVER_UNREACHABLE', `no answer from the logflow server at ${url} within ${ms / 1_000} s`, {
    retriable: true,
    suggestions: ['Ask for less at once: a shorter --since, a smaller --limit'],
  })
}

/** What answers is something else, or a logflow that speaks another protocol. */
export function notLogflow({url}: ServerFacts, why: string): LogflowError {
  return new LogflowError('BACKEND_REFUSED', `what answers at ${url} is not a logflow server that fits: ${why}`, {
    suggestions: [
      'Check server.url: is there a proxy or another server?',
      'Use the same version of logflow on both sides',
    ],
  })
}

/** An answer with a status that is no success, as an error of ours. */
export function refusalError(refusal: Refusal, server: ServerFacts): LogflowError {
  const {status, location} = refusal
  if (status >= 300 && status < 400)
    return notLogflow(server, `it points elsewhere${location ? ` (${plainLocation(location)})` : ''}`)
  const problem = parseProblem(refusal.text)
  if (!problem) return foreignRefusal(refusal, server)
  return problemError(problem, server, refusal)
}

/** A problem of the API, in an answer of its own or at the end of a stream. */
export function problemError(
  problem: Problem,
  server: ServerFacts,
  {status = 0, retryAfter, aboutPassword}: Partial<Refusal> = {},
): LogflowError {
  const code = codeOf(problem.code, status)
  const told = problem.detail === undefined ? problem.error : `${problem.error}: ${problem.detail}`
  const said = withoutToken(oneLine(told), server)
  const options = {
    suggestions: (problem.suggestions ?? [])
      .slice(0, MOST_SUGGESTIONS)
      .map((line) => withoutToken(oneLine(line), server)),
    retriable: problem.retriable ?? (PASSING.has(code) || status === 502 || status === 503 || status === 504),
    cause: new Error(`HTTP ${status} ${problem.code ?? ''} request ${problem.request_id ?? 'without id'}`),
  }
  if (code === 'UNAUTHORISED') return aboutPassword ? new LogflowError(code, said) : unauthorised(said, server)
  if (code === 'FORBIDDEN') {
    const suggestions = ['logflow auth whoami  to see who you are there, and what you may do']
    return new LogflowError(code, `the server at ${server.url} does not allow that: ${said}`, {...options, suggestions})
  }
  if (code === 'THROTTLED') return throttled(said, server, retryAfter)
  if (code === 'INTERNAL') {
    const id = problem.request_id === undefined ? '' : ` (request ${oneLine(problem.request_id)})`
    return new LogflowError('BACKEND_REFUSED', `the server at ${server.url} failed: ${said}${id}`, {
      ...options,
      suggestions: ["Look for the request id in the server's own log"],
    })
  }
  return new LogflowError(code, CODES[code] >= 3 ? `the server at ${server.url}: ${said}` : said, options)
}

function unauthorised(said: string, {url, token, tokenExpiresAt}: ServerFacts): LogflowError {
  const ended = tokenExpiresAt !== undefined && Date.parse(tokenExpiresAt) <= Date.now()
  const message =
    token === undefined
      ? `the server at ${url} asks you to sign in`
      : ended
        ? `your sign-in at ${url} ended at ${tokenExpiresAt}`
        : `the server at ${url} does not accept the token: ${said}`
  return new LogflowError('UNAUTHORISED', message, {
    suggestions: [`logflow auth login ${url}`, 'For programs, use a token that lasts: logflow auth token create'],
  })
}

function throttled(said: string, {url}: ServerFacts, retryAfter: number | undefined): LogflowError {
  const isSaid = retryAfter === undefined || said.includes('try again in')
  const when = isSaid ? '' : `; it takes more in ${retryAfter} s`
  return new LogflowError('THROTTLED', `asked too often at ${url}: ${said}${when}`, {
    retriable: true,
    suggestions: ['Wait and try again'],
  })
}

/** The answer of a proxy, or of a server that is no logflow. */
function foreignRefusal({status, retryAfter}: Refusal, server: ServerFacts): LogflowError {
  if (status === 401) return unauthorised('not authorised', server)
  if (status === 429) return throttled(`HTTP ${status}`, server, retryAfter)
  if (status === 502 || status === 503 || status === 504) {
    return new LogflowError(
      'SERVER_UNREACHABLE',
      `no answer from the logflow server at ${server.url}: HTTP ${status}`,
      {
        retriable: true,
        suggestions: ['Try again later: what stands before the server cannot reach it'],
      },
    )
  }
  return notLogflow(server, `HTTP ${status}`)
}

export interface Problem {
  error: string
  code?: string
  request_id?: string
  /** What exactly is wrong with the request. */
  detail?: string
  retriable?: boolean
  suggestions?: string[]
}

function parseProblem(text: string): Problem | undefined {
  try {
    return toProblem(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Narrows what came as JSON. */
export function toProblem(value: unknown): Problem | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const {error, code, request_id, detail, retriable, suggestions} = value as Record<string, unknown>
  if (typeof error !== 'string') return undefined
  return {
    error,
    ...(typeof code === 'string' ? {code} : {}),
    ...(typeof request_id === 'string' ? {request_id} : {}),
    ...(typeof detail === 'string' ? {detail} : {}),
    ...(typeof retriable === 'boolean' ? {retriable} : {}),
    ...(Array.isArray(suggestions) ? {suggestions: suggestions.filter((one) => typeof one === 'string')} : {}),
  }
}

const BY_STATUS: Record<number, ErrorCode> = {
  400: 'USAGE',
  401: 'UNAUTHORISED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'ALREADY_THERE',
  413: 'USAGE',
  429: 'THROTTLED',
  501: 'NOT_SUPPORTED',
  503: 'SERVER_UNREACHABLE',
  504: 'SERVER_UNREACHABLE',
}

function codeOf(code: string | undefined, status: number): ErrorCode {
  const ours = code?.toUpperCase()
  if (ours !== undefined && Object.hasOwn(CODES, ours)) return ours as ErrorCode
  return BY_STATUS[status] ?? 'INTERNAL'
}

/** The innermost error that says something; Happy Eyeballs wraps several. */
function rootOf(error: unknown): {code: string; said: string} {
  let at = error as {code?: unknown; message?: unknown; cause?: unknown; errors?: unknown[]} | undefined
  let code = ''
  let said = ''
  for (let depth = 0; at && depth < 6; depth++) {
    if (typeof at.code === 'string') code = at.code
    if (typeof at.message === 'string' && at.message !== '') said = at.message
    at = (at.cause ?? at.errors?.[0]) as typeof at
  }
  return {code, said}
}

function plainLocation(location: string): string {
  const url = URL.canParse(location) ? new URL(location) : undefined
  return url ? `${url.protocol}//${url.host}` : oneLine(location)
}

function withoutToken(text: string, {token}: ServerFacts): string {
  return token ? text.replaceAll(token, '********') : text
}

/** One line of at most 300 characters. */
function oneLine(text: string): string {
  const line = text
    .slice(0, MAX_SAID * 4)
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
  return line.length > MAX_SAID ? `${line.slice(0, MAX_SAID - 1)}…` : line
}
