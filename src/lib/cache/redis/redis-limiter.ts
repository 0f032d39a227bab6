import type {RateEntry, RateLimit, RateLimiter, RateState, RateStatus} from '../cache.js'
import {countsFor} from '../rate-key.js'
import {globOf} from './glob.js'
import type {RedisLink} from './redis-link.js'

const PREFIX = 'logflow:limit:'

/** Counts one request and tells how many there are now and how long the window lasts; in one step, so exactly. */
const TAKE = `
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}`

/**
 * Counts that several servers share. This process counts along for itself, so that nobody gets a second allowance where
 * Redis goes away; then each server lets as many through as the limit says. A key of Redis is
 * `logflow:limit:<limit>/<window in ms>:<key>`, so a limit that was changed begins anew.
 */
export class RedisLimiter implements RateLimiter {
  readonly kind = 'redis'

  constructor(
    private readonly link: RedisLink,
    private readonly own: RateLimiter,
  ) {}

  async take(key: string, rate: RateLimit): Promise<RateState> {
    const own = await this.own.take(key, rate)
    const {limit, windowMs} = rate
    const name = `${PREFIX}${limit}/${windowMs}:${key}`
    const counted = await this.link.run((redis) => redis.eval(TAKE, 1, name, windowMs))
    if (!Array.isArray(counted)) return own
    const [count, left] = counted.map(Number) as [number, number]
    return stateOf(rate, count, left)
  }

  async status(): Promise<RateStatus> {
    try {
      return {kind: this.kind, available: true, windows: await this.shared()}
    } catch {
      const {windows} = await this.own.status()
      return {kind: this.kind, available: false, windows}
    }
  }

  async reset(who: string): Promise<number> {
    return this.forget(
      `${PREFIX}*:${globOf(who, {stars: false})}`,
      (key) => countsFor(key, who),
      () => this.own.reset(who),
    )
  }

  async resetAll(): Promise<number> {
    return this.forget(
      `${PREFIX}*`,
      () => true,
      () => this.own.resetAll(),
    )
  }

  async close(): Promise<void> {
    await this.own.close()
    this.link.close()
  }

  private async shared(): Promise<RateEntry[]> {
    const names = new Set<string>()
    for await (const found of this.link.scan(`${PREFIX}*`)) for (const name of found) names.add(name)
    const entries: RateEntry[] = []
    for (const part of chunks([...names], 200)) {
      const answers = await this.link.ask((redis) => {
        const asked = redis.pipeline()
        for (const name of part) asked.get(name).pttl(name)
        return asked.exec()
      })
      part.forEach((name, n) => {
        const entry = entryOf(name, Number(answers?.[2 * n]?.[1]), Number(answers?.[2 * n + 1]?.[1]))
        if (entry) entries.push(entry)
      })
    }
    return entries
  }

  private async forget(glob: string, matches: (key: string) => boolean, own: () => Promise<number>): Promise<number> {
    let gone = 0
    for await (const found of this.link.scan(glob)) {
      const names = found.filter((name) => matches(keyOf(name)))
      if (names.length > 0) gone += await this.link.ask((redis) => redis.unlink(...names))
    }
    await own()
    return gone
  }
}

/** What was counted, of a key of Redis. */
function keyOf(name: string): string {
  return name.slice(name.indexOf(':', PREFIX.length) + 1)
}

function entryOf(name: string, count: number, left: number): RateEntry | undefined {
  const [, limit, windowMs] = /^(\d+)\/(\d+):/.exec(name.slice(PREFIX.length)) ?? []
  // One that ended meanwhile has no count, and less than no time left.
  if (limit === undefined || !Number.isInteger(count) || !(left >= 0)) return undefined
  const state = stateOf({limit: Number(limit), windowMs: Number(windowMs)}, count, left)
  return {key: keyOf(name), ...state, allowed: state.remaining > 0}
}

function stateOf({limit, windowMs}: RateLimit, count: number, left: number): RateState {
  const resetMs = Math.max(1, left)
  return {allowed: count <= limit, limit, windowMs, remaining: Math.max(0, limit - count), resetMs}
}

function chunks<T>(all: T[], size: number): T[][] {
  return Array.from({length: Math.ceil(all.length / size)}, (_, n) => all.slice(n * size, (n + 1) * size))
}
