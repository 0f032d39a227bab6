import {type ChildProcess, spawn} from 'node:child_process'
import {BINARY, cleanEnv, emptyHome} from './run-logflow.js'

export interface Serving {
  /** `http://127.0.0.1:PORT` */
  url: string
  home: string
  child: ChildProcess
  /** Everything it has said on stderr so far. */
  said(): string
  /** Ends it as a user would, and says with which status it ended; `null` after a signal. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Longest that a server may take to listen, and to end; ms. */
const PATIENCE_MS = 90_000

/** Starts `logflow serve` (or `up`) on a free port of the loopback address, as the real binary. Stop it yourself. */
export async function serving(
  command: readonly string[] = ['serve'],
  {home = emptyHome(), env = {}}: {home?: string; env?: Record<string, string>} = {},
): Promise<Serving> {
  const child = spawn(process.execPath, [BINARY, ...command, '--port', '0'], {
    cwd: home,
    env: cleanEnv({HOME: home, ...env}),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<number | null>((done) => child.on('close', done))
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    const status = await ended
    clearTimeout(late)
    return status
  }
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const port = /logflow API at http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]
    if (port !== undefined) return {url: `http://127.0.0.1:${port}`, home, child, said: () => said, stop}
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop('SIGKILL')
      throw new Error(`the server did not come up: ${said}`)
    }
    await new Promise((done) => setTimeout(done, 20))
  }
}
