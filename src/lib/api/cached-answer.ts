import {createHash} from 'node:crypto'
import type {FastifyReply} from 'fastify'
import {cached} from '../cache/single-flight.js'
import type {ApiParts} from './api.js'

/** Longer ones stand in the cache by their digest. */
const LONGEST_KEY = 200

/** The same for the same parameters in any order; names the cache's prefix and the endpoint. */
export function cacheKey(endpoint: string, asked: Record<string, unknown>): string {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined)
  const text = JSON.stringify(given.sort(([a], [b]) => (a < b ? -1 : 1)))
  const short = text.length <= LONGEST_KEY ? text : createHash('sha256').update(text).digest('base64url')
  return `${endpoint}:${short}`
}

/**
 * Answers with JSON that may be as old as `ttlMs`: `Age` tells how old it is (RFC 9111 §5.1, seconds), `X-Cache` whether
 * it was there. Whoever goes away does not end the work for the others; `api.request_timeout` does.
 */
export async function answerCached(
  parts: ApiParts,
  reply: FastifyReply,
  {key, ttlMs}: {key: string; ttlMs: number},
  make: (signal: AbortSignal) => Promise<object>,
): Promise<string> {
  const {cache, signals, config} = parts
  const {value, ageMs, hit} = await cached(cache, signals.counters, {key, ttlMs}, async () =>
    JSON.stringify(await inTime(config.api.requestTimeout, make)),
  )
  reply
    .type('application/json')
    .header('age', String(Math.floor(ageMs / 1_000)))
    .header('x-cache', hit ? 'hit' : 'miss')
  return value
}

async function inTime<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController()
  const over = () => late.abort(new DOMException('no answer in time', 'TimeoutError'))
  const timer = ms > 0 ? setTimeout(over, ms) : undefined
  try {
    const result = await work(late.signal)
    // What had come by then is not all.
    late.signal.throwIfAborted()
    return result
  } finally {
    clearTimeout(timer)
  }
}
