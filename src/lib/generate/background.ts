import {LogflowError} from '../errors/logflow-error.js'
import type {Level} from '../record/level.js'
import {failure} from './failures.js'
import type {LogEvent} from './log-event.js'
import type {Random} from './random.js'
import {SERVICES, type ServiceName} from './services.js'

type Told = Pick<LogEvent, 'message' | 'event' | 'fields' | 'error'>

interface Kind {
  /** How often, compared with the others. */
  weight: number
  level: Level
  /** Who writes it; every service when absent. */
  by?: readonly ServiceName[]
  tell(random: Random): Told
}

const JOBS = ['expire-carts', 'rebuild-suggestions', 'close-stale-orders', 'sync-stock', 'rotate-keys']

const KINDS: readonly Kind[] = [
  {
    weight: 8000,
    level: 'DEBUG',
    tell: (r) => ({message: `health check passed in ${r.between(1, 20)} ms`, event: 'health_check'}),
  },
  {
    weight: 4400,
    level: 'DEBUG',
    tell: (r) => ({
      message: `gc pause of ${r.skewed(2, 60)} ms`,
      fields: ['heap_used_mb', r.between(90, 700), 'kind', r.pick(['scavenge', 'mark-sweep'])],
    }),
  },
  {
    weight: 3200,
    level: 'INFO',
    tell: (r) => ({
      message: `metrics flushed, ${r.between(80, 900)} series in ${r.between(2, 40)} ms`,
    }),
  },
  {
    weight: 1800,
    level: 'INFO',
    by: ['cart', 'orders', 'inventory', 'search'],
    tell: (r) => {
      const job = r.pick(JOBS)
      return {message: `job ${job} finished, ${r.below(400)} rows changed`, event: 'job_finished', fields: ['job', job]}
    },
  },
  {
    weight: 1200,
    level: 'INFO',
    tell: (r) => ({message: `configuration reloaded, revision ${r.between(100, 999)}`, event: 'config_reloaded'}),
  },
  {
    weight: 520,
    level: 'WARN',
    by: ['orders', 'inventory', 'payment', 'catalogue'],
    tell: (r) => ({
      message: `connection pool near its limit, ${r.between(35, 40)} of 40 in use`,
      event: 'pool_near_limit',
    }),
  },
  {
    weight: 320,
    level: 'WARN',
    by: ['mail', 'shipping', 'search'],
    tell: (r) => ({
      message: `consumer behind by ${r.between(200, 9000)} messages on partition ${r.below(12)}`,
      event: 'consumer_behind',
    }),
  },
  {
    weight: 120,
    level: 'WARN',
    tell: (r) => ({message: `certificate expires in ${r.between(2, 14)} days`, event: 'certificate_expires'}),
  },
  {
    weight: 160,
    level: 'ERROR',
    by: ['search', 'inventory', 'orders'],
    tell: (r) => {
      const job = r.pick(JOBS)
      const error = failure(r, 'JobError', `${job} gave up after 3 tries`, 'runJob src/jobs.ts', {
        name: 'ConnectionError',
        message: `connect ECONNREFUSED 10.20.0.${r.between(2, 250)}:5432`,
        frame: 'connect src/database.ts',
      })
      return {message: `job ${job} failed`, event: 'job_failed', fields: ['job', job], error}
    },
  },
  {
    weight: 1,
    level: 'FATAL',
    tell: (r) => ({
      message: `out of memory at ${r.between(1900, 2048)} MB, restarting`,
      event: 'out_of_memory',
      error: failure(r, 'OutOfMemoryError', 'allocation failed, heap limit reached', 'grow src/cache.ts'),
    }),
  },
]

/** Makes the lines that belong to no request: health checks, collections of garbage, jobs. */
export class Background {
  readonly #kinds: ReadonlyArray<{kind: Kind; by: readonly ServiceName[]}>
  readonly #total: number

  /** `names` is not empty. */
  constructor(names: readonly ServiceName[]) {
    this.#kinds = KINDS.map((kind) => ({kind, by: (kind.by ?? names).filter((name) => names.includes(name))})).filter(
      ({by}) => by.length > 0,
    )
    this.#total = this.#kinds.reduce((sum, {kind}) => sum + kind.weight, 0)
  }

  next(random: Random, at: number): LogEvent {
    const {kind, by} = this.#choose(random)
    const service = SERVICES[random.pick(by)]
    return {at, service, host: random.pick(service.hosts), level: kind.level, ...kind.tell(random)}
  }

  #choose(random: Random): {kind: Kind; by: readonly ServiceName[]} {
    let left = random.below(this.#total)
    for (const choice of this.#kinds) {
      left -= choice.kind.weight
      if (left < 0) return choice
    }
    throw new LogflowError('INTERNAL', 'the weights of background lines do not add up')
  }
}
