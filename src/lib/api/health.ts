import type {ApiParts} from './api.js'

export interface Health {
  status: 'healthy' | 'degraded' | 'unhealthy'
  timestamp: string
  services: Record<string, 'healthy' | 'unhealthy'>
}

interface Part {
  name: string
  /** Without it the API cannot do its work. */
  needed: boolean
  /** Rejects where the part does not answer. */
  ask: () => Promise<unknown>
}

/** A part that is silent for so long is down: less than the patience of the usual probes, more than a cold start takes. */
const PATIENCE_MS = 5_000
/** An answer stands for so long, so that probes cost nothing. */
const KEEP_MS = 1_000

/** Asks the parts how they are: at most once a second, whoever asks how often. Never rejects. */
export function openHealth(parts: ApiParts): () => Promise<Health> {
  const known = opened.get(parts)
  if (known) return known
  const watch = new PartsWatch(parts)
  const health = () => watch.look()
  opened.set(parts, health)
  return health
}

/** The same answer wherever a server tells it. */
const opened = new WeakMap<ApiParts, () => Promise<Health>>()

class PartsWatch {
  private looking: Promise<Health> | undefined
  private last: {at: number; health: Health} | undefined
  /** Parts that were down at the last look. */
  private down: ReadonlySet<string> = new Set()

  constructor(private readonly parts: ApiParts) {}

  async look(): Promise<Health> {
    if (this.last && performance.now() - this.last.at < KEEP_MS) return this.last.health
    this.looking ??= this.ask().finally(() => {
      this.looking = undefined
    })
    return this.looking
  }

  private async ask(): Promise<Health> {
    const asked = partsToAsk(this.parts)
    const failures = new Map<string, unknown>()
    await Promise.all(
      asked.map(async ({name, ask}) => {
        try {
          await within(PATIENCE_MS, ask())
        } catch (error) {
          failures.set(name, error)
        }
      }),
    )
    this.tell(failures)
    const services = Object.fromEntries(
      asked.map(({name}) => [name, failures.has(name) ? ('unhealthy' as const) : ('healthy' as const)]),
    )
    const needed = asked.some((part) => part.needed && failures.has(part.name))
    const status = needed ? 'unhealthy' : failures.size > 0 ? 'degraded' : 'healthy'
    const health: Health = {status, timestamp: new Date().toISOString(), services}
    this.last = {at: performance.now(), health}
    return health
  }

  /** What goes down and comes back is told once. */
  private tell(failures: ReadonlyMap<string, unknown>): void {
    const {log} = this.parts.signals
    for (const [part, error] of failures) if (!this.down.has(part)) log.error('part_down', error, {part})
    for (const part of this.down) if (!failures.has(part)) log.info('part_back', {part})
    this.down = new Set(failures.keys())
  }
}

function partsToAsk(parts: ApiParts): Part[] {
  const {config} = parts
  const asked: Part[] = [
    {
      name: config.store === 'embedded' ? 'store' : config.store,
      needed: true,
      ask: async () => (await parts.store()).status(),
    },
    {
      name: config.bus === 'embedded' ? 'bus' : config.bus,
      needed: true,
      ask: async () => (await parts.bus()).version(),
    },
    {
      name: 'database',
      needed: true,
      ask: async () => (await parts.database()).queries.selectFrom('system_config').select('key').limit(1).execute(),
    },
  ]
  if (config.redis)
    asked.push({
      name: 'redis',
      needed: false,
      ask: async () => {
        if (!(await parts.cache.answers())) throw new Error('the cache is away')
      },
    })
  for (const [name, isWell] of parts.beside ?? [])
    asked.push({
      name,
      needed: true,
      ask: async () => {
        if (!isWell()) throw new Error(`${name} has failed, and is begun again`)
      },
    })
  return asked
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
