import type {Cache, CachedValue, CacheStats} from '../cache.js'
import {keyPattern} from '../key-pattern.js'

export interface MemoryCacheOptions {
  /** Most keys; 10,000 unless said. */
  maxKeys?: number
  /** Most bytes of keys and values as UTF-8; 64 MiB unless said. */
  maxBytes?: number
  /** Milliseconds since the epoch. */
  now?: () => number
}

interface Entry extends CachedValue {
  expiresAt: number
  bytes: number
}

/** This process's own cache. What was used longest ago goes first where there is no room. */
export class MemoryCache implements Cache {
  readonly kind = 'memory'
  /** Least recently used first. */
  private readonly entries = new Map<string, Entry>()
  private readonly maxKeys: number
  private readonly maxBytes: number
  private readonly now: () => number
  private bytes = 0
  private hits = 0
  private misses = 0

  constructor({maxKeys = 10_000, maxBytes = 64 * 2 ** 20, now = Date.now}: MemoryCacheOptions = {}) {
    this.maxKeys = maxKeys
    this.maxBytes = maxBytes
    this.now = now
  }

  async get(key: string): Promise<CachedValue | undefined> {
    const entry = this.entries.get(key)
    if (entry === undefined || entry.expiresAt <= this.now()) {
      if (entry !== undefined) this.remove(key, entry)
      this.misses += 1
      return undefined
    }
    this.hits += 1
    this.entries.delete(key)
    this.entries.set(key, entry)
    return {value: entry.value, madeAt: entry.madeAt}
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const old = this.entries.get(key)
    if (old !== undefined) this.remove(key, old)
    const bytes = Buffer.byteLength(key) + Buffer.byteLength(value)
    if (ttlMs <= 0 || bytes > this.maxBytes) return
    const madeAt = this.now()
    this.entries.set(key, {value, madeAt, expiresAt: madeAt + ttlMs, bytes})
    this.bytes += bytes
    for (const [oldest, entry] of this.entries) {
      if (this.bytes <= this.maxBytes && this.entries.size <= this.maxKeys) break
      this.remove(oldest, entry)
    }
  }

  async clear(pattern: string): Promise<number> {
    this.forgetExpired()
    const matches = keyPattern(pattern)
    const gone = [...this.entries].filter(([key]) => matches(key))
    for (const [key, entry] of gone) this.remove(key, entry)
    return gone.length
  }

  async stats(): Promise<CacheStats> {
    this.forgetExpired()
    const prefixes: Record<string, number> = {}
    for (const key of this.entries.keys()) {
      const prefix = key.split(':', 1)[0] as string
      prefixes[prefix] = (prefixes[prefix] ?? 0) + 1
    }
    const {kind, hits, misses, bytes} = this
    return {kind, available: true, hits, misses, errors: 0, keys: this.entries.size, bytes, prefixes}
  }

  async answers(): Promise<boolean> {
    return true
  }

  async close(): Promise<void> {
    this.entries.clear()
    this.bytes = 0
  }

  private remove(key: string, {bytes}: Entry): void {
    this.entries.delete(key)
    this.bytes -= bytes
  }

  private forgetExpired(): void {
    const now = this.now()
    for (const [key, entry] of this.entries) if (entry.expiresAt <= now) this.remove(key, entry)
  }
}
