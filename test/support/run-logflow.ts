import {execFile, spawn} from 'node:child_process'
import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {promisify} from 'node:util'

const ROOT = resolve(import.meta.dirname, '../..')
export const BINARY = join(ROOT, 'bin', 'run.js')

export interface Ran {
  stdout: string
  stderr: string
  /** `null` when a signal ended it. */
  status: number | null
  signal: NodeJS.Signals | null
}

export interface RunOptions {
  /** Home, working directory and all: an empty folder unless given. */
  home?: string
  cwd?: string
  env?: Record<string, string>
  /** What comes on stdin; without it stdin is empty. */
  input?: string
  /** Stop reading stdout after this many bytes, as `head -c` does. */
  readOnly?: number
  /** Ends a run that hangs; ms. */
  timeout?: number
}

/** Builds the bundle the binary runs from. Several tests may do so at once. */
export async function buildLogflow(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(ROOT, 'tools', 'build.mjs')], {env: cleanEnv({})})
}

export function emptyHome(): string {
  return mkdtempSync(join(tmpdir(), 'logflow-home-'))
}

/** What a process of ours sees: nothing of this machine's settings, UTC, and its own home. */
export function cleanEnv(extra: Record<string, string>): NodeJS.ProcessEnv {
  return {PATH: process.env.PATH, TZ: 'UTC', LANG: 'C.UTF-8', ...extra}
}

/** Runs the real binary to its end. */
export function runLogflow(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const home = options.home ?? emptyHome()
  const child = spawn(process.execPath, [BINARY, ...args], {
    cwd: options.cwd ?? home,
    env: cleanEnv({HOME: home, ...options.env}),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeout ?? 90_000,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (options.readOnly !== undefined && stdout.length >= options.readOnly) child.stdout.destroy()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  // A command that does not read its stdin may be gone before it is written.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (status, signal) => done({stdout, stderr, status, signal}))
  })
}
