import {join, resolve} from 'node:path'
import {LogflowError} from '../errors/logflow-error.js'
import type {
  AlertsConfig,
  ApiConfig,
  Config,
  DatabaseConfig,
  ElasticsearchConfig,
  KafkaConfig,
  OtlpConfig,
  RedisConfig,
  ServerConfig,
} from './config.js'
import type {Found} from './load-config.js'
import {serverUrl} from './server.js'
import {smtpOf} from './smtp.js'

/** Values by key, checked by readValue, as the typed object; what only makes sense together is checked here. */
export function toConfig(
  found: ReadonlyMap<string, Found>,
  {
    variables,
    ...rest
  }: Pick<Config, 'files' | 'settings' | 'warnings' | 'password' | 'adminPassword'> & {
    variables: Record<string, string>
  },
): Config {
  const get = <T>(key: string) => found.get(key)?.value as T
  const config: Config = {
    dataDir: get('data_dir'),
    bus: get('bus'),
    store: get('store'),
    topic: get('topic'),
    group: get('group'),
    color: get('color'),
    kafka: kafkaOf(get),
    elasticsearch: elasticsearchOf(get),
    limits: {
      busKeepAge: get('limits.bus_keep_age'),
      busKeepBytes: get('limits.bus_keep_bytes'),
      checkpointKeepAge: get('limits.checkpoint_keep_age'),
      storeMemory: get('limits.store_memory'),
    },
    database: databaseOf(get),
    api: apiOf(get),
    alerts: alertsOf(get, variables),
    otlp: otlpOf(get),
    ...rest,
  }
  return defined<Config>({
    ...config,
    server: serverOf(get),
    redis: redisOf(get),
    environment: get('environment'),
    output: get('output'),
  })
}

type Get = <T>(key: string) => T

function kafkaOf(get: Get): KafkaConfig {
  return defined<KafkaConfig>({
    brokers: get('kafka.brokers'),
    clientId: get('kafka.client_id'),
    partitions: get('kafka.partitions'),
    replication: get('kafka.replication'),
    compression: get('kafka.compression'),
    ssl: get('kafka.ssl'),
    caFile: get('kafka.ca_file'),
    certFile: get('kafka.cert_file'),
    keyFile: get('kafka.key_file'),
    sasl: saslOf(get),
  })
}

function saslOf(get: Get): KafkaConfig['sasl'] {
  const sasl = defined<NonNullable<KafkaConfig['sasl']>>({
    mechanism: get('kafka.sasl.mechanism'),
    username: get('kafka.sasl.username'),
    password: get('kafka.sasl.password'),
  })
  return Object.keys(sasl).length > 0 ? sasl : undefined
}

/** A sign-in with nothing missing, or none. */
export function wholeSasl(sasl: KafkaConfig['sasl']): Required<NonNullable<KafkaConfig['sasl']>> | undefined {
  if (sasl === undefined) return undefined
  const {mechanism, username, password} = sasl
  if (mechanism !== undefined && username !== undefined && password !== undefined) {
    return {mechanism, username, password}
  }
  const missing = Object.entries({mechanism, username, password}).filter(([, value]) => value === undefined)
  throw new LogflowError(
    'BAD_CONFIG',
    `signing in to Kafka also needs ${missing.map(([name]) => `kafka.sasl.${name}`).join(' and ')}`,
    {suggestions: ['logflow config list  to see what is set, and where']},
  )
}

function elasticsearchOf(get: Get): ElasticsearchConfig {
  const {nodes, username, password} = splitCredentials(get('elasticsearch.nodes'))
  return defined<ElasticsearchConfig>({
    nodes,
    username: get<string | undefined>('elasticsearch.username') ?? username,
    password: get<string | undefined>('elasticsearch.password') ?? password,
    apiKey: get('elasticsearch.api_key'),
    caFile: get('elasticsearch.ca_file'),
    index: get('elasticsearch.index'),
    period: get('elasticsearch.period'),
    shards: get('elasticsearch.shards'),
    replicas: get('elasticsearch.replicas'),
  })
}

function serverOf(get: Get): ServerConfig | undefined {
  const url = get<string | undefined>('server.url')
  if (url === undefined) return undefined
  const [token, tokenExpiresAt] = [get('server.token'), get('server.token_expires_at')] as Array<string | undefined>
  return defined<ServerConfig>({url: serverUrl(url), token, tokenExpiresAt})
}

