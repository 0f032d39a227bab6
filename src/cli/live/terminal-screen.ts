import {openSync} from 'node:fs'
import {createRequire} from 'node:module'
import {constants} from 'node:os'
import {join} from 'node:path'
import {ReadStream} from 'node:tty'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import type * as Screen from '../../lib/tui/screen.js'

/** Another screen beside the one with the shell's lines, and back (xterm's private modes); the cursor shown again. */
const ENTER = '\u001b[?1049h\u001b[H'
const LEAVE = '\u001b[?1049l\u001b[?25h'
/** For terminals that have no other screen (the Linux console, screen(1) as it comes): what was drawn does not stay. */
const CLEAR = '\u001b[m\u001b[H\u001b[J'
/** Buttons and the wheel are reported, with numbers of any size (xterm's modes 1000 and 1006). */
const MOUSE = {on: '\u001b[?1000h\u001b[?1006h', off: '\u001b[?1006l\u001b[?1000l'}

/** What is on the screen until it is unmounted. */
export interface Shown {
  unmount(): void
  /** Rejects where drawing failed. */
  waitUntilExit(): Promise<unknown>
}

export interface OwnScreen {
  stdout: NodeJS.WriteStream
  keys: NodeJS.ReadStream
  /** The wheel and clicks are wanted. */
  mouse?: boolean
  /** A pipe, if any, whose writer has the same terminal: some set it as they found it when they end, as Node does. */
  pipe?: NodeJS.ReadableStream
  /** Begins to draw; called anew after the process was stopped and goes on. */
  show(): Shown
}

/**
 * Gives the terminal to `work` until that ends or `ended` aborts, and takes it back on every way out: an end, an error
 * nobody caught, a failure to draw, `process.exit`, SIGHUP and SIGQUIT (`work` is to see to SIGINT and SIGTERM). While the
 * process is stopped (SIGTSTP) the shell has it. What nobody can see to is SIGKILL.
 *
 * @param leave asks `work` to end
 */
export async function onOwnScreen<T>(
  screen: OwnScreen,
  {ended, leave}: {ended: AbortSignal; leave: () => void},
  work: () => Promise<T>,
): Promise<T> {
  const failures: unknown[] = []
  const held = new Held(screen, (error) => {
    failures.push(error)
    leave()
  })
  const giveBack = () => held.giveBack()
  const quit = () => {
    giveBack()
    process.off('SIGQUIT', quit)
    process.kill(process.pid, 'SIGQUIT')
  }
  const stop = () => {
    giveBack()
    process.off('SIGTSTP', stop).off('SIGCONT', again)
    // Here the process stands still; where nobody could make it go on again, the system does not stop it.
    process.kill(process.pid, 'SIGTSTP')
    if (!ended.aborted) held.take()
    process.on('SIGTSTP', stop).on('SIGCONT', again)
  }
  // Stopped by SIGSTOP, without a word: the shell has set the terminal as it likes it.
  const again = () => {
    giveBack()
    if (!ended.aborted) held.take()
  }
  const watched: Array<[string, () => void]> = [
    ['exit', giveBack],
    ['uncaughtException', giveBack],
    ['SIGHUP', leave],
    ['SIGQUIT', quit],
    ['SIGTSTP', stop],
    ['SIGCONT', again],
  ]
  // Before whoever tells of an error: what is written on the other screen goes with it.
  for (const [event, listener] of watched) process.prependListener(event as 'exit', listener)
  ended.addEventListener('abort', giveBack)
  const keepKeys = () => held.keepKeys()
  screen.pipe?.once('end', keepKeys)
  // A terminal that is closed ends what it is read by, whether or not it says so by a signal. Stays: errors may come late.
  screen.keys.on('error', leave).on('end', leave)
  try {
    held.take()
    const result = await work()
    if (failures.length > 0) throw failures[0]
    return result
  } finally {
    giveBack()
    ended.removeEventListener('abort', giveBack)
    screen.pipe?.off('end', keepKeys)
    for (const [event, listener] of watched) process.off(event, listener)
  }
}

/** Stops the process as ctrl-z does where a terminal sees to it: with all others of its pipe. */
export function suspend(): void {
  if ('SIGTSTP' in constants.signals) process.kill(0, 'SIGTSTP')
}

class Held {
  #shown: Shown | undefined

  constructor(
    private readonly screen: OwnScreen,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  take(): void {
    const {stdout, keys, mouse, show} = this.screen
    // First of all: in the background this stops the process, before it has drawn over what others show.
    keys.setRawMode(true)
    stdout.write(ENTER + (mouse ? MOUSE.on : ''))
    // Its size may have changed while nobody looked; node looks again at this signal.
    if ('SIGWINCH' in constants.signals) process.kill(process.pid, 'SIGWINCH')
    const shown = show()
    this.#shown = shown
    shown.waitUntilExit().catch(this.onFailure)
  }

  /** Has keys come one by one again, whoever changed that meanwhile: node does nothing where it knows of no change. */
  keepKeys(): void {
    if (!this.#shown) return
    this.screen.keys.setRawMode(false)
    this.screen.keys.setRawMode(true)
  }

  giveBack(): void {
    const shown = this.#shown
    if (!shown) return
    this.#shown = undefined
    const {stdout, keys, mouse} = this.screen
    try {
      shown.unmount()
    } catch (error) {
      this.onFailure(error)
    }
    if (!keys.destroyed) keys.setRawMode(false)
    stdout.write((mouse ? MOUSE.off : '') + CLEAR + LEAVE)
  }
}

/** Where keys come from: the terminal itself where stdin brings the records. */
export function keyboard(stdinIsTaken: boolean): NodeJS.ReadStream {
  if (!stdinIsTaken && process.stdin.isTTY) return process.stdin
  try {
    return new ReadStream(openSync('/dev/tty', 'r'))
  } catch {
    throw noTerminal()
  }
}

/** Throws where nothing could be drawn. */
export function needTerminal(isTerminal: boolean, {TERM}: NodeJS.ProcessEnv): void {
  if (!isTerminal) throw noTerminal()
  if (TERM === 'dumb') throw noTerminal('live needs a terminal that can move its cursor, and TERM is dumb')
}

function noTerminal(message = 'live needs a terminal to draw on'): LogflowError {
  return new LogflowError('USAGE', message, {
    suggestions: ['logflow tail  shows the same records as lines, in pipes and CI logs too'],
  })
}

/** The part that knows Ink, which is a module of its own. @param root folder of package.json */
export function loadScreen(root: string): Promise<typeof Screen> {
  // Where this is set, for whatever reason, Ink draws nothing before the end; there is a terminal, and somebody looks at it.
  if (process.env.CI !== undefined) process.env.CI = 'false'
  const {importModule} = createRequire(join(root, 'package.json'))('./bin/import.js')
  return importModule(join(root, 'dist', 'screen.mjs'))
}
