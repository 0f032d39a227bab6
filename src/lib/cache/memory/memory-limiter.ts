import type {RateLimit, RateLimiter, RateState, RateStatus} from '../cache.js'
import {countsFor} from '../rate-key.js'

export interface MemoryLimiterOptions {
  /** Most windows at once; 100,000 unless said. Beyond them the oldest is forgotten, so that strangers fill no memory. */
  maxWindows?: number
  /** Milliseconds since the epoch. */
  now?: () => number
}

interface Window extends RateLimit {
  key: string
  count: number
  endsAt: number
}

const SWEEP_MS = 60_000

/** Counts for this process. A window begins with the first request in it. */
export class MemoryLimiter implements RateLimiter {
  readonly kind = 'memory'
  /** By key and limit, so that a limit that was changed begins anew; the oldest first. */
  private readonly windows = new Map<string, Window>()
  private readonly maxWindows: number
  private readonly now: () => number
  private sweepAt = 0

  constructor({maxWindows = 100_000, now = Date.now}: MemoryLimiterOptions = {}) {
    this.maxWindows = maxWindows
    this.now = now
  }

  async take(key: string, {limit, windowMs}: RateLimit): Promise<RateState> {
    const now = this.now()
    if (now >= this.sweepAt) this.forgetEnded(now)
    const name = `${limit}/${windowMs}:${key}`
    let window = this.windows.get(name)
    if (window === undefined || window.endsAt <= now) {
      this.windows.delete(name)
      window = {key, limit, windowMs, count: 0, endsAt: now + windowMs}
      this.windows.set(name, window)
      if (this.windows.size > this.maxWindows) this.makeRoom(now)
    }
    const allowed = window.count < limit
    if (allowed) window.count += 1
    return {allowed, limit, windowMs, remaining: limit - window.count, resetMs: window.endsAt - now}
  }

  async status(): Promise<RateStatus> {
    const now = this.now()
    this.forgetEnded(now)
    const windows = [...this.windows.values()].map(({key, limit, windowMs, count, endsAt}) => ({
      key,
      limit,
      windowMs,
      allowed: count < limit,
      remaining: limit - count,
      resetMs: endsAt - now,
    }))
    return {kind: this.kind, available: true, windows}
  }

  async reset(who: string): Promise<number> {
    this.forgetEnded(this.now())
    const gone = [...this.windows].filter(([, {key}]) => countsFor(key, who))
    for (const [name] of gone) this.windows.delete(name)
    return gone.length
  }

  async resetAll(): Promise<number> {
    this.forgetEnded(this.now())
    const {size} = this.windows
    this.windows.clear()
    return size
  }

  async close(): Promise<void> {
    this.windows.clear()
  }

  private forgetEnded(now: number): void {
    for (const [name, {endsAt}] of this.windows) if (endsAt <= now) this.windows.delete(name)
    this.sweepAt = now + SWEEP_MS
  }

  private makeRoom(now: number): void {
    this.forgetEnded(now)
    for (const name of this.windows.keys()) {
      if (this.windows.size <= this.maxWindows) break
      this.windows.delete(name)
    }
  }
}
