import type {Cache} from './cache.js'

/** What `cached` tells of each request: the part of telemetry's Counters that it needs. */
export interface LookupCounters {
  cacheHit(prefix: string): void
  cacheMiss(prefix: string): void
}

export interface CachedAnswer {
  /** As `make` gave it: the text that is sent. */
  value: string
  ageMs: number
  /** True where `make` did not run for this request: it was there, or is being made for another. */
  hit: boolean
}

interface Found {
  value: string
  madeAt: number
  hit: boolean
}

/** Lookups under way in this process, by cache and key. */
const flights = new WeakMap<Cache, Map<string, Promise<Found>>>()

/**
 * What the cache holds under `key`, else what `make` gives, which is then kept for `ttlMs`. Equal requests at the same
 * time share one lookup and one `make`, in this process: several servers over one Redis make a value once each at most.
 * Nobody who goes away ends it for the others, so `make` must bound its own time. Where it fails, all who waited get
 * its error and nothing is kept. What is counted is requests, by the key up to its first colon.
 */
export async function cached(
  cache: Cache,
  counters: LookupCounters,
  {key, ttlMs}: {key: string; ttlMs: number},
  make: () => Promise<string>,
): Promise<CachedAnswer> {
  const underWay = flightsOf(cache)
  const others = underWay.get(key)
  const flight = others ?? lookup(cache, underWay, {key, ttlMs}, make)
  const {value, madeAt, hit: found} = await flight
  const hit = found || others !== undefined
  const prefix = key.split(':', 1)[0] as string
  if (hit) counters.cacheHit(prefix)
  else counters.cacheMiss(prefix)
  return {value, ageMs: Math.max(0, Date.now() - madeAt), hit}
}

function flightsOf(cache: Cache): Map<string, Promise<Found>> {
  let known = flights.get(cache)
  if (known === undefined) {
    known = new Map()
    flights.set(cache, known)
  }
  return known
}

function lookup(
  cache: Cache,
  underWay: Map<string, Promise<Found>>,
  {key, ttlMs}: {key: string; ttlMs: number},
  make: () => Promise<string>,
): Promise<Found> {
  const flight = findOrMake()
  underWay.set(key, flight)
  const land = () => {
    underWay.delete(key)
  }
  flight
    .then(async ({value, hit}) => {
      // Whoever comes before it is kept still finds the flight.
      if (!hit) await cache.set(key, value, ttlMs)
    })
    .then(land, land)
  return flight

  async function findOrMake(): Promise<Found> {
    const there = await cache.get(key)
    if (there !== undefined) return {...there, hit: true}
    return {value: await make(), madeAt: Date.now(), hit: false}
  }
}
