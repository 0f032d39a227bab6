// Configuration → adapters: the only file that knows every adapter. Each is loaded and opened when it is first
// asked for, so that a command pays for what it uses.

import {randomUUID} from 'node:crypto'
import {join} from 'node:path'
import type {Accounts} from './accounts/accounts.js'
import type {Alerts} from './alerts/alerts.js'
import type {EngineBook} from './alerts/engine-book.js'
import type {Bus} from './bus/bus.js'
import type {Cache, CacheControl, LimiterControl, RateLimiter} from './cache/cache.js'
import type {Config, KafkaConfig, RedisConfig} from './config/config.js'
import {wholeSasl} from './config/to-config.js'
import type {Database} from './database/database.js'
import {LogflowError} from './errors/logflow-error.js'
import type {TestParts} from './notify/test-notice.js'
import type {RemoteClient} from './remote/client.js'
import {describeDamage, mendDamage} from './store/describe-damage.js'
import type {Store} from './store/store.js'
import type {OpenSignalsOptions} from './telemetry/open-signals.js'
import type {Counters, Signals} from './telemetry/signals.js'

/** The ports of one command. Close it last: `await using app = openApp(config)`. */
export interface App extends AsyncDisposable {
  bus(): Promise<Bus>
  store(): Promise<Store>
  cache(): Promise<Cache>
  limiter(): Promise<RateLimiter>
  /** For commands: of the server that the configuration names, else of Redis. Rejects where a server keeps its own. */
  cacheControl(): Promise<CacheControl>
  limiterControl(): Promise<LimiterControl>
  /**
   * logflow's own signals, opened by the first call: later ones get the same, whatever they ask for. Parts that are opened
   * after it count and trace; so ask for it first. Without it all is silent.
   */
  signals(options: OpenSignalsOptions): Promise<Signals>
  /** With its tables at this version: the first call makes and migrates them. */
  database(): Promise<Database>
  /** In that database. */
  accounts(): Promise<Accounts>
  /** In that database, or of the server that the configuration names. */
  alerts(): Promise<Alerts>
  /** Of the same database; rejects where a server is worked against. */
  engineBook(): Promise<EngineBook>
}

/**
 * @param log takes what clients say of themselves, a line at a time: for --verbose
 * @param warn takes what must not be missed: that answers lack what was damaged
 */
export function openApp(config: Config, log?: (line: string) => void, warn?: (line: string) => void): App {
  let signals: Promise<Signals> | undefined
  const bus = new Opening(() => withSignals(signals, openBus(config, log), traceBus))
  const store = new Opening(() => withSignals(signals, openStore(config, log, warn), watchStore))
  const forgettable = new Opening(() => openCache(config.redis, log))
  const database = new Opening(() => openMigrated(config, signals))
  const accounts = new Opening(() => openAccounts(config, () => database.open(), signals, log))
  const book = new Opening(() => openBook(config, () => database.open()))
  const alerts = new Opening(() => openAlerts(config, () => database.open(), signals, log))
  const openChecked = async () => {
    const opened = await forgettable.open()
    await opened.check()
    return opened
  }
  return {
    signals: (options) => {
      signals ??= import('./telemetry/open-signals.js').then(({openSignals}) => openSignals(config, options))
      return signals
    },
    bus: () => bus.open(),
    store: () => store.open(),
    cache: async () => (await forgettable.open()).cache,
    limiter: async () => (await forgettable.open()).limiter,
    cacheControl: async () => {
      const client = await controlledServer(config, log)
      if (client === undefined) return (await openChecked()).cache
      const {RemoteCacheControl} = await import('./cache/remote/remote-controls.js')
      return new RemoteCacheControl(client)
    },
    limiterControl: async () => {
      const client = await controlledServer(config, log)
      if (client === undefined) return (await openChecked()).limiter
      const {RemoteLimiterControl} = await import('./cache/remote/remote-controls.js')
      return new RemoteLimiterControl(client)
    },
    database: () => database.open(),
    accounts: () => accounts.open(),
    alerts: () => alerts.open(),
    engineBook: () => book.open(),
    async [Symbol.asyncDispose]() {
      // What failed to open has told so where it was opened.
      await (await store.opened())?.close()
      await (await bus.opened())?.close()
      const {cache, limiter} = (await forgettable.opened()) ?? {}
      await limiter?.close()
      await cache?.close()
      await (await alerts.opened())?.close()
      await (await accounts.opened())?.close()
      await (await database.opened())?.close()
      await (await settled(signals))?.close()
    },
  }
}

