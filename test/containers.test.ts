import {execFile} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join, resolve} from 'node:path'
import {Ajv} from 'ajv'
import {describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import {loadConfig} from '../src/lib/config/load-config.js'
import {readDotenv} from '../src/lib/config/read-dotenv.js'
import {envNameOf, SETTINGS} from '../src/lib/config/settings.js'
import {openApi} from './support/open-api.js'
import {tempFolder} from './support/temp-folder.js'

// There is no container engine where this runs: what the files say is checked against what they are about.

const ROOT = resolve(import.meta.dirname, '..')
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8')

interface Service {
  build?: string
  image: string
  command?: string[]
  entrypoint?: string[]
  environment?: Record<string, string>
  env_file?: Array<{path: string; required?: boolean}>
  ports?: string[]
  volumes?: string[]
  healthcheck?: {test: string[]}
  depends_on?: Record<string, {condition: string}>
}

const COMPOSE = read('docker-compose.yml')
const compose = parse(COMPOSE, {merge: true}) as {services: Record<string, Service>; volumes: Record<string, object>}
const services = Object.entries(compose.services)
const ours = services.filter(([, {build}]) => build !== undefined)
const dotenv = readDotenv(read('.env.example'))

/** Names of the environment that logflow reads besides its settings. */
const OTHER_NAMES = ['LOGFLOW_ADMIN_PASSWORD']
const OUR_NAMES = new Set([...SETTINGS.flatMap(({key, env = []}) => [envNameOf(key), ...env]), ...OTHER_NAMES])

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}` of a text; `$$` stands for itself. */
function variables(text: string): Array<{name: string; rule: string}> {
  return [...text.replaceAll('$$', '').matchAll(/\$\{([A-Z0-9_]+)([^}]*)\}/g)].map(([, name, rule]) => ({
    name: name as string,
    rule: rule as string,
  }))
}

function substituted(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{([A-Z0-9_]+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_, name: string, otherwise = '') => {
    return values.get(name) || otherwise
  })
}

/** What a command line of ours must be: a command, flags it has, values they take. */
function problemsOf(words: readonly string[]): string[] {
  const {commands} = JSON.parse(read('oclif.manifest.json'))
  const first = words.findIndex((word) => word.startsWith('-'))
  const id = words.slice(0, first < 0 ? undefined : first).join(':')
  const rest = first < 0 ? [] : words.slice(first)
  const command = commands[id]
  if (!command) return [`there is no command ${id}`]
  const problems: string[] = []
  for (let i = 0; i < rest.length; i++) {
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/.exec(rest[i] as string) ?? []
    const flag = name && command.flags[name]
    if (!flag) problems.push(`${id} takes no ${rest[i]}`)
    else if (flag.type === 'option') {
      const value = inline ?? rest[++i]
      if (value === undefined) problems.push(`${id} --${name} needs a value`)
    }
  }
  return problems
}

describe('docker-compose.yml', () => {
  test('is what the Compose specification says', () => {
    const validate = new Ajv({allErrors: true, strict: false}).compile(
      JSON.parse(read('test/cases/compose-schema.json')),
    )
    validate(compose)
    expect(validate.errors ?? []).toEqual([])
  })

  test('the schema finds what is wrong', () => {
    const validate = new Ajv({strict: false}).compile(JSON.parse(read('test/cases/compose-schema.json')))
    for (const [from, to] of [
      ['restart: unless-stopped', 'restarts: unless-stopped'],
      ['127.0.0.1:${API_PORT', '0.0.0.0:${API_PORT'],
      ['condition: service_healthy', 'condition: service_health'],
      ['KAFKA_NODE_ID: "1"', 'KAFKA_NODE_ID: 1'],
    ] as const) {
      expect(COMPOSE).toContain(from)
      expect(validate(parse(COMPOSE.replace(from, to), {merge: true})), to).toBe(false)
    }
  })

  test('has every service, and what each waits for tells of its health', () => {
    const names = ['api', 'processor', 'alerts', 'kafka', 'elasticsearch', 'kibana', 'postgres', 'redis']
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(names))
    for (const [name, {depends_on = {}}] of services)
      for (const [other, {condition}] of Object.entries(depends_on)) {
        expect(compose.services[other], `${name} waits for ${other}`).toBeDefined()
        if (condition === 'service_healthy') expect(isWatched(other), other).toBe(true)
      }
  })

  test('every volume is there, and used', () => {
    const used = services.flatMap(([, {volumes = []}]) => volumes.map((volume) => volume.split(':')[0]))
    expect(new Set(used)).toEqual(new Set(Object.keys(compose.volumes)))
  })

  test.each(ours)('%s runs a command that there is', (_, {command = []}) => {
    expect(problemsOf(command)).toEqual([])
    expect(problemsOf(['serve', '--no-such-flag'])).not.toEqual([])
  })

  test.each(services)('%s is given variables that it reads', (_, {build, image, environment = {}, ...service}) => {
    const known: Record<string, string[]> = JSON.parse(read('test/cases/image-variables.json'))
    const documented = known[image.split(':')[0] as string] ?? []
    // What its own words of shell read is documented by them.
    const shell = JSON.stringify([service.command, service.entrypoint, service.healthcheck])
    const unknown = Object.keys(environment).filter((name) =>
      build === undefined
        ? !documented.some((pattern) => new RegExp(pattern).test(name)) && !shell.includes(`$$${name}`)
        : !OUR_NAMES.has(name),
    )
    expect(unknown).toEqual([])
  })

  test.each(ours)(
    '%s is configured without a warning, and for the other services',
    async (name, {environment = {}}) => {
      const values = new Map([...dotenv].map(([key, value]) => [key, value || 'x'.repeat(64)]))
      for (const optional of ['CORS_ORIGINS', 'OTEL_EXPORTER_OTLP_ENDPOINT']) values.set(optional, '')
      const env = Object.fromEntries(Object.entries(environment).map(([key, text]) => [key, substituted(text, values)]))
      const cwd = tempFolder()
      const config = await loadConfig({flags: {}, env: {HOME: cwd, ...env}, cwd, platform: 'linux'})
      expect(config.warnings).toEqual([])
      expect(config).toMatchObject({bus: 'kafka', store: 'elasticsearch', environment: 'production'})
      expect(config.kafka.brokers).toEqual(['kafka:9092'])
      expect(config.elasticsearch).toMatchObject({nodes: ['http://elasticsearch:9200'], password: 'x'.repeat(64)})
      if (name === 'processor') return
      expect(config.database).toMatchObject({kind: 'postgres', password: 'x'.repeat(64)})
      if (name !== 'api') return
      expect(config.redis).toMatchObject({url: 'redis://redis:6379', password: 'x'.repeat(64)})
      expect(config.api.secretKey).toHaveLength(64)
      expect(config.adminPassword).toHaveLength(64)
    },
  )

  test('secrets have no default, and stand in no file', () => {
    const secrets = variables(COMPOSE).filter(({name}) => /PASSWORD|SECRET|TOKEN/.test(name))
    expect(new Set(secrets.map(({name}) => name)).size).toBe(6)
    for (const {name, rule} of secrets) {
      expect(rule, name).toMatch(/^:\?/)
      expect(dotenv.get(name), name).toBe('')
    }
    const files = services.flatMap(([, {env_file = []}]) => env_file.map(({path}) => path))
    expect(files).toEqual(['alerts.env'])
    expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['.env', ...files]))
  })

  test('.env.example names every variable that is used, with the default it has, and no other', () => {
    const used = new Map(variables(COMPOSE).map(({name, rule}) => [name, rule.replace(/^:(-|\?.*)/, '')]))
    expect([...dotenv.keys()].sort()).toEqual([...used.keys()].sort())
    for (const [name, otherwise] of used) expect(dotenv.get(name), name).toBe(otherwise)
  })
})

describe('Dockerfile', () => {
  const instructions = read('Dockerfile')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line)?.slice(1) as [string, string])
  const stages = instructions.filter(([word]) => word === 'FROM').map(([, text]) => text)
  const last = instructions.slice(instructions.findLastIndex(([word]) => word === 'FROM'))
  const of = (word: string) => last.filter(([name]) => name === word).map(([, text]) => text)

  test('has two stages on the slim image of the oldest Node we run on', () => {
    expect(stages).toEqual(['node:20-slim AS build', 'node:20-slim'])
    expect(JSON.parse(read('package.json')).engines.node).toBe('>=20')
  })

  test('copies what is there, and .dockerignore lets it through', () => {
    const allowed = new Set(read('.dockerignore').match(/(?<=^!).+$/gm))
    const copied = instructions
      .filter(([word, text]) => word === 'COPY' && !text.startsWith('--from='))
      .flatMap(([, text]) => text.split(/\s+/).slice(0, -1))
    expect(copied.filter((name) => !existsSync(join(ROOT, name)))).toEqual([])
    expect(copied.filter((name) => !allowed.has(name))).toEqual([])
    expect([...allowed].filter((name) => !copied.includes(name))).toEqual([])
  })

  test('runs as nobody special, and keeps its data where that user may write', () => {
    expect(of('USER')).toEqual(['node'])
    expect(of('VOLUME')).toEqual(['/var/lib/logflow'])
    expect(of('RUN').join()).toContain('chown node:node /var/lib/logflow')
  })

  test('begins with a command that there is', () => {
    expect(JSON.parse(of('ENTRYPOINT')[0] as string)).toEqual(['node', '/app/bin/run.js'])
    expect(problemsOf(JSON.parse(of('CMD')[0] as string))).toEqual([])
  })

  test('sets variables that are settings', () => {
    const names = of('ENV').flatMap((text) =>
      [...text.matchAll(/(?:^|\s)([A-Z_]+)=/g)].map(([, name]) => name as string),
    )
    expect(names.filter((name) => name !== 'NODE_ENV' && !OUR_NAMES.has(name))).toEqual([])
    expect(names).toContain('LOGFLOW_DATA_DIR')
  })

  test('its health check knows a server that is well from one that is not, and from none', async () => {
    const check = /CMD (\[.*\])/.exec(of('HEALTHCHECK')[0] as string)?.[1] as string
    const [node, ...args] = JSON.parse(check) as string[]
    expect(node).toBe('node')
    const asked: string[] = []
    let status = 200
    const server = createServer((request, response) => {
      asked.push(String(request.url))
      response.writeHead(status).end()
    })
    await new Promise<void>((listening) => {
      server.listen(0, '127.0.0.1', listening)
    })
    const {port} = server.address() as AddressInfo
    expect(await statusOf(args, port)).toBe(0)
    status = 503
    expect(await statusOf(args, port)).toBe(1)
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
    expect(await statusOf(args, port)).toBe(1)
    // What it asks for is there; how the parts are is another matter.
    const {server: api} = await openApi()
    expect(asked).toEqual(['/health', '/health'])
    expect([200, 503]).toContain((await api.inject('/health')).statusCode)
  })
})

test('prometheus.yml asks services that there are, on ports they serve', () => {
  const {scrape_configs: jobs} = parse(read('prometheus.yml'))
  const targets = jobs.flatMap((job: {static_configs: Array<{targets: string[]}>}) =>
    job.static_configs.flatMap((config) => config.targets),
  )
  expect(targets).toEqual(['api:8000', 'processor:9464', 'alerts:9465'])
  expect(compose.services.api?.ports).toEqual([expect.stringMatching(/:8000$/)])
  expect(compose.services.processor?.command).toContain('9464')
  expect(compose.services.alerts?.command).toContain('9465')
  for (const {metrics_path} of jobs) expect(metrics_path).toBe('/metrics')
})

/** Of our own image the Dockerfile watches the health, unless the service says otherwise. */
function isWatched(name: string): boolean {
  const {build, healthcheck} = compose.services[name] as Service
  return healthcheck !== undefined || build !== undefined
}

/** Of the health check on another port. */
function statusOf(args: string[], port: number): Promise<number> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      args.map((arg) => arg.replace(':8000/', `:${port}/`)),
      {timeout: 60_000},
    )
    child.on('close', (status) => done(status ?? -1))
  })
}
