// What SQLite says, as LogflowErrors. The only place that reads its codes.

import {statfsSync} from 'node:fs'
import {dirname} from 'node:path'
import {LogflowError} from '../../errors/logflow-error.js'

/** Below this many free bytes an I/O error without a reason of its own is a full disk. */
const NEARLY_FULL = 1024 * 1024

/** Another connection holds the lock that was needed; the same call may succeed a moment later. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))
}

export function damaged(path: string, what: string, cause?: unknown): LogflowError {
  return new LogflowError('CORRUPT', `The bus file ${path} is damaged: ${what}`, {
    cause,
    suggestions: [
      `Move ${path} away, with ${path}-wal and ${path}-shm, and ship the files again: what is stored already is not doubled`,
      'Check the disk',
    ],
  })
}

/** Turns whatever a call on the bus file threw into a LogflowError; `doing` completes "could not …". */
export function explain(error: unknown, path: string, doing: string): LogflowError {
  if (error instanceof LogflowError) return error
  const code = codeOf(error)
  const said = error instanceof Error ? error.message : String(error)
  const failed = `Could not ${doing} ${path}`
  if (isBusy(error)) {
    return new LogflowError('LOCK_HELD', `${failed}: another process holds it locked`, {
      cause: error,
      retriable: true,
      suggestions: ['Try again', `See which process holds it: fuser ${path}`],
    })
  }
  if (isShortRead(error)) return damaged(path, 'it ends too early', error)
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return damaged(path, said, error)
  if (isFull(code, path)) {
    return new LogflowError('DISK_FULL', `${failed}: the disk is full`, {
      cause: error,
      suggestions: [
        'Free some space on that disk; nothing of the refused batch was kept',
        'Choose another place with --data-dir',
      ],
    })
  }
  if (/^(EACCES|EPERM|EROFS|SQLITE_(READONLY|PERM|AUTH|CANTOPEN))/.test(code)) {
    return new LogflowError('PERMISSION', `${failed}: ${said}`, {
      cause: error,
      suggestions: ['Check who owns the data directory', 'Choose another place with --data-dir'],
    })
  }
  if (/^(E[A-Z]+$|SQLITE_IOERR)/.test(code)) {
    return new LogflowError('FILE_UNREADABLE', `${failed}: ${said}`, {cause: error, suggestions: ['Check the disk']})
  }
  return new LogflowError('INTERNAL', `${failed}: ${said}`, {cause: error})
}

function isFull(code: string, path: string): boolean {
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return true
  return code.startsWith('SQLITE_IOERR') && freeBytes(path) < NEARLY_FULL
}

/** SQLITE_IOERR_SHORT_READ: a page that must be there lies behind the end of the file. */
function isShortRead(error: unknown): boolean {
  return error instanceof Error && 'rawCode' in error && error.rawCode === 522
}

function freeBytes(path: string): number {
  try {
    const {bavail, bsize} = statfsSync(dirname(path))
    return bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** libsql reports a failed open as an Error whose message ends in SQLite's number, without a code. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code
  return error instanceof Error && /Unable to open connection/.test(error.message) ? 'SQLITE_CANTOPEN' : ''
}