/** A port as it was opened, or watched where there are signals. */
async function withSignals<T>(
  signals: Promise<Signals> | undefined,
  opening: Promise<T>,
  watch: (opened: T, signals: Signals) => Promise<T>,
): Promise<T> {
  const [opened, known] = await Promise.all([opening, settled(signals)])
  return known ? watch(opened, known) : opened
}

async function watchStore(store: Store, {counters, tracer}: Signals): Promise<Store> {
  const {watchedStore} = await import('./store/watched-store.js')
  return watchedStore(store, (operation) => {
    const span = tracer.begin(`store ${operation}`, {'span.kind': 'client', operation, store: store.kind})
    return {
      run: span.run,
      end(seconds, error) {
        counters.storeQuery(operation, seconds)
        span.end({}, error)
      },
    }
  })
}

/** Nothing travels with a batch unless traces are exported. */
async function traceBus(bus: Bus, {tracer}: Signals): Promise<Bus> {
  if (!tracer.on) return bus
  const {tracedBus} = await import('./bus/traced-bus.js')
  return tracedBus(bus, (topic, {count, data}, work) =>
    tracer.span(`send ${topic}`, {'span.kind': 'producer', topic, units: count, bytes: data.length}, () =>
      work(tracer.current()),
    ),
  )
}

/** Something that is opened when it is first asked for; one that did not open may do so the next time. */
class Opening<T> {
  readonly #begin: () => Promise<T>
  #under: Promise<T> | undefined

  constructor(begin: () => Promise<T>) {
    this.#begin = begin
  }

  open(): Promise<T> {
    this.#under ??= this.#begin().catch((error) => {
      this.#under = undefined
      throw error
    })
    return this.#under
  }

  /** What was opened; nothing where nobody asked for it, or where it failed. */
  opened(): Promise<T | undefined> {
    return settled(this.#under)
  }
}

async function openBus(config: Config, log?: (line: string) => void): Promise<Bus> {
  switch (config.bus) {
    case 'embedded': {
      const {openEmbeddedBus} = await import('./bus/embedded/embedded-bus.js')
      const keep = {maxAgeMs: config.limits.busKeepAge, maxBytes: config.limits.busKeepBytes}
      return openEmbeddedBus({dir: join(config.dataDir, 'bus'), keep})
    }
    case 'kafka': {
      const {openKafkaBus} = await import('./bus/kafka/kafka-bus.js')
      return openKafkaBus(toKafkaSettings(config.kafka), {log})
    }
    case 'remote': {
      const {openRemoteBus} = await import('./bus/remote/remote-bus.js')
      const unsaid = (key: string) => config.settings.find((one) => one.key === key)?.origin.from === 'default'
      return openRemoteBus(await openClient(config, log), {
        ownTopic: unsaid('topic') ? config.topic : undefined,
        ownGroup: unsaid('group') ? config.group : undefined,
      })
    }
  }
}

