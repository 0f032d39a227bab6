// What SQLite and the system say about the database file, as LogflowErrors: the only place that reads their codes.

import {statfsSync} from 'node:fs'
import {dirname} from 'node:path'
import {LogflowError} from '../../errors/logflow-error.js'

/** Another connection holds the lock; the same call may succeed a moment later. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))
}

export function explainSqlite(error: unknown, path: string): LogflowError {
  if (error instanceof LogflowError) return error
  const code = codeOf(error)
  const said = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')
  const failed = `Could not use the database ${path}`
  if (/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(code)) {
    return new LogflowError('ALREADY_THERE', 'there is one already with that name or key', {cause: error})
  }
  if (isBusy(error)) {
    return new LogflowError('DATABASE_UNREACHABLE', `${failed}: another process holds it locked`, {
      cause: error,
      retriable: true,
      suggestions: ['Try again', `See which process holds it: fuser ${path}`],
    })
  }
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(code) || (code.startsWith('SQLITE_IOERR') && isNearlyFull(path))) {
    return new LogflowError('DISK_FULL', `${failed}: the disk is full`, {
      cause: error,
      retriable: true,
      suggestions: ['Free some space on that disk', 'Choose another place with --data-dir'],
    })
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return new LogflowError('CORRUPT', `${failed}: it is damaged, or no database (${said})`, {
      cause: error,
      suggestions: [
        `Move ${path} away, with ${path}-wal and ${path}-shm, and restore a backup`,
        'logflow db restore FILE',
      ],
    })
  }
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|SQLITE_(READONLY|PERM|AUTH|CANTOPEN))/.test(code)) {
    return new LogflowError('PERMISSION', `${failed}: ${said}`, {
      cause: error,
      suggestions: ['Check who owns the file and its folder', 'Choose another place with --data-dir'],
    })
  }
  if (/^SQLITE_IOERR/.test(code)) {
    return new LogflowError('DATABASE_UNREACHABLE', `${failed}: ${said}`, {
      cause: error,
      retriable: true,
      suggestions: ['Check the disk'],
    })
  }
  return new LogflowError('INTERNAL', `${failed}: ${said}`, {cause: error})
}

/** Room below which a failed write is put down to the disk: SQLite grows its index of the log by 32 kB at a time. */
const NEARLY_FULL = 262_144

function isNearlyFull(path: string): boolean {
  try {
    const {bavail, bsize} = statfsSync(dirname(path))
    return bavail * bsize < NEARLY_FULL
  } catch {
    return false
  }
}

/** libsql reports a failed open as an Error whose message ends in SQLite's number, without a code. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code
  return error instanceof Error && /Unable to open connection/.test(error.message) ? 'SQLITE_CANTOPEN' : ''
}
