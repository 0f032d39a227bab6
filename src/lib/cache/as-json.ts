// Caches and counts as programs read them: the same from the endpoints and from the commands.

import type {CacheStats, RateEntry, RateStatus} from './cache.js'

export interface CacheStatsJson {
  kind: CacheStats['kind']
  available: boolean
  hits: number
  misses: number
  /** Hits of all lookups, 0 to 1; absent before the first. */
  hit_rate?: number
  errors: number
  keys: number
  bytes?: number
  prefixes: Record<string, number>
}

export function cacheStatsJson({
  kind,
  available,
  hits,
  misses,
  errors,
  keys,
  bytes,
  prefixes,
}: CacheStats): CacheStatsJson {
  const asked = hits + misses
  return {
    kind,
    available,
    hits,
    misses,
    ...(asked === 0 ? {} : {hit_rate: Math.round((hits / asked) * 10_000) / 10_000}),
    errors,
    keys,
    ...(bytes === undefined ? {} : {bytes}),
    prefixes,
  }
}

export interface RateStatusJson {
  kind: RateStatus['kind']
  available: boolean
  items: RateEntryJson[]
}

export interface RateEntryJson {
  /** Name of the route: `auth.login`. */
  endpoint: string
  /** `user:ID` or `ip:ADDRESS`: what `rate-limits reset` takes. */
  who: string
  allowed: boolean
  limit: number
  remaining: number
  window_seconds: number
  /** Until the window ends; rounded up. */
  reset_seconds: number
}

/** Those nearest to their limit first. */
export function rateStatusJson({kind, available, windows}: RateStatus): RateStatusJson {
  const items = windows.map(rateEntryJson)
  items.sort((a, b) => a.remaining / (a.limit || 1) - b.remaining / (b.limit || 1) || order(nameOf(a), nameOf(b)))
  return {kind, available, items}
}

function rateEntryJson({key, allowed, limit, remaining, windowMs, resetMs}: RateEntry): RateEntryJson {
  const colon = key.indexOf(':')
  return {
    endpoint: key.slice(0, colon),
    who: key.slice(colon + 1),
    allowed,
    limit,
    remaining,
    window_seconds: windowMs / 1_000,
    reset_seconds: Math.ceil(resetMs / 1_000),
  }
}

/** The way back. */
export function rateStatusOf({kind, available, items}: RateStatusJson): RateStatus {
  const windows = items.map(({endpoint, who, allowed, limit, remaining, window_seconds, reset_seconds}) => ({
    key: `${endpoint}:${who}`,
    allowed,
    limit,
    remaining,
    windowMs: window_seconds * 1_000,
    resetMs: reset_seconds * 1_000,
  }))
  return {kind, available, windows}
}

const nameOf = ({endpoint, who}: RateEntryJson) => `${endpoint}:${who}`
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
