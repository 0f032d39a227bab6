import {type ChildProcess, type StdioOptions, spawn} from 'node:child_process'
import {CODES, type ErrorCode, LogflowError} from '../../lib/errors/logflow-error.js'
import {Interrupted} from '../../lib/flows/patience.js'

/** A child that does not end when it is asked to is killed after so long. */
const PATIENCE_MS = 5_000
/** Characters kept of what a child says. */
const MOST_SAID = 1_000_000

export interface CommandPlace {
  cwd: string
  env: Record<string, string>
  signal: AbortSignal
}

export interface Ended {
  status: number
  /** What ended it, where it did not end by itself. */
  killedBy?: NodeJS.Signals
  /** What it wrote, as far as it was not for the screen. */
  stdout: string
  stderr: string
  seconds: number
}

/**
 * Runs `logflow` with these words as a process of its own and waits for its end; also when the signal comes, which is
 * passed on to it. Rejects with Interrupted then, and where nothing could be started.
 */
export async function runCommand(
  words: readonly string[],
  stdio: StdioOptions,
  {cwd, env, signal}: CommandPlace,
): Promise<Ended> {
  if (signal.aborted) throw new Interrupted('the demo was interrupted')
  const began = performance.now()
  const child = spawn(process.execPath, [process.argv[1] as string, ...words], {cwd, env, stdio})
  const stopped = stopWith(child, signal)
  try {
    const stdout = gathered(child.stdout)
    const stderr = gathered(child.stderr)
    const end = await new Promise<Pick<Ended, 'status' | 'killedBy'>>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, by) => resolve({status: code ?? CODES.INTERNAL, ...(by ? {killedBy: by} : {})}))
    })
    if (signal.aborted) throw new Interrupted('the demo was interrupted')
    return {...end, stdout: stdout(), stderr: stderr(), seconds: (performance.now() - began) / 1000}
  } finally {
    stopped()
  }
}

/** Ends a child with the signal, and with this process. Returns what takes that back. */
function stopWith(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  }
  const kill = () => child.kill('SIGKILL')
  signal.addEventListener('abort', stop)
  // Before the folder is removed, which is done last.
  process.prependOnceListener('exit', kill)
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    process.off('exit', kill)
  }
}

function gathered(stream: ChildProcess['stdout']): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (part: string) => {
    if (text.length < MOST_SAID) text += part
  })
  return () => text
}

/** That a command failed, with the exit status that it had. */
export function commandFailed(command: string, {status, killedBy, stderr}: Ended): LogflowError {
  const codes = Object.keys(CODES) as ErrorCode[]
  const code = codes.find((one) => CODES[one] === status) ?? 'INTERNAL'
  const said = /^error: (.+)$/m.exec(stderr)?.[1]
  const how = killedBy ? `was ended by ${killedBy}` : `ended with status ${status}`
  return new LogflowError(code, `the demo stopped: ${command} ${how}${said === undefined ? '' : `: ${said}`}`)
}
