import {chmodSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {credentialsPath, keepCredential} from '../../../src/lib/config/credentials.js'
import {loadConfig} from '../../../src/lib/config/load-config.js'
import {SETTINGS} from '../../../src/lib/config/settings.js'
import {wholeSasl} from '../../../src/lib/config/to-config.js'
import {LogflowError} from '../../../src/lib/errors/logflow-error.js'
import {tempFolder} from '../../support/temp-folder.js'

interface Places {
  flags?: Record<string, unknown>
  env?: Record<string, string>
  dotenv?: string
  file?: string
}

/** Loads with these places filled and everything else empty. */
function load({flags = {}, env = {}, dotenv, file}: Places) {
  const home = tempFolder()
  if (dotenv !== undefined) writeFileSync(join(home, '.env'), dotenv)
  if (file !== undefined) {
    mkdirSync(join(home, '.config/logflow'), {recursive: true})
    writeFileSync(join(home, '.config/logflow/config.yaml'), file)
  }
  return {home, config: loadConfig({flags, env: {HOME: home, ...env}, cwd: home, platform: 'linux'})}
}

async function refusal(places: Places): Promise<{message: string; suggestions: string[]}> {
  const {home, config} = load(places)
  const error = await config.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(LogflowError)
  const {code, message, suggestions} = error as LogflowError
  expect(code).toBe('BAD_CONFIG')
  return {message: message.replaceAll(home, '~'), suggestions: suggestions.map((line) => line.replaceAll(home, '~'))}
}

test('with nothing given, everything is embedded below the data folder', async () => {
  const {home, config} = load({})
  expect(await config).toMatchObject({
    dataDir: join(home, '.local/share/logflow'),
    bus: 'embedded',
    store: 'embedded',
    topic: 'logs',
    group: 'logflow',
    color: 'auto',
    kafka: {brokers: ['localhost:9092'], partitions: 4, compression: 'lz4', ssl: false},
    elasticsearch: {nodes: ['http://localhost:9200'], index: 'logflow', period: 'month'},
    limits: {busKeepAge: 3_600_000, busKeepBytes: 256_000_000, checkpointKeepAge: 30 * 86_400_000},
    files: {path: join(home, '.config/logflow/config.yaml'), exists: false},
    warnings: [],
  })
})

test('XDG folders are followed', async () => {
  const {config} = load({env: {XDG_DATA_HOME: '/x/data', XDG_CONFIG_HOME: '/x/config'}})
  expect(await config).toMatchObject({dataDir: '/x/data/logflow', files: {path: '/x/config/logflow/config.yaml'}})
})

// The same key set in more and more places: the strongest wins, and the list says which.
const file = 'topic: from-file\nprofile: p\nprofiles:\n  p:\n    topic: from-profile\n  other:\n    group: g2\n'
test.each([
  ['default', {}, 'logs', {from: 'default'}],
  ['file', {file: 'topic: from-file\n'}, 'from-file', {from: 'file', line: 1}],
  ['profile', {file}, 'from-profile', {from: 'profile', name: 'p', line: 5}],
  ['another profile', {file, flags: {profile: 'other'}}, 'from-file', {from: 'file', line: 1}],
  ['.env', {file, dotenv: 'LOGFLOW_TOPIC=from-dotenv'}, 'from-dotenv', {from: 'environment', name: 'LOGFLOW_TOPIC'}],
  [
    'environment',
    {file, dotenv: 'LOGFLOW_TOPIC=from-dotenv', env: {LOGFLOW_TOPIC: 'from-env'}},
    'from-env',
    {from: 'environment', name: 'LOGFLOW_TOPIC'},
  ],
  [
    'flag',
    {file, env: {LOGFLOW_TOPIC: 'from-env'}, flags: {topic: 'from-flag'}},
    'from-flag',
    {from: 'flag', name: '--topic'},
  ],
  ['an empty variable', {env: {LOGFLOW_TOPIC: ''}, dotenv: 'LOGFLOW_TOPIC=from-dotenv'}, 'logs', {from: 'default'}],
  ['a flag that is not given', {flags: {topic: undefined}}, 'logs', {from: 'default'}],
] satisfies Array<[string, Places, string, object]>)('%s decides', async (_, places, topic, origin) => {
  const config = await load(places).config
  expect(config.topic).toBe(topic)
  expect(config.settings.find(({key}) => key === 'topic')).toMatchObject({value: topic, origin})
})

test.each([
  ['KAFKA_BOOTSTRAP_SERVERS', {env: {KAFKA_BOOTSTRAP_SERVERS: 'a:1, b:2'}}, 'kafka', ['a:1', 'b:2']],
  ['in .env', {dotenv: 'export KAFKA_BOOTSTRAP_SERVERS="a:1"  # mine'}, 'kafka', ['a:1']],
  ['LOGFLOW_KAFKA_BROKERS', {env: {LOGFLOW_KAFKA_BROKERS: 'a:1'}}, 'kafka', ['a:1']],
  ['beats the file', {env: {KAFKA_BOOTSTRAP_SERVERS: 'a:1'}, file: 'bus: embedded'}, 'kafka', ['a:1']],
  ['loses to LOGFLOW_BUS', {env: {KAFKA_BOOTSTRAP_SERVERS: 'a:1', LOGFLOW_BUS: 'embedded'}}, 'embedded', ['a:1']],
  ['loses to --bus', {env: {KAFKA_BOOTSTRAP_SERVERS: 'a:1'}, flags: {bus: 'embedded'}}, 'embedded', ['a:1']],
  ['--bus kafka keeps the address', {env: {KAFKA_BOOTSTRAP_SERVERS: 'a:1'}, flags: {bus: 'kafka'}}, 'kafka', ['a:1']],
  ['--bus host:port', {env: {KAFKA_BOOTSTRAP_SERVERS: 'a:1'}, flags: {bus: 'c:3,d:4'}}, 'kafka', ['c:3', 'd:4']],
  ['LOGFLOW_BUS=host:port', {env: {LOGFLOW_BUS: 'c:3'}}, 'kafka', ['c:3']],
  ['brokers in the file do not switch', {file: 'kafka:\n  brokers: [a:1]\n'}, 'embedded', ['a:1']],
] satisfies Array<[string, Places, string, string[]]>)('bus: %s', async (_, places, bus, brokers) => {
  expect(await load(places).config).toMatchObject({bus, kafka: {brokers}})
})

test('ELASTICSEARCH_HOSTS switches the store; user and password leave the URL', async () => {
  const config = await load({env: {ELASTICSEARCH_HOSTS: 'https://elastic:s%2Fcret@es1:9200,es2:9200'}}).config
  expect(config).toMatchObject({
    store: 'elasticsearch',
    elasticsearch: {nodes: ['https://es1:9200', 'http://es2:9200'], username: 'elastic', password: 's/cret'},
  })
  expect(JSON.stringify(config.settings.map(({value}) => value))).not.toContain('cret')
})

test('--store with a URL is Elasticsearch there', async () => {
  const config = await load({flags: {store: 'http://es:9200/'}}).config
  expect(config).toMatchObject({store: 'elasticsearch', elasticsearch: {nodes: ['http://es:9200']}})
})

test('secrets never leave through the list', async () => {
  const secret = 'tell-nobody'
  const secrets = SETTINGS.filter((spec) => spec.secret).map(
    (spec) => `LOGFLOW_${spec.key.replaceAll('.', '_').toUpperCase()}`,
  )
  expect(secrets.length).toBeGreaterThan(5)
  const env = Object.fromEntries(secrets.map((name) => [name, secret]))
  const sasl = {LOGFLOW_KAFKA_SASL_MECHANISM: 'plain', LOGFLOW_KAFKA_SASL_USERNAME: 'u'}
  const config = await load({env: {...env, ...sasl, DATABASE_URL: `postgres://u:${secret}@h/db`}}).config
  expect(config.kafka.sasl).toEqual({mechanism: 'plain', username: 'u', password: secret})
  expect(JSON.stringify(config.settings)).not.toContain(secret)
})

test('relative paths count from where they are written', async () => {
  const fromFile = load({file: 'kafka:\n  ca_file: ca.pem\n'})
  expect((await fromFile.config).kafka.caFile).toBe(join(fromFile.home, '.config/logflow/ca.pem'))
  const fromFlag = load({flags: {'data-dir': 'data'}})
  expect((await fromFlag.config).dataDir).toBe(join(fromFlag.home, 'data'))
})

test('a LOGFLOW_ name that means nothing is told, with the one that was meant', async () => {
  const env = {LOGFLOW_TOPCI: 'x', LOGFLOW_SOMETHING_ELSE: 'y', LOGFLOW_PAGER: 'less', LOGFLOW_ALERT_HOOK: 'z'}
  const config = await load({env, dotenv: 'LOGFLOW_GROPU=z'}).config
  expect(config.warnings).toEqual([
    'LOGFLOW_GROPU is not a setting; did you mean LOGFLOW_GROUP?',
    'LOGFLOW_SOMETHING_ELSE is not a setting',
    'LOGFLOW_TOPCI is not a setting; did you mean LOGFLOW_TOPIC?',
  ])
})

const FILE = '~/.config/logflow/config.yaml'
test.each([
  [
    'a topic that is no name',
    {flags: {topic: 'bad topic!'}},
    '--topic: topic must be a name: letters, digits, dots, _ and -, 240 at most, not "bad topic!"',
    undefined,
  ],
  ['an unknown key', {file: 'bus: kafka\ntopci: x\n'}, `${FILE}:2:1: unknown key topci`, 'Did you mean topic?'],
  [
    'an unknown key in a group',
    {file: 'kafka:\n  broker: x\n'},
    `${FILE}:2:3: unknown key kafka.broker`,
    'Did you mean kafka.brokers?',
  ],
  [
    'a key that belongs into a group',
    {file: 'brokers: x\n'},
    `${FILE}:1:1: unknown key brokers`,
    'Did you mean kafka.brokers?',
  ],
  [
    'an unknown key in a profile',
    {file: 'profiles:\n  a:\n    sotre: x\n'},
    `${FILE}:3:5: unknown key sotre`,
    'Did you mean store?',
  ],
  [
    'a group that is a value',
    {file: 'kafka: x\n'},
    `${FILE}:1:8: kafka is a group: its settings are indented below it`,
  ],
  [
    'a value of the wrong kind',
    {file: 'topic:\n  a: 1\n'},
    `${FILE}:2:3: topic must be of type string or number or boolean`,
  ],
  [
    'a value that is none of the choices',
    {file: '\nbus: kafak\n'},
    `${FILE}:2: bus must be one of embedded, kafka, remote, not "kafak"`,
    'Did you mean kafka?',
  ],
  [
    'no number',
    {env: {LOGFLOW_KAFKA_PARTITIONS: '0'}},
    'LOGFLOW_KAFKA_PARTITIONS: kafka.partitions must be a whole number from 1 up, not "0"',
  ],
  [
    'no duration',
    {file: 'limits:\n  bus_keep_age: soon\n'},
    `${FILE}:2: limits.bus_keep_age must be a duration such as 500ms, 30s, 15m, 2h or 7d, not "soon"`,
  ],
  ['a key twice', {file: 'bus: kafka\nbus: kafka\n'}, `${FILE}:2:1: Map keys must be unique`],
  ['a list for a file', {file: '- a\n'}, `${FILE}:1:1: a config file is \`key: value\` lines`],
  [
    'a file that is named but missing',
    {flags: {config: 'no.yaml'}},
    'no config file at ~/no.yaml',
    'logflow config init --config ~/no.yaml  to make one',
  ],
  [
    'a profile that is not there',
    {file: 'profiles:\n  cluster: {}\n', flags: {profile: 'clutser'}},
    `${FILE} has no profile clutser`,
    'Did you mean cluster?',
  ],
  ['a profile without a file', {env: {LOGFLOW_PROFILE: 'x'}}, 'there is no config file that could hold profile x'],
  [
    'no URL',
    {env: {ELASTICSEARCH_HOSTS: 'ftp://u:secret@x'}},
    'elasticsearch.nodes holds something that is not a URL',
    'Write it as http://host:9200',
  ],
] satisfies Array<[string, Places, string, string?]>)('%s is refused', async (...row) => {
  const [, places, message, suggestion] = row as [string, Places, string, string?]
  expect(await refusal(places)).toEqual({message, suggestions: suggestion ? [suggestion] : []})
})

test('an empty file, or one of comments alone, is a file', async () => {
  for (const text of ['', '# nothing\n', '\ufeffbus: kafka\n', 'kafka:\nprofiles:\n']) {
    const config = await load({file: text}).config
    expect(config.files.exists).toBe(true)
  }
})

test('half a sign-in stands in no way of setting the rest; using it is refused', async () => {
  const {kafka} = await load({env: {LOGFLOW_KAFKA_SASL_USERNAME: 'u'}}).config
  expect(kafka.sasl).toEqual({username: 'u'})
  expect(() => wholeSasl(kafka.sasl)).toThrow(
    'signing in to Kafka also needs kafka.sasl.mechanism and kafka.sasl.password',
  )
  expect(wholeSasl(undefined)).toBeUndefined()
})

// A server switches bus and store, unless something as strong says otherwise.
const SERVER = 'server: {url: "https://logs.example.com/"}\n'
test.each([
  ['in the file', {file: SERVER}, 'remote', 'remote'],
  ['in the environment', {env: {LOGFLOW_SERVER_URL: 'http://h:8000'}}, 'remote', 'remote'],
  ['beside a bus that is named as strongly', {file: `bus: kafka\n${SERVER}`}, 'kafka', 'remote'],
  [
    'in a profile over the file',
    {file: 'bus: kafka\nprofile: p\nprofiles: {p: {server: {url: http://h}}}'},
    'remote',
    'remote',
  ],
  ['loses to a flag', {file: SERVER, flags: {store: 'embedded'}}, 'remote', 'embedded'],
  ['loses to brokers in the environment', {file: SERVER, env: {KAFKA_BOOTSTRAP_SERVERS: 'a:1'}}, 'kafka', 'remote'],
])('server.url %s', async (_, places: Places, bus, store) => {
  expect(await load(places).config).toMatchObject({bus, store})
})

test.each([
  ['https://h:8000/', 'https://h:8000'],
  ['HTTP://H/api/v1/', 'http://h'],
  ['https://h/logs', 'https://h/logs'],
])('server.url %s is kept as %s', async (url, kept) => {
  expect((await load({env: {LOGFLOW_SERVER_URL: url}}).config).server).toEqual({url: kept})
})

test.each([['h:8000'], ['ftp://h'], ['https://user:hunter2@h']])('server.url %s is refused', async (url) => {
  const {message, suggestions} = await refusal({env: {LOGFLOW_SERVER_URL: url}})
  expect(message).toContain('server.url')
  expect(message + suggestions).not.toContain('hunter2')
})

const PROFILES =
  'profile: prod\nprofiles:\n  prod: {server: {url: "https://h"}}\n  test: {server: {url: "https://t"}}\n'

test('the token of a sign-in is found by profile and URL, and goes to no other server', async () => {
  const {home, config} = load({file: PROFILES})
  await config
  const path = join(home, '.config/logflow/config.yaml')
  keepCredential(path, 'prod', {
    url: 'https://h',
    token: 'lf_secret',
    username: 'ada',
    expires_at: '2026-01-01T00:00:00Z',
  })
  keepCredential(path, 'test', {url: 'https://elsewhere', token: 'lf_other'})
  expect(statSync(credentialsPath(path)).mode & 0o777).toBe(0o600)
  const at = (places: Pick<Places, 'env' | 'flags'>) =>
    loadConfig({flags: {}, ...places, env: {HOME: home, ...places.env}, cwd: home, platform: 'linux'})
  const signedIn = await at({})
  expect(signedIn.server).toEqual({url: 'https://h', token: 'lf_secret', tokenExpiresAt: '2026-01-01T00:00:00Z'})
  expect(signedIn.settings.find(({key}) => key === 'server.token')?.value).toBe('********')
  expect((await at({env: {LOGFLOW_SERVER_URL: 'https://evil'}})).server).toEqual({url: 'https://evil'})
  expect((await at({flags: {profile: 'test'}})).server).toEqual({url: 'https://t'})
  expect((await at({env: {LOGFLOW_SERVER_TOKEN: 'mine'}})).server).toEqual({url: 'https://h', token: 'mine'})
  keepCredential(path, 'prod', undefined)
  expect((await at({})).server).toEqual({url: 'https://h'})
  expect(JSON.parse(readFileSync(credentialsPath(path), 'utf8'))).toHaveProperty('test')
})

test('a token of the file is not sent to a server that the environment names', async () => {
  const config = await load({file: 'server: {url: "https://h", token: abc}', env: {LOGFLOW_SERVER_URL: 'https://x'}})
    .config
  expect(config.server).toEqual({url: 'https://x'})
  expect(config.warnings).toEqual([expect.stringContaining('server.token is not sent')])
})

test('credentials that others can read, or that are none, are told', async () => {
  const {home, config} = load({file: PROFILES})
  await config
  const path = join(home, '.config/logflow/credentials.json')
  const again = () => loadConfig({flags: {}, env: {HOME: home}, cwd: home, platform: 'linux'})
  writeFileSync(path, '{"prod":{"url":"https://h","token":"t"}}', {mode: 0o644})
  chmodSync(path, 0o644)
  expect(await again()).toMatchObject({
    server: {token: 't'},
    warnings: [expect.stringContaining('can be read by others')],
  })
  writeFileSync(path, 'no json')
  expect(await again()).toMatchObject({
    server: {url: 'https://h'},
    warnings: [expect.stringContaining('sign in again')],
  })
})
