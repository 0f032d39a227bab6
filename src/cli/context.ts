import type {Config, OutputFormat} from '../lib/config/config.js'
import {loadConfig} from '../lib/config/load-config.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {escapeControls} from '../lib/output/escape-controls.js'
import {type Screen, screenOf} from '../lib/output/screen.js'
import {openSink, type Sink} from '../lib/output/sink.js'
import {type Signals, signalsOf} from './signals.js'

/** What a command works with besides its own flags. */
export interface Context {
  config: Config
  /** The output format in force: never absent. */
  format: OutputFormat
  /** stdout: results and nothing else. */
  screen: Screen
  out: Sink
  /** stderr: everything else. */
  talk: Talk
  /** Aborts when the user or the system asks for an end. */
  readonly signal: AbortSignal
  /** For commands that wait for events: also ends when nobody reads our pipe any more. */
  watchOutput(): void
}

export interface Talk {
  screen: Screen
  stream: NodeJS.WriteStream
  quiet: boolean
  verbose: boolean
  /** A line for a person; nothing under --quiet. Control characters in it are escaped. */
  note(line: string): void
  /** The same, also under --quiet: for what is missing from the results. */
  warn(line: string): void
  /** The same for text laid out by lib/output, which may hold colours and has escaped what is foreign. */
  show(text: string): void
  /** A line only under --verbose. */
  detail(line: string): void
  /** Called before anything is said: takes a line that rewrites itself off the screen. */
  clearLine?: () => void
}

export const signals: Signals = signalsOf(process)

/**
 * Reads the configuration and takes hold of the standard streams. Call it once, first, in `run`.
 * @param place where settings are looked for: that of the process unless given
 */
export async function openContext(
  flags: Readonly<Record<string, unknown>>,
  place?: {env: NodeJS.ProcessEnv; cwd: string},
): Promise<Context> {
  const {env, cwd} = place ?? {env: process.env, cwd: workingDirectory()}
  const config = await loadConfig({flags, env, cwd, platform: process.platform})
  // oclif's own listener throws where nobody can catch it; the sink tells whoever writes.
  process.stdout.removeAllListeners('error')
  const screen = screenOf({stream: process.stdout, color: config.color, env: process.env})
  const talk = openTalk(flags, config)
  for (const warning of config.warnings) talk.note(`warning: ${warning}`)
  return {
    config,
    screen,
    talk,
    format: flags.json ? 'json' : (config.output ?? (screen.isTerminal ? 'pretty' : 'jsonl')),
    out: openSink(process.stdout),
    get signal() {
      return signals.signal
    },
    watchOutput: () => signals.watchOutput(),
  }
}

function workingDirectory(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new LogflowError('FILE_UNREADABLE', 'the working directory is not there any more', {cause})
  }
}

function openTalk(flags: Readonly<Record<string, unknown>>, config: Config): Talk {
  const stream = process.stderr
  const quiet = flags.quiet === true
  const verbose = flags.verbose === true
  const say = (line: string): void => {
    talk.clearLine?.()
    stream.write(`${escapeControls(line)}\n`)
  }
  // A reader of stderr that has gone is no reason to stop: results go on.
  stream.on('error', () => {})
  const talk: Talk = {
    screen: screenOf({stream, color: config.color, env: process.env}),
    stream,
    quiet,
    verbose,
    note: (line) => {
      if (!quiet) say(line)
    },
    warn: say,
    show: (text) => {
      if (quiet) return
      talk.clearLine?.()
      stream.write(`${text}\n`)
    },
    detail: (line) => {
      if (verbose) say(line)
    },
  }
  return talk
}
