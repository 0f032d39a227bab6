import type {Redis, RedisOptions} from 'ioredis'
import {LogflowError} from '../../errors/logflow-error.js'
import {reasonOf, redisError, TooSlow} from './errors.js'

export interface RedisSettings {
  /** `redis://` or `rediss://` (TLS), with user, password and number of the database where there are any. */
  url: string
  /** Goes before the one in `url`. */
  password?: string
  /** Told when Redis comes or goes; never holds a credential. */
  onChange?: (state: {available: boolean; where: string; reason?: string}) => void
  /** Most milliseconds that a command may take; 500 unless said. */
  commandMs?: number
}

/** How long the first connection is waited for; it goes on in the background after that. */
const FIRST_MS = 2_000
/** A server that was too slow is left alone so long, then asked by one command. */
const REST_MS = 1_000
/** After so many that were too slow in a row, the connection is made anew: its other end may be gone without a word. */
const SLOW_IN_A_ROW = 5
/** Commands without an answer, beyond which Redis counts as away: so that they take no memory without end. */
const MAX_PENDING = 5_000

/** One connection to Redis that never makes a caller wait long: what it cannot do at once, it does not do. */
export class RedisLink {
  /** `host:port`, without credentials. */
  readonly where: string
  /** Commands that got no answer or an error. */
  errors = 0
  private readonly redis: Redis
  private readonly commandMs: number
  private readonly onChange: RedisSettings['onChange']
  private pending = 0
  private slowInARow = 0
  /** Set while it is too slow: when it may be asked again. */
  private restUntil: number | undefined
  private lastError: unknown
  private told: boolean | undefined

  private constructor(make: new (options: RedisOptions) => Redis, settings: RedisSettings) {
    const options = toOptions(settings)
    this.where = `${options.host?.includes(':') ? `[${options.host}]` : options.host}:${options.port}`
    this.commandMs = settings.commandMs ?? 500
    this.onChange = settings.onChange
    this.redis = new make(options)
    // Without a listener the client writes what it has to say on the console.
    this.redis.on('error', (error) => {
      this.lastError = error
    })
    this.redis.on('ready', () => this.isBack())
    this.redis.on('close', () => this.tell(false))
  }

  /** Connects; where that does not work at once, it is tried again until `close`. Throws BAD_CONFIG for a bad URL. */
  static async open(settings: RedisSettings): Promise<RedisLink> {
    const {Redis: make} = await import('ioredis')
    const link = new RedisLink(make, settings)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FIRST_MS)
    })
    const first = link.redis.connect().catch((error) => {
      link.lastError ??= error
    })
    await Promise.race([first, late])
    clearTimeout(timer)
    return link
  }

  get available(): boolean {
    return this.redis.status === 'ready' && this.restUntil === undefined
  }

  /** What `command` gives, or `undefined` while Redis is away. Never throws, and ends within the time limit. */
  async run<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (!this.mayAsk()) return undefined
    try {
      return await this.limited(command(this.redis))
    } catch {
      return undefined
    }
  }

  /** The same for whoever must know that it was done. Throws CACHE_UNREACHABLE, UNAUTHORISED. */
  async ask<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    if (!this.mayAsk()) throw redisError(this.lastError ?? 'the connection is not there', this.where)
    try {
      return await this.limited(command(this.redis))
    } catch (error) {
      throw redisError(error, this.where)
    }
  }

  /** Every key like a glob of Redis, some hundreds at a time; a key may come twice. Throws as `ask`. */
  async *scan(glob: string): AsyncGenerator<string[]> {
    let cursor = '0'
    do {
      const [next, keys] = await this.ask((redis) => redis.scan(cursor, 'MATCH', glob, 'COUNT', 500))
      cursor = next
      if (keys.length > 0) yield keys
    } while (cursor !== '0')
  }

  close(): void {
    this.told = false
    this.redis.disconnect()
  }

  private mayAsk(): boolean {
    if (this.redis.status !== 'ready' || this.pending >= MAX_PENDING) return false
    if (this.restUntil === undefined) return true
    const now = Date.now()
    if (now < this.restUntil) return false
    // This one finds out; the others go on without.
    this.restUntil = now + REST_MS
    return true
  }

  /** The answer to a command, or TooSlow. */
  private limited<T>(work: Promise<T>): Promise<T> {
    this.pending += 1
    return new Promise<T>((resolve, reject) => {
      let late = false
      const giveUp = () => {
        late = true
        this.wasSlow()
        reject(new TooSlow(this.commandMs))
      }
      // An answer that arrived while this process was busy is read before the immediate.
      let waiting: NodeJS.Immediate | undefined
      const timer = setTimeout(() => {
        waiting = setImmediate(giveUp)
      }, this.commandMs)
      const done = () => {
        this.pending -= 1
        clearTimeout(timer)
        clearImmediate(waiting)
      }
      work.then(
        (value) => {
          done()
          if (late) return
          if (this.restUntil !== undefined) this.isBack()
          this.slowInARow = 0
          resolve(value)
        },
        (error) => {
          done()
          if (late) return
          this.errors += 1
          this.lastError = error
          reject(error)
        },
      )
    })
  }

  private wasSlow(): void {
    this.errors += 1
    this.slowInARow += 1
    this.lastError = new TooSlow(this.commandMs)
    this.restUntil = Date.now() + REST_MS
    this.tell(false)
    if (this.slowInARow < SLOW_IN_A_ROW) return
    this.slowInARow = 0
    this.redis.disconnect(true)
  }

  private isBack(): void {
    this.restUntil = undefined
    this.slowInARow = 0
    this.lastError = undefined
    this.tell(true)
  }

  private tell(available: boolean): void {
    if (this.told === available) return
    this.told = available
    const reason = available ? {} : {reason: reasonOf(this.lastError ?? 'the connection was closed')}
    this.onChange?.({available, where: this.where, ...reason})
  }
}

/** Throws BAD_CONFIG; what was written is not repeated, since it may hold a password. */
function toOptions({url, password}: RedisSettings): RedisOptions {
  const parts = URL.canParse(url) ? new URL(url) : undefined
  const database = parts?.pathname.slice(1) ?? ''
  if (!parts || !/^rediss?:$/.test(parts.protocol) || parts.hostname === '' || !/^\d{0,5}$/.test(database)) {
    throw new LogflowError('BAD_CONFIG', 'redis.url is no address of a Redis server', {
      suggestions: ['Write it as redis://host:6379, redis://user@host:6379/0 or rediss://host:6380 (TLS)'],
    })
  }
  const {hostname, port, username, protocol} = parts
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    db: Number(database),
    ...(username ? {username: decoded(username)} : {}),
    ...(password || parts.password ? {password: password ?? decoded(parts.password)} : {}),
    ...(protocol === 'rediss:' ? {tls: {servername: hostname}} : {}),
    lazyConnect: true,
    connectTimeout: FIRST_MS,
    // For what the client asks on its own when it connects; ours are bounded by RedisLink.
    commandTimeout: 5_000,
    // Nothing waits for a connection, and nothing is counted twice by being sent again.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (tries) => Math.min(1_000, 25 * 2 ** tries),
    // Also understood by servers older than Redis 6 and by those that speak its protocol.
    protocol: 2,
    disableClientInfo: true,
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
