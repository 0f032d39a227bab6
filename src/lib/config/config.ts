// Configuration: one typed object made once at the start of a command (load-config.ts) and handed down.
// Nothing outside this room reads the environment or a config file, and nothing here opens a connection.
// settings.ts is the table of every key: a new key is one row there and one line in to-config.ts.

export const OUTPUT_FORMATS = ['pretty', 'jsonl', 'json', 'table', 'csv', 'logfmt', 'raw'] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

export const COLOR_MODES = ['auto', 'always', 'never'] as const
export type ColorMode = (typeof COLOR_MODES)[number]

export interface Config {
  /** Where everything lives that no server keeps. Absolute. */
  dataDir: string
  /** Put on records that name no environment of their own. */
  environment?: string
  bus: 'embedded' | 'kafka' | 'remote'
  store: 'embedded' | 'elasticsearch' | 'remote'
  topic: string
  /** Consumer group of `process`. */
  group: string
  kafka: KafkaConfig
  elasticsearch: ElasticsearchConfig
  /** The logflow server that commands work against. Absent: there is none. */
  server?: ServerConfig
  /** Of LOGFLOW_PASSWORD: for commands that sign in with one, or set one. In no file, and never shown. */
  password?: string
  /** Of LOGFLOW_ADMIN_PASSWORD: for the first admin, whom serve and up make where there is none. In no file, either. */
  adminPassword?: string
  limits: Limits
  database: DatabaseConfig
  /** Absent: each process keeps its own cache and counts. */
  redis?: RedisConfig
  api: ApiConfig
  alerts: AlertsConfig
  otlp: OtlpConfig
  /** Absent: pretty on a terminal, jsonl in a pipe. */
  output?: OutputFormat
  color: ColorMode
  /** Where files are looked for and found. */
  files: ConfigFiles
  /** Every key with its value and where it came from, in the order of the table. */
  settings: Setting[]
  /** Things to tell on stderr: an unknown LOGFLOW_ name and the like. One line each. */
  warnings: string[]
}

export interface KafkaConfig {
  /** `host:port`. */
  brokers: string[]
  clientId: string
  /** For a topic that has to be created. */
  partitions: number
  /** Absent: three, or the number of brokers where that is less. */
  replication?: number
  compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  ssl: boolean
  caFile?: string
  certFile?: string
  keyFile?: string
  /** As far as it is set: settings are made one by one. wholeSasl checks it where it is used. */
  sasl?: {mechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username?: string; password?: string}
}

export interface ElasticsearchConfig {
  /** URLs. */
  nodes: string[]
  username?: string
  password?: string
  apiKey?: string
  caFile?: string
  /** Name of the alias; indices are `<index>-<period>`. */
  index: string
  /** Length of time one index covers; fixed at the first write of an installation. */
  period: 'day' | 'week' | 'month' | 'year' | 'none'
  shards: number
  /** Absent: one where the cluster has a second node, else none. */
  replicas?: number
}

export interface ServerConfig {
  /** Of http or https, without credentials and without a slash at its end. */
  url: string
  token?: string
  /** When the token ends, RFC 3339, where that is known: of those that `auth login` got. */
  tokenExpiresAt?: string
}

export interface Limits {
  /** How long and how much of consumed batches the embedded bus keeps: milliseconds, bytes. */
  busKeepAge: number
  busKeepBytes: number
  /** How long checkpoints and sources are remembered once their file is gone: milliseconds. */
  checkpointKeepAge: number
  /** Bytes the embedded store's engine may use before it spills to the data directory. */
  storeMemory: number
}

/** Where accounts, rules and alerts are kept. */
export type DatabaseConfig =
  /** Absolute path of the file. */
  | {kind: 'sqlite'; path: string}
  /** `url` may hold credentials: it is for the client alone. */
  | {kind: 'postgres'; url: string; password?: string}

export interface RedisConfig {
  /** May hold credentials: it is for the client alone. */
  url: string
  password?: string
}

export interface ApiConfig {
  host: string
  port: number
  /** Absent: one is made and kept in the data directory, which production refuses. */
  secretKey?: string
  accessTokenExpireMinutes: number
  corsOrigins: string[]
  /** Absent: while the server listens on the loopback address, and then only. */
  publicReads?: boolean
  registration?: boolean
  trustedProxies: string[]
  /** Bytes. */
  bodyLimit: number
  /** Milliseconds. */
  requestTimeout: number
  /** `endpoint=requests/period`, or `off`. */
  rateLimits: string[]
}

export interface AlertsConfig {
  /** How far apart the evaluations of a rule are that does not say so: milliseconds. */
  interval: number
  /** How long what is over is kept, milliseconds; absent: for ever. */
  keepHistory?: number
  /** Hosts, addresses and ranges that rules made over the API may notify besides public addresses. */
  allowDestinations: string[]
  /** Absent: no mail can be sent. */
  smtp?: SmtpConfig
  /** LOGFLOW_ALERT_… of the environment: rules name them for what is secret. Never shown. */
  variables: Record<string, string>
}

export interface SmtpConfig {
  host: string
  port: number
  /** `starttls`: before anything else is said, or nothing is sent; `if offered`: on this machine. */
  tls: 'implicit' | 'starttls' | 'if offered' | 'none'
  username?: string
  password?: string
  from?: string
  caFile?: string
  /** Mail addresses and domains that notices may go to; empty: any. */
  recipients: string[]
}

/** As it is set; otlp-target.ts tells what it means for each signal. */
export interface OtlpConfig {
  endpoint?: string
  tracesEndpoint?: string
  metricsEndpoint?: string
  logsEndpoint?: string
  authorization?: string
  /** `name=value`, the value percent-encoded. */
  headers: string[]
  serviceName: string
  /** `name=value`, the value percent-encoded. */
  resourceAttributes: string[]
  /** Milliseconds. */
  metricsInterval: number
  /** Milliseconds. */
  flushTimeout: number
  tracesExporter?: string
  metricsExporter?: string
  logsExporter?: string
  protocol?: string
  disabled: boolean
  grafanaEndpoint?: string
  grafanaInstanceId?: string
  grafanaApiToken?: string
}

export interface ConfigFiles {
  /** The config file that is read when it exists. Absolute. */
  path: string
  exists: boolean
  profile?: string
  /** The `.env` that was read. */
  dotenv?: string
}

export type Origin =
  | {from: 'flag'; name: string}
  | {from: 'environment'; name: string}
  | {from: 'profile'; name: string; file: string; line?: number}
  | {from: 'file'; file: string; line?: number}
  | {from: 'default'}

export type SettingValue = string | number | boolean | string[] | undefined

export interface Setting {
  /** Dotted, as in the file: `kafka.brokers`. */
  key: string
  /** Masked where the key is a secret. */
  value: SettingValue
  origin: Origin
}
