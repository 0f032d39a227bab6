// A real PostgreSQL for a suite, from the machine's own packages (Debian: postgresql); where there is none, that is said
// aloud.

import {execFile, execFileSync} from 'node:child_process'
import {chownSync, existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {promisify} from 'node:util'

const START_MS = 60_000
const DEBIAN = '/usr/lib/postgresql'
/** Made by Debian's package. PostgreSQL does not run as root. */
const USER = 'postgres'

export interface RunningPostgres {
  /** Of a superuser, to the database `logflow`. */
  url: string
  /** SIGKILL to the server and all its children; the data stay. */
  kill(): Promise<void>
  /** A stop that ends every connection. */
  stop(): Promise<void>
  /** Starts it again on the same data and port. */
  start(): Promise<void>
  /** Makes an empty database. @returns its URL */
  createDatabase(name: string): Promise<string>
  /** Stops it and removes what it left. */
  remove(): Promise<void>
}

/** True where a server can be started here; otherwise says on stderr what is skipped, and why. */
export function canStartPostgres(suite: string): boolean {
  const lack = binaries() === undefined ? 'PostgreSQL is not installed (apt-get install postgresql)' : lackOfUser()
  if (lack === undefined) return true
  process.stderr.write(`SKIPPED: ${suite}: ${lack}\n`)
  return false
}

export interface PostgresOptions {
  port: number
  /** Settings of the server: `max_connections` and the like. */
  settings?: Record<string, string>
}

export async function startPostgres({port, settings = {}}: PostgresOptions): Promise<RunningPostgres> {
  const bin = binaries()
  if (bin === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  const dir = mkdtempSync(join(tmpdir(), 'logflow-postgres-'))
  const data = join(dir, 'data')
  const log = join(dir, 'server.log')
  const run = (program: string, ...args: string[]) => runAs(join(bin, program), args, dir)
  const given = Object.entries({...SETTINGS, ...settings, port: String(port), unix_socket_directories: dir})
  const options = given.map(([key, value]) => `-c ${key}='${value}'`).join(' ')
  const start = async () => {
    await run('pg_ctl', 'start', '-D', data, '-l', log, '-w', '-t', String(START_MS / 1_000), '-o', options)
  }
  const stop = async () => {
    await run('pg_ctl', 'stop', '-D', data, '-m', 'immediate', '-w').catch(() => undefined)
  }
  const url = `postgres://${USER}@127.0.0.1:${port}/logflow`
  const createDatabase = async (name: string) => {
    await run('createdb', '-h', '127.0.0.1', '-p', String(port), '-U', USER, name)
    return url.replace(/logflow$/, name)
  }
  const remove = async () => {
    await stop()
    rmSync(dir, {recursive: true, force: true})
  }
  try {
    if (isRoot()) chownSync(dir, ...ids())
    await run('initdb', '-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-sync')
    await start()
    await createDatabase('logflow')
  } catch (error) {
    await remove()
    throw error
  }
  return {
    url,
    start,
    async stop() {
      await run('pg_ctl', 'stop', '-D', data, '-m', 'fast', '-w')
    },
    kill: stop,
    createDatabase,
    remove,
  }
}

/** For tests: small, and without waiting for the disk. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  fsync: 'off',
  shared_buffers: '16MB',
  max_connections: '60',
}

function binaries(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  if (existsSync(DEBIAN)) {
    const newestFirst = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
    folders.unshift(...newestFirst.map((version) => join(DEBIAN, version, 'bin')))
  }
  return folders.find((folder) =>
    ['initdb', 'pg_ctl', 'createdb'].every((program) => existsSync(join(folder, program))),
  )
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function lackOfUser(): string | undefined {
  if (!isRoot()) return undefined
  try {
    ids()
    return undefined
  } catch {
    return `PostgreSQL does not run as root, and there is no user ${USER}`
  }
}

let found: [number, number] | undefined

/** User and group that the server runs as where we are root. */
function ids(): [number, number] {
  found ??= [id('-u'), id('-g')]
  return found
}

function id(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, USER], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}))
}

async function runAs(program: string, args: string[], cwd: string): Promise<void> {
  const [uid, gid] = isRoot() ? ids() : []
  const as = uid === undefined || gid === undefined ? {} : {uid, gid}
  try {
    await promisify(execFile)(program, args, {cwd, timeout: START_MS * 2, env: {...process.env, LC_ALL: 'C'}, ...as})
  } catch (error) {
    const said = (error as {stderr?: string; stdout?: string}).stderr || (error as {stdout?: string}).stdout
    throw new Error(`${program} ${args.join(' ')}: ${said?.trim() || String(error)}`, {cause: error})
  }
}
