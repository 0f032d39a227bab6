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

/** A part that is silent for so long is down. */
const PATIENCE_MS = 2_000
/** An answer stands for so long, so that probes cost nothing. */
const KEEP_MS = 1_000

/** Asks the parts how they are: at most once a second, whoever asks how often. Never rejects. */
export function openHealth(parts: ApiParts): () => Promise<Health> {
  const asked = partsToAsk(parts)
  let last: {at: number; health: Promise<Health>} | undefined
  return () => {
    const now = performance.now()
    if (last === undefined || now - last.at > KEEP_MS) {
      last = {at: now, health: lookAt(asked, parts)}
    }
    return last.health
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
  return asked
}

async function lookAt(asked: readonly Part[], {signals}: ApiParts): Promise<Health> {
  const answers = await Promise.all(
    asked.map(async ({name, ask}) => {
      try {
        await within(PATIENCE_MS, ask())
        return [name, 'healthy'] as const
      } catch (error) {
        signals.log.error('part_unhealthy', error, {part: name})
        return [name, 'unhealthy'] as const
      }
    }),
  )
  const services = Object.fromEntries(answers)
  const down = asked.filter(({name}) => services[name] === 'unhealthy')
  const status = down.some(({needed}) => needed) ? 'unhealthy' : down.length > 0 ? 'degraded' : 'healthy'
  return {status, timestamp: new Date().toISOString(), services}
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
