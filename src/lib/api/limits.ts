import type {RateLimit} from '../cache/cache.js'
import {nearMatch} from '../config/near-match.js'
import {LogflowError} from '../errors/logflow-error.js'
import type {RouteRules} from './api.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How often one user, or one address that is not signed in, may ask (spec §5), by the name of the route. */
export const LIMITS: Readonly<Record<string, RateLimit>> = {
  'auth.register': {limit: 10, windowMs: HOUR},
  'auth.login': {limit: 20, windowMs: HOUR},
  'auth.me': {limit: 100, windowMs: MINUTE},
  'auth.me.update': {limit: 30, windowMs: HOUR},
  'auth.users': {limit: 50, windowMs: MINUTE},
  'logs.search': {limit: 50, windowMs: MINUTE},
  'logs.recent': {limit: 100, windowMs: MINUTE},
  'logs.get': {limit: 200, windowMs: MINUTE},
}

/** Of every route that is not in the table and says nothing else. */
export const DEFAULT_LIMIT: RateLimit = {limit: 100, windowMs: MINUTE}

/** The limit that holds for a route; absent where there is none. */
export type LimitOf = (rules: Pick<RouteRules, 'name' | 'limit'>) => RateLimit | undefined

/**
 * The limits with what `api.rate_limits` says otherwise: `auth.login=20/hour`, `logs.search=off`, `default=300/minute`
 * for all that have none of their own, or `off` for none at all. Throws BAD_CONFIG.
 *
 * @param routes names of all routes
 */
export function readLimits(written: readonly string[], routes: Iterable<string>): LimitOf {
  const known = new Set([...routes, 'default'])
  const changed = new Map<string, RateLimit | false>()
  for (const text of written) {
    if (OFF.test(text)) return () => undefined
    const {name, limit} = readLimit(text, known)
    if (changed.has(name)) throw refused(text, `${name} is there twice`, ['Leave one of them out'])
    changed.set(name, limit)
  }
  const rest = changed.get('default') ?? DEFAULT_LIMIT
  return ({name, limit}) => (changed.get(name) ?? limit ?? LIMITS[name] ?? rest) || undefined
}

const OFF = /^\s*(off|none)\s*$/i

function readLimit(text: string, known: ReadonlySet<string>): {name: string; limit: RateLimit | false} {
  const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.+?)\s*$/.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw refused(text, 'it must be endpoint=requests/period, or off', ['Write it as auth.login=20/hour'])
  }
  if (!known.has(name)) {
    const near = nearMatch(name, known)
    const all = [...known].filter((one) => one !== 'default').sort()
    throw refused(text, `there is no endpoint ${JSON.stringify(name)}`, [
      near ? `Did you mean ${near}?` : `Endpoints: ${all.join(', ')}; default is all that have no limit of their own`,
    ])
  }
  return {name, limit: OFF.test(value) ? false : readRate(text, value)}
}

const PERIODS = new Map([
  ['s', 1_000],
  ['sec', 1_000],
  ['second', 1_000],
  ['m', MINUTE],
  ['min', MINUTE],
  ['minute', MINUTE],
  ['h', HOUR],
  ['hour', HOUR],
  ['d', 24 * HOUR],
  ['day', 24 * HOUR],
])

function readRate(text: string, value: string): RateLimit {
  const [, requests, count, unit] = /^(\d{1,9})\s*\/\s*(\d{1,4})?\s*([a-z]+?)s?$/i.exec(value) ?? []
  const period = PERIODS.get((unit ?? '').toLowerCase())
  const windowMs = Number(count ?? 1) * (period ?? 0)
  if (requests === undefined || windowMs === 0) {
    throw refused(text, `${JSON.stringify(value)} is no limit: it takes requests/period, or off`, [
      'Write it as 20/hour, 100/minute, 5/second or 500/15m',
    ])
  }
  return {limit: Number(requests), windowMs}
}

function refused(text: string, why: string, suggestions: string[]): LogflowError {
  return new LogflowError('BAD_CONFIG', `api.rate_limits: ${JSON.stringify(text)}: ${why}`, {suggestions})
}

/** `60 per 1 minute`: as answers over the limit say it. */
export function describeLimit({limit, windowMs}: RateLimit): string {
  const [unit, ms] = UNITS.find(([, size]) => windowMs % size === 0) ?? ['millisecond', 1]
  const count = windowMs / ms
  return `${limit} per ${count} ${unit}${count === 1 ? '' : 's'}`
}

const UNITS = [
  ['day', 24 * HOUR],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', 1_000],
] as const
