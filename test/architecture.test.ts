import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, relative, resolve} from 'node:path'
import {expect, test} from 'vitest'

// Who may import whom, held to what is drawn in docs/design.md.
// Rooms are the folders of src/lib; `commands` and `compose` stand beside them.

const SRC = resolve(import.meta.dirname, '../src')

/** Rooms that a room may import besides itself. Ports are the files bus/bus.ts and store/store.ts. */
const ALLOWED: Record<string, string[]> = {
  errors: [],
  record: [],
  units: [],
  query: ['errors', 'record'],
  parse: ['errors', 'record', 'units'],
  process: ['errors', 'record', 'units', 'parse'],
  sources: ['errors', 'units', 'parse'],
  trace: ['errors', 'record'],
  metrics: ['errors', 'record', 'query', 'patterns'],
  patterns: ['record'],
  generate: ['errors', 'record'],
  bus: ['errors', 'units', 'config', 'remote'],
  store: ['errors', 'record', 'query', 'metrics', 'config', 'remote'],
  // Of bus and store the ports alone: what the protocol carries is theirs.
  remote: ['errors', 'record', 'units', 'query', 'metrics', 'bus', 'store'],
  database: ['errors', 'config'],
  accounts: ['errors', 'record', 'database', 'remote'],
  cache: ['errors', 'remote'],
  alerts: ['errors', 'record', 'query', 'metrics', 'patterns', 'config', 'database', 'accounts', 'remote'],
  notify: ['errors', 'record', 'config', 'alerts', 'output'],
  api: [
    'errors',
    'record',
    'units',
    'query',
    'metrics',
    'patterns',
    'trace',
    'config',
    'flows',
    'bus',
    'store',
    'database',
    'accounts',
    'cache',
    'telemetry',
    'remote',
    'alerts',
    'notify',
  ],
  config: ['errors'],
  output: ['errors', 'record', 'query', 'trace', 'metrics', 'patterns', 'alerts'],
  telemetry: ['errors', 'config', 'output'],
  tui: ['errors', 'record', 'query', 'metrics', 'patterns', 'trace', 'output', 'alerts', 'config'],
  flows: [
    'errors',
    'record',
    'units',
    'query',
    'parse',
    'process',
    'sources',
    'trace',
    'metrics',
    'patterns',
    'generate',
    'bus',
    'store',
    'config',
    'database',
    'accounts',
    'cache',
    'telemetry',
    'alerts',
    'notify',
  ],
  compose: [
    'errors',
    'config',
    'bus',
    'store',
    'sources',
    'units',
    'remote',
    'database',
    'accounts',
    'cache',
    'telemetry',
    'alerts',
    'notify',
  ],
  commands: [
    'cli',
    'errors',
    'record',
    'query',
    'config',
    'output',
    'flows',
    'compose',
    'parse',
    'generate',
    'trace',
    'metrics',
    'patterns',
    'sources',
    'units',
    'database',
    'accounts',
    'cache',
    'telemetry',
    'api',
    'alerts',
    'notify',
    'tui',
  ],
}

/** Each client library has one room (or file) that may import it. */
const CLIENTS: Record<string, RegExp> = {
  kafkajs: /^lib\/bus\/kafka\//,
  'kafkajs-snappy': /^lib\/bus\/kafka\//,
  'lz4-napi': /^lib\/bus\/(kafka|embedded)\//,
  '@elastic/elasticsearch': /^lib\/store\/elasticsearch\//,
  '@duckdb/node-bindings': /^lib\/store\/lake\//,
  libsql: /^lib\/(bus\/embedded|store\/lake|sources|database\/sqlite)\//,
  kysely: /^lib\/(database|accounts|alerts\/local)\//,
  pg: /^lib\/database\/postgres\//,
  ioredis: /^lib\/cache\/redis\//,
  fastify: /^lib\/api\//,
  '@fastify/ajv-compiler': /^lib\/api\//,
  '@fastify/cors': /^lib\/api\//,
  '@fastify/formbody': /^lib\/api\//,
  '@fastify/swagger': /^lib\/api\//,
  '@fastify/swagger-ui': /^lib\/api\//,
  jose: /^lib\/accounts\//,
  '@node-rs/bcrypt': /^lib\/accounts\//,
  'prom-client': /^lib\/telemetry\//,
  '@opentelemetry': /^lib\/telemetry\//,
  chalk: /^lib\/output\//,
  nodemailer: /^lib\/notify\//,
  ink: /^lib\/tui\//,
  react: /^lib\/tui\//,
  yaml: /^lib\/(?:config|alerts)\//,
  ajv: /^lib\/config\//,
  fzstd: /^lib\/sources\//,
  tinyglobby: /^lib\/sources\//,
  '@oclif/core': /^(commands\/|cli\/|lib\/output\/)/,
}

interface Import {
  file: string
  specifier: string
}

const files = readdirSync(SRC, {recursive: true, encoding: 'utf8'}).filter((file) => /\.tsx?$/.test(file))

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), 'utf8')
  return [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:\{[^}]*\})?[^'"\n;]*?['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g,
    ),
  ].map((match) => ({file, specifier: (match[1] ?? match[2]) as string}))
})

function roomOf(path: string): string {
  const parts = path.split('/')
  if (parts[0] !== 'lib') return (parts[0] as string).replace(/\.[jt]sx?$/, '')
  return (parts[1] as string).replace(/\.[jt]sx?$/, '')
}

test('there is something to hold to the rules', () => {
  expect(imports.length).toBeGreaterThan(10)
})

test('rooms import only what the drawing allows', () => {
  const broken = imports.flatMap(({file, specifier}) => {
    if (!specifier.startsWith('.')) return []
    const target = relative(SRC, resolve(SRC, dirname(file), specifier))
    const from = roomOf(file)
    const to = roomOf(target)
    if (from === to || from === 'cli' || from === 'index') return []
    return ALLOWED[from]?.includes(to) ? [] : [`${file} imports ${target}: ${from} may not import ${to}`]
  })
  expect(broken).toEqual([])
})

test('adapters are known to compose.ts alone', () => {
  const broken = imports.flatMap(({file, specifier}) => {
    if (!specifier.startsWith('.')) return []
    const target = relative(SRC, resolve(SRC, dirname(file), specifier))
    const adapter =
      /^lib\/(bus\/(?:kafka|embedded|remote)|store\/(?:lake|elasticsearch|remote)|database\/(?:sqlite|postgres)|cache\/(?:memory|redis|remote)|accounts\/(?:local|remote)|alerts\/(?:local|remote))\//.exec(
        target,
      )?.[1]
    if (!adapter || file === 'lib/compose.ts' || file.startsWith(`lib/${adapter}/`)) return []
    return [`${file} imports the adapter ${target}`]
  })
  expect(broken).toEqual([])
})

test('a client library is imported in one room only', () => {
  const broken = imports.flatMap(({file, specifier}) => {
    const name = Object.keys(CLIENTS).find((client) => specifier === client || specifier.startsWith(`${client}/`))
    return name && !CLIENTS[name]?.test(file) ? [`${file} imports ${specifier}`] : []
  })
  expect(broken).toEqual([])
})

test('nothing in lib ends the process, reads the environment or writes to the console', () => {
  const broken = files
    .filter((file) => file.startsWith('lib/') && !file.startsWith('lib/config/'))
    .filter((file) => /process\.exit\(|process\.env\b|console\.\w+\(/.test(readFileSync(join(SRC, file), 'utf8')))
  expect(broken).toEqual([])
})
