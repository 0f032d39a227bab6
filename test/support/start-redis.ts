// A real Redis for a suite, from the machine's own packages (Debian: redis-server); where there is none, that is said
// aloud. It keeps nothing: what is started again is empty, unless `keep` is set.

import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, rmSync} from 'node:fs'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'

const START_MS = 60_000
const POLL_MS = 20

export interface RunningRedis {
  url: string
  /** SIGKILL. */
  kill(): Promise<void>
  /** An orderly end; what `keep` asks for is written. */
  stop(): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
  /** SIGSTOP: it takes connections and answers nothing. */
  freeze(): void
  thaw(): void
  /** Stops it and removes what it left. */
  remove(): Promise<void>
}

/** True where a server can be started here; otherwise says on stderr what is skipped, and why. */
export function canStartRedis(suite: string): boolean {
  if (binary() !== undefined) return true
  process.stderr.write(`SKIPPED: ${suite}: Redis is not installed (apt-get install redis-server)\n`)
  return false
}

export interface RedisOptions {
  port: number
  password?: string
  /** Keeps its data over `stop` and `start`. */
  keep?: boolean
  /** Directives of redis.conf: `maxmemory` and the like. */
  settings?: Record<string, string>
}

export async function startRedis({port, password, keep = false, settings = {}}: RedisOptions): Promise<RunningRedis> {
  const program = binary()
  if (program === undefined) throw new Error('Redis is not installed: apt-get install redis-server')
  const dir = mkdtempSync(join(tmpdir(), 'logflow-redis-'))
  const directives = {
    bind: '127.0.0.1',
    port: String(port),
    dir,
    save: keep ? '3600 1' : '',
    appendonly: 'no',
    ...(password === undefined ? {} : {requirepass: password}),
    ...settings,
  }
  const args = Object.entries(directives).flatMap(([key, value]) => [`--${key}`, value])
  let server: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals) => {
    const ending = server
    server = undefined
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return
    const exit = once(ending, 'exit')
    ending.kill(signal)
    if (signal !== 'SIGKILL') ending.kill('SIGCONT')
    await exit
  }
  const start = async () => {
    const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe']})
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4_000)
      })
    }
    server = child
    const deadline = performance.now() + START_MS
    // Another server may sit on the port: ours has to be alive to be the one that answers.
    while (!said.includes('eady to accept connections') || !(await accepts(port))) {
      if (child.exitCode !== null || performance.now() > deadline) throw new Error(`Redis did not start: ${said}`)
      await sleep(POLL_MS)
    }
  }
  const remove = async () => {
    await end('SIGKILL')
    rmSync(dir, {recursive: true, force: true})
  }
  try {
    await start()
  } catch (error) {
    await remove()
    throw error
  }
  return {
    url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    remove,
  }
}

function binary(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path))
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
