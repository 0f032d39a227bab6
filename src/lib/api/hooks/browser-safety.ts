import type {FastifyInstance, FastifyRequest} from 'fastify'
import {LogflowError} from '../../errors/logflow-error.js'
import type {ApiParts} from '../api.js'
import {isLoopback} from '../loopback.js'

/** On every answer; a route may say otherwise. */
export const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}

/** What pages of the configured origins may do. Without origins no page of another origin reads an answer. */
export async function allowOrigins(app: FastifyInstance, {config}: ApiParts): Promise<void> {
  const origins = config.api.corsOrigins.map(readOrigin)
  if (origins.length === 0) return
  const {default: cors} = await import('@fastify/cors')
  await app.register(cors, {
    origin: origins.includes('*') ? '*' : origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    exposedHeaders: [
      'Age',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Retry-After',
      'X-Cache',
      'X-Correlation-ID',
      'X-Request-ID',
      'X-Trace-Id',
    ],
    maxAge: 600,
  })
}

function readOrigin(written: string): string {
  if (written === '*') return written
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash) return url.origin
  throw new LogflowError('BAD_CONFIG', `api.cors_origins: ${JSON.stringify(written)} is no origin`, {
    suggestions: ['Write it as https://logs.example.com, or * for all'],
  })
}

/**
 * A page in somebody's browser must not use this machine's own address to read or write here. What everybody on the
 * machine may read is only given to who calls the server by a name of the machine (a foreign name that was made to
 * point here is refused), and nothing is changed for a page of another origin that nobody signed in from.
 */
export function refuseForeignPages({config, live}: ApiParts): (request: FastifyRequest) => Promise<void> {
  const {api} = config
  const isAlone = isLoopback(api.host) && api.trustedProxies.length === 0
  return async ({method, headers, routeOptions}) => {
    const {host = '', origin, authorization} = headers
    const {publicReads, registration} = live.current()
    // Whoever may register here reads with an account what nobody reads without.
    const isOpen = publicReads || (registration && routeOptions.config.name === 'auth.register')
    if (isAlone && isOpen && !isOwnName(host, api.host))
      throw new LogflowError('FORBIDDEN', 'this server is called by another name than its own', {
        suggestions: [
          'Call it as http://127.0.0.1 or http://localhost',
          'Behind a proxy: set api.public_reads and api.registration to false, or api.trusted_proxies to its address',
        ],
      })
    if (origin === undefined || authorization !== undefined || method === 'GET' || method === 'HEAD') return
    if (!isSameHost(origin, host) && !api.corsOrigins.some((one) => one === '*' || one === origin))
      throw new LogflowError('FORBIDDEN', 'a page of another origin may not do this', {
        suggestions: ['Name its origin: api.cors_origins'],
      })
  }
}

function isOwnName(host: string, configured: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return isLoopback(name) || name === configured.toLowerCase()
}

/** As URLs, in which the port of the scheme is left out. */
function isSameHost(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const {protocol, host: from} = new URL(origin)
  return URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === from
}
