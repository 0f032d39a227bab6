import type {Cache, CachedValue, CacheStats} from '../cache.js'
import {keyPattern} from '../key-pattern.js'
import {globOf} from './glob.js'
import type {RedisLink} from './redis-link.js'

const PREFIX = 'logflow:cache:'

/** A cache that several servers share. A value is kept behind the time it was made: `<milliseconds> <value>`. */
export class RedisCache implements Cache {
  readonly kind = 'redis'
  private hits = 0
  private misses = 0

  constructor(private readonly link: RedisLink) {}

  async get(key: string): Promise<CachedValue | undefined> {
    const text = await this.link.run((redis) => redis.get(PREFIX + key))
    const found = typeof text === 'string' ? /^(\d{1,15}) /.exec(text) : null
    if (!found) {
      this.misses += 1
      return undefined
    }
    this.hits += 1
    return {madeAt: Number(found[1]), value: (text as string).slice(found[0].length)}
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const ms = Math.round(ttlMs)
    await this.link.run<unknown>((redis) =>
      ms > 0 ? redis.set(PREFIX + key, `${Date.now()} ${value}`, 'PX', ms) : redis.unlink(PREFIX + key),
    )
  }

  async clear(pattern: string): Promise<number> {
    const matches = keyPattern(pattern)
    let gone = 0
    for await (const found of this.link.scan(PREFIX + globOf(pattern, {stars: true}))) {
      const keys = found.filter((key) => matches(key.slice(PREFIX.length)))
      if (keys.length > 0) gone += await this.link.ask((redis) => redis.unlink(...keys))
    }
    return gone
  }

  async stats(): Promise<CacheStats> {
    const keys = new Set<string>()
    let available = true
    try {
      for await (const found of this.link.scan(`${PREFIX}*`)) for (const key of found) keys.add(key)
    } catch {
      available = false
      keys.clear()
    }
    const prefixes: Record<string, number> = {}
    for (const key of keys) {
      const prefix = key.slice(PREFIX.length).split(':', 1)[0] as string
      prefixes[prefix] = (prefixes[prefix] ?? 0) + 1
    }
    const {kind, hits, misses, link} = this
    return {kind, available, hits, misses, errors: link.errors, keys: keys.size, prefixes}
  }

  async answers(): Promise<boolean> {
    return (await this.link.run((redis) => redis.ping())) !== undefined
  }

  async close(): Promise<void> {
    this.link.close()
  }
}
