import {LogflowError} from '../errors/logflow-error.js'

/** Another process holds the lock; the same call may succeed a moment later. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))
}

/** What SQLite or the system says about a file of this room, as a LogflowError; the only place that reads its codes. */
export function explainSqliteError(error: unknown, path: string, what: string): LogflowError {
  if (error instanceof LogflowError) return error
  const code = codeOf(error)
  const failed = `Could not use the ${what} ${path}`
  if (isBusy(error)) {
    return new LogflowError('LOCK_HELD', `${failed}: another process holds it locked`, {
      cause: error,
      retriable: true,
      suggestions: ['Try again', `See which process holds it: fuser ${path}`],
    })
  }
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(code)) {
    return new LogflowError('DISK_FULL', `${failed}: the disk is full`, {
      cause: error,
      suggestions: ['Free some space on that disk', 'Choose another place with --data-dir'],
    })
  }
  const said = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return new LogflowError('CORRUPT', `${failed}: it is damaged (${said})`, {
      cause: error,
      suggestions: [`Move ${path} away, with ${path}-wal and ${path}-shm: files that did not move keep their ids`],
    })
  }
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|SQLITE_(READONLY|PERM|AUTH|CANTOPEN))/.test(code)) {
    return new LogflowError('PERMISSION', `${failed}: ${said}`, {
      cause: error,
      suggestions: ['Check who owns the data directory', 'Choose another place with --data-dir'],
    })
  }
  return new LogflowError('FILE_UNREADABLE', `${failed}: ${said}`, {cause: error, suggestions: ['Check the disk']})
}

/** libsql reports a failed open as an Error whose message ends in SQLite's number, without a code. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code
  return error instanceof Error && /Unable to open connection/.test(error.message) ? 'SQLITE_CANTOPEN' : ''
}
