import {mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {LogflowError} from '../../lib/errors/logflow-error.js'

/** What a program needs to run and to draw; nothing that says where logs are or go. */
const HARMLESS =
  /^(?:PATH|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|LANG|LANGUAGE|LC_\w+|TZ|TMUX|STY|(?:DY)?LD_LIBRARY_PATH|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT)$/i

/** A folder that is gone at the end, with everything in it, unless it is kept. */
export interface DemoFolder {
  path: string
  dataDir: string
  /** The environment of whatever runs in it: nothing of the user's settings. */
  env: Record<string, string>
  keep(): void
  /** May be called again. */
  remove(): void
}

/**
 * Makes a folder for one demo. It is also removed where the process is ended by `process.exit`.
 * @param real the environment of the process
 */
export function openDemoFolder(real: NodeJS.ProcessEnv): DemoFolder {
  const path = temporaryFolder(tmpdir())
  let kept = false
  const remove = () => {
    process.off('exit', remove)
    // What a program that was just killed still writes may be in the way for a moment.
    if (!kept) rmSync(path, {recursive: true, force: true, maxRetries: 10, retryDelay: 100})
  }
  process.once('exit', remove)
  const dataDir = join(path, 'data')
  const env: Record<string, string> = {LOGFLOW_DATA_DIR: dataDir, LOGFLOW_OUTPUT: 'pretty', PAGER: 'cat'}
  for (const [name, value] of Object.entries(real)) {
    if (HARMLESS.test(name) && value !== undefined) env[name] = value
  }
  const own = join(path, 'home')
  for (const name of ['HOME', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA']) env[name] = own
  for (const name of ['CONFIG', 'DATA', 'CACHE', 'STATE']) env[`XDG_${name}_HOME`] = join(own, name.toLowerCase())
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) env[name] = join(path, 'tmp')
  mkdirSync(join(path, 'tmp'))
  return {
    path,
    dataDir,
    env,
    remove,
    keep: () => {
      kept = true
    },
  }
}

function temporaryFolder(parent: string): string {
  try {
    return mkdtempSync(join(parent, 'logflow-demo-'))
  } catch (cause) {
    const {code, message} = cause as NodeJS.ErrnoException
    throw new LogflowError(
      code === 'ENOSPC' ? 'DISK_FULL' : 'PERMISSION',
      `cannot make a folder in ${parent}: ${message}`,
      {
        cause,
        suggestions: ['Set TMPDIR to a folder with some space that can be written'],
      },
    )
  }
}
