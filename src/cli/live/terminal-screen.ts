import {openSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {ReadStream} from 'node:tty'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import type * as Screen from '../../lib/tui/screen.js'

/** Another screen beside the one with the shell's lines, and back (xterm's private modes); the cursor shown again. */
const ENTER = '\u001b[?1049h'
const LEAVE = '\u001b[?1049l\u001b[?25h'

/**
 * Gives the terminal to `work` and takes it back on every way out: an end, an error, a signal, a process that is ended by
 * `process.exit`.
 */
export async function onOwnScreen<T>(stdout: NodeJS.WriteStream, work: () => Promise<T>): Promise<T> {
  let away = true
  const leave = () => {
    if (!away) return
    away = false
    stdout.write(LEAVE)
  }
  process.once('exit', leave)
  stdout.write(ENTER)
  try {
    return await work()
  } finally {
    leave()
    process.off('exit', leave)
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

export function noTerminal(): LogflowError {
  return new LogflowError('USAGE', 'live needs a terminal to draw on', {
    suggestions: ['logflow tail  shows the same records as lines, in pipes and CI logs too'],
  })
}

/** The part that knows Ink, which is a module of its own. @param root folder of package.json */
export function loadScreen(root: string): Promise<typeof Screen> {
  const {importModule} = createRequire(join(root, 'package.json'))('./bin/import.js')
  return importModule(join(root, 'dist', 'screen.mjs'))
}