async function openStore(config: Config, log?: (line: string) => void, warn?: (line: string) => void): Promise<Store> {
  switch (config.store) {
    case 'embedded': {
      const {openLake} = await import('./store/lake/lake.js')
      return openLake({
        dir: join(config.dataDir, 'lake'),
        memoryLimitMb: Math.floor(config.limits.storeMemory / 2 ** 20),
        onDamage: (damaged) => warn?.(`warning: ${describeDamage(damaged)}; ${mendDamage(damaged)}`),
      })
    }
    case 'elasticsearch': {
      const {openElasticsearch} = await import('./store/elasticsearch/elasticsearch-store.js')
      return openElasticsearch(config.elasticsearch)
    }
    case 'remote': {
      const {openRemoteStore} = await import('./store/remote/remote-store.js')
      return openRemoteStore(await openClient(config, log))
    }
  }
}

interface Forgettable {
  cache: Cache
  limiter: RateLimiter
  /** Rejects while they cannot be asked. */
  check(): Promise<unknown>
}

async function openCache(redis: RedisConfig | undefined, log?: (line: string) => void): Promise<Forgettable> {
  const {MemoryLimiter} = await import('./cache/memory/memory-limiter.js')
  if (redis === undefined) {
    const {MemoryCache} = await import('./cache/memory/memory-cache.js')
    return {cache: new MemoryCache(), limiter: new MemoryLimiter(), check: async () => {}}
  }
  const [{RedisLink}, {RedisCache}, {RedisLimiter}] = await Promise.all([
    import('./cache/redis/redis-link.js'),
    import('./cache/redis/redis-cache.js'),
    import('./cache/redis/redis-limiter.js'),
  ])
  const link = await RedisLink.open({
    ...redis,
    onChange: ({available, where, reason}) =>
      log?.(available ? `redis: connected to ${where}` : `redis: ${where} is away: ${reason}`),
  })
  return {
    cache: new RedisCache(link),
    limiter: new RedisLimiter(link, new MemoryLimiter()),
    check: () => link.ask((client) => client.ping()),
  }
}

/** The server that is asked about its cache; absent where Redis can be asked itself. */
async function controlledServer(config: Config, log?: (line: string) => void): Promise<RemoteClient | undefined> {
  if (config.server) return openClient(config, log)
  if (config.redis) return undefined
  throw new LogflowError(
    'NOT_SUPPORTED',
    'cache and counts are in the memory of the server, where only it reaches them',
    {
      suggestions: [
        'logflow auth login http://127.0.0.1:8000  to ask a server with this command',
        'Set redis.url for a cache that servers share and commands reach',
      ],
    },
  )
}

