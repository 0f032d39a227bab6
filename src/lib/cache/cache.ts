// What may be forgotten: cached answers and counts for rate limits. memory/ is one process's own; redis/ is shared by
// several. A member never makes a request fail: where it cannot answer, a cache has nothing and a limiter says so.
// test/contracts/cache.ts is what both must pass.

/** What administrators see and do; also of a cache that lives in a server (remote/). */
export interface CacheControl {
  stats(): Promise<CacheStats>
  /** Removes keys like a pattern in which `*` is any run of characters. Resolves to how many. Throws CACHE_UNREACHABLE. */
  clear(pattern: string): Promise<number>
}

export interface Cache extends CacheControl {
  readonly kind: 'memory' | 'redis'
  /** Absent: nothing there, too old, or the cache is away. */
  get(key: string): Promise<CachedValue | undefined>
  /** Does nothing where the cache is away. */
  set(key: string, value: string, ttlMs: number): Promise<void>
  /** False while its server is away. Bounded in time, and costs next to nothing: for /health. */
  answers(): Promise<boolean>
  close(): Promise<void>
}

export interface CachedValue {
  value: string
  /** When it was made, milliseconds since the epoch. */
  madeAt: number
}

export interface CacheStats {
  kind: Cache['kind']
  /** False while nothing is cached since the server is away. */
  available: boolean
  /** Lookups of this process, since it began; requests that shared one count once. */
  hits: number
  misses: number
  errors: number
  keys: number
  bytes?: number
  /** Keys by their prefix up to the first colon. */
  prefixes: Record<string, number>
}

/** What administrators see and do; also of counts that live in a server (remote/). */
export interface LimiterControl {
  /** What stands for each key that was counted in a window that still runs. */
  status(): Promise<RateStatus>
  /** Forgets the windows of a user or address (`user:7`, `7`, `ip:::1`, `::1`); resolves to how many. Throws CACHE_UNREACHABLE. */
  reset(who: string): Promise<number>
  resetAll(): Promise<number>
}

/**
 * Counts requests in fixed windows that begin with the first request in them; exactly, also across processes where the
 * member is shared.
 */
export interface RateLimiter extends LimiterControl {
  readonly kind: 'memory' | 'redis'
  /** Counts one request. Where the member is away, this process counts for itself until it is back. */
  take(key: string, limit: RateLimit): Promise<RateState>
  close(): Promise<void>
}

export interface RateStatus {
  kind: RateLimiter['kind']
  /** False while the server of a shared member is away: then `windows` are those of this process alone. */
  available: boolean
  windows: RateEntry[]
}

export interface RateLimit {
  /** Requests in a window. */
  limit: number
  windowMs: number
}

export interface RateState extends RateLimit {
  allowed: boolean
  /** Requests left in this window; 0 where it was refused. */
  remaining: number
  /** Milliseconds until the window ends. */
  resetMs: number
}

export interface RateEntry extends RateState {
  /** `<endpoint>:<user:NAME or ip:ADDRESS>`, as it was counted. */
  key: string
}
