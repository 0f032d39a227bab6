import {closeSync, openSync} from 'node:fs'
import type {Database} from 'libsql'
import {LogflowError} from '../../errors/logflow-error.js'
import {codeOf, fileError, messageOf} from './errors.js'
import type {Layout} from './layout.js'

/** The one writer's lock. The system frees it when the process dies, however it dies. */
export interface Lock {
  release(): void
}

/** An open exclusive SQLite transaction on an empty file. Throws LOCK_HELD while another holds it. */
export async function takeLock({lock: path, dir}: Layout): Promise<Lock> {
  const {default: Sqlite} = await import('libsql')
  let db: Database | undefined
  try {
    // Made by us, because SQLite's own would follow the umask.
    closeSync(openSync(path, 'a', 0o600))
    db = new Sqlite(path)
    // A journal in memory: the lock must work on a full disk, too.
    db.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    db?.close()
    if (/SQLITE_BUSY|locked/i.test(`${codeOf(error)} ${messageOf(error)}`)) throw held(dir, error)
    throw fileError(error, 'lock', path)
  }
  const open = db
  return {
    release() {
      open.exec('rollback')
      open.close()
    },
  }
}

function held(dir: string, cause: unknown): LogflowError {
  return new LogflowError('LOCK_HELD', `Another process is writing to the store in ${dir}`, {
    cause,
    retriable: true,
    suggestions: ['Wait for it to end, or stop it: a running `logflow process` or `logflow ship`'],
  })
}