function databaseOf(get: Get): DatabaseConfig {
  const url = get<string | undefined>('database.url')
  const password = get<string | undefined>('database.password')
  if (url !== undefined && !/^postgres(ql)?:/i.test(url)) {
    return {kind: 'sqlite', path: resolve(get<string>('data_dir'), url.replace(/^(sqlite|file):(\/\/)?/i, ''))}
  }
  const host = get<string | undefined>('database.host')
  if (url === undefined && host === undefined)
    return {kind: 'sqlite', path: join(get<string>('data_dir'), 'logflow.db')}
  return defined<DatabaseConfig>({kind: 'postgres', url: url ?? postgresUrl(get, host as string), password})
}

function postgresUrl(get: Get, host: string): string {
  const [user, name] = [get<string>('database.user'), get<string>('database.name')].map(encodeURIComponent)
  return `postgres://${user}@${bracketed(host)}:${get<number>('database.port')}/${name}`
}

function redisOf(get: Get): RedisConfig | undefined {
  const host = get<string | undefined>('redis.host')
  const url =
    get<string | undefined>('redis.url') ?? (host && `redis://${bracketed(host)}:${get<number>('redis.port')}`)
  return url ? defined<RedisConfig>({url, password: get('redis.password')}) : undefined
}

/** An IPv6 address as it stands in a URL. */
function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

function apiOf(get: Get): ApiConfig {
  return defined<ApiConfig>({
    host: get('api.host'),
    port: get('api.port'),
    secretKey: get('api.secret_key'),
    accessTokenExpireMinutes: get('api.access_token_expire_minutes'),
    corsOrigins: get<string[] | undefined>('api.cors_origins') ?? [],
    publicReads: get('api.public_reads'),
    registration: get('api.registration'),
    trustedProxies: get<string[] | undefined>('api.trusted_proxies') ?? [],
    bodyLimit: get('api.body_limit'),
    requestTimeout: get('api.request_timeout'),
    rateLimits: get<string[] | undefined>('api.rate_limits') ?? [],
  })
}

function alertsOf(get: Get, variables: Record<string, string>): AlertsConfig {
  return defined<AlertsConfig>({
    interval: get('alerts.interval'),
    keepHistory: get('alerts.keep_history'),
    allowDestinations: get<string[] | undefined>('alerts.allow_destinations') ?? [],
    smtp: smtpOf(get),
    variables,
  })
}

function otlpOf(get: Get): OtlpConfig {
  return defined<OtlpConfig>({
    endpoint: get('otlp.endpoint'),
    tracesEndpoint: get('otlp.traces_endpoint'),
    metricsEndpoint: get('otlp.metrics_endpoint'),
    logsEndpoint: get('otlp.logs_endpoint'),
    authorization: get('otlp.authorization'),
    headers: get<string[] | undefined>('otlp.headers') ?? [],
    serviceName: get('otlp.service_name'),
    resourceAttributes: get<string[] | undefined>('otlp.resource_attributes') ?? [],
    metricsInterval: get('otlp.metrics_interval'),
    flushTimeout: get('otlp.flush_timeout'),
    tracesExporter: get('otlp.traces_exporter'),
    metricsExporter: get('otlp.metrics_exporter'),
    logsExporter: get('otlp.logs_exporter'),
    protocol: get('otlp.protocol'),
    disabled: get('otlp.disabled'),
    grafanaEndpoint: get('otlp.grafana_endpoint'),
    grafanaInstanceId: get('otlp.grafana_instance_id'),
    grafanaApiToken: get('otlp.grafana_api_token'),
  })
}

/** URLs without user and password, which then never reach a message, and these two apart. */
export function splitCredentials(written: string[]): {nodes: string[]; username?: string; password?: string} {
  let username: string | undefined
  let password: string | undefined
  const nodes = written.map((text) => {
    const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
    if (!URL.canParse(withScheme) || !/^https?:/i.test(withScheme)) {
      throw new LogflowError('BAD_CONFIG', 'elasticsearch.nodes holds something that is not a URL', {
        suggestions: ['Write it as http://host:9200'],
      })
    }
    const url = new URL(withScheme)
    if (url.username) username ??= decodeURIComponent(url.username)
    if (url.password) password ??= decodeURIComponent(url.password)
    url.username = ''
    url.password = ''
    return url.href.replace(/\/$/, '')
  })
  return {nodes, ...(username === undefined ? {} : {username}), ...(password === undefined ? {} : {password})}
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
}
