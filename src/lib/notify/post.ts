import {type IncomingMessage, request as requestHttp} from 'node:http'
import {request as requestHttps} from 'node:https'
import {isIP} from 'node:net'
import {bareHost, type Destinations, NotAllowed, notAllowedText} from './destinations.js'
import type {Outcome} from './notice.js'

export interface Post {
  url: URL
  headers: Readonly<Record<string, string>>
  body: string
  /** Absent: anywhere. */
  destinations?: Destinations | undefined
  /** For all of it, from the name to the end of the answer. */
  timeoutMs: number
  signal: AbortSignal
}

export interface Answer {
  status: number
  /** The beginning of the body: {@link MOST_ANSWER_BYTES} at most. */
  text: string
  retryAfterMs?: number
  /** Where a redirect leads: scheme and host alone, since the rest may be a secret. */
  location?: string
}

/** More of an answer is not read: the connection is closed. */
export const MOST_ANSWER_BYTES = 64 * 1024
const LONGEST_WAIT_MS = 3_600_000

/**
 * Sends one request and reads what comes back, for a bounded time and up to a bounded size. Redirects are not followed.
 * Resolves to the answer, or to why there is none.
 */
export async function post(what: Post, now: () => Date): Promise<Answer | Extract<Outcome, {sent: false}>> {
  const host = bareHost(what.url.hostname)
  const {destinations} = what
  if (destinations && isIP(host) && !destinations.allowsAddress(host) && !destinations.allowsHost(host)) {
    return {sent: false, reason: notAllowedText(host), retriable: false}
  }
  const limit = AbortSignal.timeout(what.timeoutMs)
  try {
    return await exchange(what, limit, now)
  } catch (error) {
    if (what.signal.aborted) return {sent: false, reason: 'ended before an answer came', retriable: true}
    if (limit.aborted)
      return {sent: false, reason: `no answer from ${host} within ${what.timeoutMs / 1000} s`, retriable: true}
    if (error instanceof NotAllowed) return {sent: false, reason: error.message, retriable: false}
    return {sent: false, reason: connectionText(host, error), retriable: true}
  }
}

function exchange({url, headers, body, destinations, signal}: Post, limit: AbortSignal, now: () => Date) {
  return new Promise<Answer>((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: {...headers, 'content-length': String(Buffer.byteLength(body))},
      agent: false,
      signal: AbortSignal.any([signal, limit]),
      ...(destinations ? {lookup: destinations.lookup} : {}),
    })
    // Once there is a status, it is what counts: readBody ends when the request does.
    let answered = false
    const fail = (error: Error) => {
      if (!answered) reject(error)
    }
    request.on('error', fail)
    request.on('close', () => fail(new Error('the connection was closed')))
    request.on('response', (response) => {
      answered = true
      readBody(response).then((text) => resolve(answerOf(response, text, now)))
    })
    request.end(body)
  })
}

/** What was read counts, however the body ends: the status is known by then. */
function readBody(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const end = () => resolve(Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString())
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size >= MOST_ANSWER_BYTES) response.destroy()
    })
    response.on('error', end)
    response.on('close', end)
    response.on('end', end)
  })
}

function answerOf({statusCode = 0, headers}: IncomingMessage, text: string, now: () => Date): Answer {
  const retryAfterMs = waitOf(headers['retry-after'], now)
  const location = headers.location
  return {
    status: statusCode,
    text,
    ...(retryAfterMs === undefined ? {} : {retryAfterMs}),
    ...(location && URL.canParse(location) ? {location: new URL(location).origin} : {}),
  }
}

/** Milliseconds of a Retry-After: seconds, or a date; an hour at most. */
function waitOf(header: string | undefined, now: () => Date): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now().getTime()
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_WAIT_MS) : undefined
}

/**
 * What an answer means: 2xx arrived; 408, 425, 429 and 5xx may go well later; anything else, redirects included, will not
 * without a change of the rule.
 */
export function outcomeOf({status, retryAfterMs, location}: Answer, said = ''): Outcome {
  if (status >= 200 && status < 300) return {sent: true, detail: `answered ${status}`}
  if (status >= 300 && status < 400) {
    const where = location ? ` to ${location}` : ''
    return {sent: false, reason: `answered ${status}: a redirect${where}, which is not followed`, retriable: false}
  }
  const retriable = status === 408 || status === 425 || status === 429 || status >= 500
  const reason = `answered ${status}${said && `: ${said}`}`
  return {sent: false, reason, retriable, ...(retriable && retryAfterMs !== undefined ? {afterMs: retryAfterMs} : {})}
}

function connectionText(host: string, error: unknown): string {
  const {code, message, errors} = error as NodeJS.ErrnoException & {errors?: NodeJS.ErrnoException[]}
  switch (code ?? errors?.[0]?.code) {
    case 'ECONNREFUSED':
      return `${host} refused the connection`
    case 'ENOTFOUND':
      return `there is no host ${host}`
    case 'EAI_AGAIN':
      return `the name ${host} could not be resolved just now`
    case 'ECONNRESET':
    case 'EPIPE':
      return `${host} closed the connection without an answer`
    default:
      return `${host}: ${message || code || 'no connection'}`
  }
}
