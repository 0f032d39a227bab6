import {homedir} from 'node:os'
import {join} from 'node:path'
import {COLOR_MODES, OUTPUT_FORMATS, type SettingValue} from './config.js'

/** What the user writes for a key, in the file, in the environment or as a flag. */
export interface SettingSpec {
  /** Dotted, snake_case, as in the file. */
  key: string
  type: 'text' | 'name' | 'integer' | 'boolean' | 'list' | 'choice' | 'duration' | 'bytes' | 'path'
  choices?: readonly string[]
  min?: number
  /** Names in the environment besides `LOGFLOW_<KEY>`, which comes first. */
  env?: readonly string[]
  /** Never shown, not even in part. */
  secret?: boolean
  /** As the user would write it; `undefined` where the value is computed or there is none. */
  default?: string | number | boolean | readonly string[]
  /** One line for `config init` and the documentation. */
  describe: string
  /** Shown, commented out, by `config init` where there is no default. */
  example?: string
}

export const SETTINGS: readonly SettingSpec[] = [
  {
    key: 'data_dir',
    type: 'path',
    describe: 'where everything lives that no server keeps',
    example: '~/.local/share/logflow',
  },
  {
    key: 'bus',
    type: 'choice',
    choices: ['embedded', 'kafka', 'remote'],
    default: 'embedded',
    describe: 'what carries lines from ship to process',
  },
  {
    key: 'store',
    type: 'choice',
    choices: ['embedded', 'elasticsearch', 'remote'],
    default: 'embedded',
    describe: 'what keeps records and answers queries',
  },
  {key: 'topic', type: 'name', default: 'logs', describe: 'topic on the bus'},
  {key: 'group', type: 'text', default: 'logflow', describe: 'consumer group of process'},
  {
    key: 'environment',
    type: 'text',
    env: ['ENVIRONMENT'],
    describe: 'environment of records that name none',
    example: 'production',
  },
  {
    key: 'output',
    type: 'choice',
    choices: OUTPUT_FORMATS,
    describe: 'output format; without it pretty on a terminal, jsonl in a pipe',
    example: 'pretty',
  },
  {key: 'color', type: 'choice', choices: COLOR_MODES, default: 'auto', describe: 'colours'},
  {
    key: 'server.url',
    type: 'text',
    describe: 'logflow server that commands work against instead of a bus and a store of their own',
    example: 'https://logs.example.com',
  },
  {
    key: 'server.token',
    type: 'text',
    secret: true,
    describe: 'token sent there; better made by logflow auth login, or set as LOGFLOW_SERVER_TOKEN',
    example: 'secret',
  },
  {
    key: 'kafka.brokers',
    type: 'list',
    env: ['KAFKA_BOOTSTRAP_SERVERS'],
    default: ['localhost:9092'],
    describe: 'host:port of brokers to begin with',
  },
  {key: 'kafka.client_id', type: 'text', default: 'logflow', describe: 'name shown to the brokers'},
  {key: 'kafka.partitions', type: 'integer', min: 1, default: 4, describe: 'partitions of a topic that is created'},
  {
    key: 'kafka.replication',
    type: 'integer',
    min: 1,
    describe: 'replicas of a topic that is created; without it three, or the number of brokers where that is less',
    example: '3',
  },
  {
    key: 'kafka.compression',
    type: 'choice',
    choices: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    default: 'lz4',
    describe: 'codec of what is sent',
  },
  {key: 'kafka.ssl', type: 'boolean', default: false, describe: 'talk TLS to the brokers'},
  {
    key: 'kafka.ca_file',
    type: 'path',
    describe: 'certificate authority of the brokers (PEM)',
    example: '/etc/ssl/kafka-ca.pem',
  },
  {
    key: 'kafka.cert_file',
    type: 'path',
    describe: 'own certificate for mutual TLS (PEM)',
    example: '/etc/ssl/client.pem',
  },
  {key: 'kafka.key_file', type: 'path', describe: 'its key (PEM)', example: '/etc/ssl/client.key'},
  {
    key: 'kafka.sasl.mechanism',
    type: 'choice',
    choices: ['plain', 'scram-sha-256', 'scram-sha-512'],
    describe: 'how to sign in to the brokers',
    example: 'scram-sha-512',
  },
  {key: 'kafka.sasl.username', type: 'text', describe: 'user at the brokers', example: 'logflow'},
  {
    key: 'kafka.sasl.password',
    type: 'text',
    secret: true,
    describe: 'password at the brokers; better set as LOGFLOW_KAFKA_SASL_PASSWORD',
    example: 'secret',
  },
  {
    key: 'elasticsearch.nodes',
    type: 'list',
    env: ['ELASTICSEARCH_HOSTS'],
    default: ['http://localhost:9200'],
    describe: 'URLs of the cluster',
  },
  {key: 'elasticsearch.username', type: 'text', describe: 'user at the cluster', example: 'elastic'},
  {
    key: 'elasticsearch.password',
    type: 'text',
    secret: true,
    describe: 'password at the cluster; better set as LOGFLOW_ELASTICSEARCH_PASSWORD',
    example: 'secret',
  },
  {
    key: 'elasticsearch.api_key',
    type: 'text',
    secret: true,
    describe: 'key instead of user and password; better set as LOGFLOW_ELASTICSEARCH_API_KEY',
    example: 'secret',
  },
  {
    key: 'elasticsearch.ca_file',
    type: 'path',
    describe: 'certificate authority of the cluster (PEM)',
    example: '/etc/ssl/es-ca.pem',
  },
  {key: 'elasticsearch.index', type: 'text', default: 'logflow', describe: 'alias; indices are <index>-<period>'},
  {
    key: 'elasticsearch.period',
    type: 'choice',
    choices: ['day', 'week', 'month', 'year', 'none'],
    default: 'month',
    describe: 'time one index covers; fixed once something is stored',
  },
  {key: 'elasticsearch.shards', type: 'integer', min: 1, default: 1, describe: 'shards of an index that is created'},
  {
    key: 'elasticsearch.replicas',
    type: 'integer',
    min: 0,
    describe: 'replicas of an index that is created; without it one where there is a second node, else none',
    example: '1',
  },
  {
    key: 'limits.bus_keep_age',
    type: 'duration',
    default: '1h',
    describe: 'how long the embedded bus keeps what has been read',
  },
  {
    key: 'limits.bus_keep_bytes',
    type: 'bytes',
    default: '256MB',
    describe: 'how much of what has been read the embedded bus keeps',
  },
  {
    key: 'limits.checkpoint_keep_age',
    type: 'duration',
    default: '30d',
    describe: 'how long it is remembered how far a file was read, and where it was cut, once the file is gone',
  },
  {
    key: 'limits.store_memory',
    type: 'bytes',
    default: '192MB',
    describe: 'memory of the embedded store before it spills to the data directory',
  },
  {
    key: 'database.url',
    type: 'text',
    env: ['DATABASE_URL'],
    describe:
      'accounts, rules and alerts: postgres://user@host/name, or the path of a SQLite file; without it a file in data_dir',
    example: 'postgres://logflow@localhost:5432/logflow',
  },
  {
    key: 'database.host',
    type: 'text',
    env: ['POSTGRES_HOST'],
    describe: 'PostgreSQL server, where there is no database.url',
    example: 'localhost',
  },
  {key: 'database.port', type: 'integer', env: ['POSTGRES_PORT'], min: 1, default: 5432, describe: 'its port'},
  {key: 'database.user', type: 'text', env: ['POSTGRES_USER'], default: 'logflow', describe: 'user at the server'},
  {
    key: 'database.password',
    type: 'text',
    env: ['POSTGRES_PASSWORD'],
    secret: true,
    describe: 'password at the server; better set as LOGFLOW_DATABASE_PASSWORD',
    example: 'secret',
  },
  {key: 'database.name', type: 'text', env: ['POSTGRES_DB'], default: 'logflow', describe: 'database at the server'},
  {
    key: 'redis.url',
    type: 'text',
    env: ['REDIS_URL'],
    describe: 'cache and rate limits that several servers share; without it each keeps its own',
    example: 'redis://localhost:6379',
  },
  {
    key: 'redis.host',
    type: 'text',
    env: ['REDIS_HOST'],
    describe: 'Redis server, where there is no redis.url',
    example: 'localhost',
  },
  {key: 'redis.port', type: 'integer', env: ['REDIS_PORT'], min: 1, default: 6379, describe: 'its port'},
  {
    key: 'redis.password',
    type: 'text',
    env: ['REDIS_PASSWORD'],
    secret: true,
    describe: 'password at Redis; better set as LOGFLOW_REDIS_PASSWORD',
    example: 'secret',
  },
  {key: 'api.host', type: 'text', default: '127.0.0.1', describe: 'address that serve and up listen on'},
  {
    key: 'api.port',
    type: 'integer',
    min: 0,
    default: 8000,
    describe: 'port that serve and up listen on; 0 takes a free one',
  },
  {
    key: 'api.secret_key',
    type: 'text',
    env: ['SECRET_KEY'],
    secret: true,
    describe:
      'signs the tokens of who signs in; 32 characters or more; without it one is made in data_dir, but not in production',
    example: 'secret',
  },
  {
    key: 'api.access_token_expire_minutes',
    type: 'integer',
    env: ['ACCESS_TOKEN_EXPIRE_MINUTES'],
    min: 1,
    default: 30,
    describe: 'minutes a sign-in lasts',
  },
  {
    key: 'api.cors_origins',
    type: 'list',
    env: ['CORS_ORIGINS'],
    describe: 'origins whose pages may call the API from a browser; without it none',
    example: 'https://logs.example.com',
  },
  {
    key: 'api.public_reads',
    type: 'boolean',
    describe:
      'logs and metrics are read without signing in; without it only while the server listens on the loopback address',
    example: 'false',
  },
  {
    key: 'api.registration',
    type: 'boolean',
    describe: 'anyone may make an account; without it only while the server listens on the loopback address',
    example: 'false',
  },
  {
    key: 'api.trusted_proxies',
    type: 'list',
    describe: 'addresses whose X-Forwarded-For is believed; without it none',
    example: '10.0.0.1',
  },
  {key: 'api.body_limit', type: 'bytes', default: '10MB', describe: 'largest body of a request'},
  {
    key: 'api.request_timeout',
    type: 'duration',
    default: '30s',
    describe: 'how long a request may take to arrive, and a query to be answered',
  },
  {
    key: 'api.rate_limits',
    type: 'list',
    describe:
      'limits other than the built-in ones, as endpoint=requests/period (auth.login=20/hour, logs.get=off, default=300/minute); off for none at all',
    example: 'logs.search=100/minute',
  },
  {
    key: 'otlp.endpoint',
    type: 'text',
    env: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    describe:
      "where logflow's own traces, metrics and log go (OpenTelemetry over HTTP); /v1/traces and so on is added to it",
    example: 'http://localhost:4318',
  },
  {
    key: 'otlp.traces_endpoint',
    type: 'text',
    env: ['OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    describe: 'where its traces go; /v1/traces is added to a URL without a path and to one that ends in /otlp',
    example: 'http://localhost:4318/v1/traces',
  },
  {
    key: 'otlp.metrics_endpoint',
    type: 'text',
    env: ['OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'],
    describe: 'where its metrics go; /v1/metrics is added likewise',
    example: 'http://localhost:4318/v1/metrics',
  },
  {
    key: 'otlp.logs_endpoint',
    type: 'text',
    env: ['OTLP_LOGS_ENDPOINT', 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT'],
    describe: 'where its own log goes; /v1/logs is added likewise',
    example: 'http://localhost:4318/v1/logs',
  },
  {
    key: 'otlp.authorization',
    type: 'text',
    env: ['OTLP_AUTHORIZATION'],
    secret: true,
    describe: 'Authorization header sent there; better set as OTLP_AUTHORIZATION',
    example: 'secret',
  },
  {
    key: 'otlp.headers',
    type: 'list',
    env: ['OTEL_EXPORTER_OTLP_HEADERS'],
    secret: true,
    describe: 'other headers sent there, as name=value',
    example: 'x-scope-orgid=team-a',
  },
  {
    key: 'otlp.service_name',
    type: 'text',
    env: ['OTEL_SERVICE_NAME'],
    default: 'logflow',
    describe: 'the service that its own signals come from',
  },
  {
    key: 'otlp.resource_attributes',
    type: 'list',
    env: ['OTEL_RESOURCE_ATTRIBUTES'],
    describe: 'attributes of all its own signals, as name=value',
    example: 'deployment.environment.name=production',
  },
  {
    key: 'otlp.metrics_interval',
    type: 'duration',
    default: '60s',
    describe: 'how often its metrics are sent',
  },
  {
    key: 'otlp.flush_timeout',
    type: 'duration',
    default: '5s',
    describe: 'how long the end of a command waits for a collector to take what is not sent yet',
  },
  {
    key: 'otlp.traces_exporter',
    type: 'text',
    env: ['OTEL_TRACES_EXPORTER'],
    describe: 'none: no traces are sent, whatever the endpoints',
    example: 'none',
  },
  {
    key: 'otlp.metrics_exporter',
    type: 'text',
    env: ['OTEL_METRICS_EXPORTER'],
    describe: 'none: no metrics are sent, whatever the endpoints',
    example: 'none',
  },
  {
    key: 'otlp.logs_exporter',
    type: 'text',
    env: ['OTEL_LOGS_EXPORTER'],
    describe: 'none: no log is sent, whatever the endpoints',
    example: 'none',
  },
  {
    key: 'otlp.protocol',
    type: 'text',
    env: ['OTEL_EXPORTER_OTLP_PROTOCOL'],
    describe: 'what the endpoints speak; JSON over HTTP is sent in any case but grpc, to which nothing is',
    example: 'http/json',
  },
  {
    key: 'otlp.disabled',
    type: 'boolean',
    env: ['OTEL_SDK_DISABLED'],
    default: false,
    describe: 'send nothing, whatever the endpoints',
  },
  {
    key: 'otlp.grafana_endpoint',
    type: 'text',
    env: ['GRAFANA_OTLP_ENDPOINT'],
    describe: 'OTLP gateway of Grafana Cloud, where nothing else is named for a signal',
    example: 'https://otlp-gateway-prod-eu-west-2.grafana.net/otlp',
  },
  {
    key: 'otlp.grafana_instance_id',
    type: 'text',
    env: ['GRAFANA_OTLP_INSTANCE_ID'],
    describe: 'instance id at the gateway',
    example: '123456',
  },
  {
    key: 'otlp.grafana_api_token',
    type: 'text',
    env: ['GRAFANA_OTLP_API_TOKEN'],
    secret: true,
    describe: 'token at the gateway; better set as GRAFANA_OTLP_API_TOKEN',
    example: 'secret',
  },
]

export const SETTING_BY_KEY: ReadonlyMap<string, SettingSpec> = new Map(SETTINGS.map((spec) => [spec.key, spec]))

/** `kafka.client_id` → `LOGFLOW_KAFKA_CLIENT_ID`. */
export function envNameOf(key: string): string {
  return `LOGFLOW_${key.replaceAll('.', '_').toUpperCase()}`
}

/** `data_dir` → `data-dir`: keys without a dot can be flags of this name. */
export function flagNameOf(key: string): string | undefined {
  return key.includes('.') ? undefined : key.replaceAll('_', '-')
}

/** Folders by the XDG rules everywhere; on Windows below %APPDATA% and %LOCALAPPDATA%. */
export interface Folders {
  config: string
  data: string
}

export function standardFolders(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Folders {
  const home = env.HOME || homedir()
  const windows = platform === 'win32'
  const config = env.XDG_CONFIG_HOME || (windows && env.APPDATA) || join(home, '.config')
  const data = env.XDG_DATA_HOME || (windows && env.LOCALAPPDATA) || join(home, '.local', 'share')
  return {config: join(config, 'logflow'), data: join(data, 'logflow')}
}

const MASK = '********'

/** What may be shown of a value: nothing of a secret, and no password inside a URL. */
export function masked(spec: SettingSpec, value: SettingValue): SettingValue {
  if (value === undefined) return undefined
  if (spec.secret) return MASK
  if (Array.isArray(value)) return value.map(maskUrl)
  return typeof value === 'string' ? maskUrl(value) : value
}

/** `https://user:pass@host` → `https://user:********@host`, also where the password is not escaped as it should be. */
export function maskUrl(text: string): string {
  return text.replace(/(:\/\/[^/\s:@]*):(?!\d+(?:[/,\s]|$))\S*@/g, `$1:${MASK}@`)
}