/** @param signals of who asked for them before: they are told of each statement */
async function openMigrated(config: Config, signals: Promise<Signals> | undefined): Promise<Database> {
  const counters = (await settled(signals))?.counters
  const database = await openDatabase(config, {make: 'file', counters})
  try {
    await database.migrate()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** What is made where it is missing: a database on a server only where that is asked for, since its name may be mistyped. */
export type MakeDatabase = 'nothing' | 'file' | 'file or database'

/**
 * The database as it is, at whatever version; for what works on it as a whole. One that is not there, and is not to be
 * made, is told with NOT_FOUND or BACKEND_REFUSED.
 */
export async function openDatabase(
  config: Config,
  {make, counters}: {make: MakeDatabase; counters?: Counters | undefined},
): Promise<Database> {
  const told = counters ? {onQuery: counters.databaseQuery, onConnections: counters.databaseConnections} : {}
  switch (config.database.kind) {
    case 'sqlite': {
      const {openSqlite} = await import('./database/sqlite/open-sqlite.js')
      return openSqlite({path: config.database.path, create: make !== 'nothing', ...told})
    }
    case 'postgres': {
      const {openPostgres} = await import('./database/postgres/open-postgres.js')
      return openPostgres({...config.database, create: make === 'file or database', ...told})
    }
  }
}

/** The logflow server that the configuration names. */
async function openClient({server}: Config, log?: (line: string) => void): Promise<RemoteClient> {
  if (!server) {
    throw new LogflowError('BAD_CONFIG', 'there is no logflow server to work against: server.url is not set', {
      suggestions: ['logflow auth login https://host:8000'],
    })
  }
  const {RemoteClient} = await import('./remote/client.js')
  return new RemoteClient({...server, log})
}

/** @param signals of who asked for them before: they are told of sign-ins and changes */
async function openAccounts(
  config: Config,
  database: () => Promise<Database>,
  signals: Promise<Signals> | undefined,
  log?: (line: string) => void,
): Promise<Accounts> {
  if (config.server) {
    const {RemoteAccounts} = await import('./accounts/remote/remote-accounts.js')
    return new RemoteAccounts(await openClient(config, log))
  }
  const [{openLocalAccounts}, {openSecretKey}] = await Promise.all([
    import('./accounts/local/local-accounts.js'),
    import('./accounts/secret-key.js'),
  ])
  const told = await settled(signals)
  let key: Promise<Uint8Array> | undefined
  return openLocalAccounts({
    database: await database(),
    sessionSeconds: config.api.accessTokenExpireMinutes * 60,
    key: () => {
      key ??= openSecretKey(config).catch((error) => {
        key = undefined
        throw error
      })
      return key
    },
    ...(told ? {signals: told} : {}),
  })
}

/** @param signals of who asked for them before: they are told of changes */
async function openAlerts(
  config: Config,
  database: () => Promise<Database>,
  signals: Promise<Signals> | undefined,
  log?: (line: string) => void,
): Promise<Alerts> {
  if (config.server) {
    const {RemoteAlerts} = await import('./alerts/remote/remote-alerts.js')
    return new RemoteAlerts(await openClient(config, log))
  }
  const [{openLocalAlerts}, {maskChannelConfig, mergeMasked}, rules, told] = await Promise.all([
    import('./alerts/local/local-alerts.js'),
    import('./notify/mask-config.js'),
    ruleReading(config),
    settled(signals),
  ])
  return openLocalAlerts({
    database: await database(),
    rules,
    secrets: {mask: maskChannelConfig, merge: mergeMasked},
    sendTest: async (tested) =>
      (await import('./notify/test-notice.js')).sendTestNotice(tested, await testParts(config)),
    ...(told ? {signals: told} : {}),
  })
}

async function testParts({alerts}: Config): Promise<TestParts> {
  const {openChannels} = await import('./notify/channels.js')
  return {
    // In less time than a request to the API may take.
    channels: openChannels({alerts, mailTimeoutMs: 20_000}),
    newId: randomUUID,
    now: () => new Date(),
    signal: new AbortController().signal,
  }
}

async function openBook(config: Config, database: () => Promise<Database>): Promise<EngineBook> {
  if (config.server) {
    throw new LogflowError('NOT_SUPPORTED', 'the alert engine works on the database itself, not over a server', {
      suggestions: [
        'logflow alerts run  where the database is, without --server',
        'logflow up  has an engine of its own',
      ],
    })
  }
  const [{openEngineBook}, rules] = await Promise.all([
    import('./alerts/local/local-engine-book.js'),
    ruleReading(config),
  ])
  // A rule that is kept was checked when it was written; what its channel takes is for the channel to say.
  return openEngineBook({database: await database(), rules: {...rules, read: rules.readKept}})
}

async function ruleReading({alerts}: Config) {
  const [{readRule}, {recordsQuery}, {checkChannelConfig}] = await Promise.all([
    import('./alerts/check-rule.js'),
    import('./alerts/describe-rule.js'),
    import('./notify/check-config.js'),
  ])
  const everyMs = alerts.interval
  return {
    read: (written: unknown) => readRule(written, {everyMs, checkChannel: checkChannelConfig}),
    readKept: (written: unknown) => readRule(written, {everyMs}),
    recordsQuery,
  }
}

function toKafkaSettings({ssl, caFile, certFile, keyFile, sasl, ...rest}: KafkaConfig) {
  return {...rest, sasl: wholeSasl(sasl), ssl: ssl ? {caFile, certFile, keyFile} : undefined}
}

async function settled<T>(opening: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await opening
  } catch {
    return undefined
  }
}
