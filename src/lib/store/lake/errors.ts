import {LogflowError} from '../../errors/logflow-error.js'

/** A file named by the manifest is not there: the segment was sealed, or removed, after the manifest was read. */
export class SegmentGone extends Error {
  override readonly name = 'SegmentGone'

  constructor(readonly file: string) {
    super(`${file} is gone`)
  }
}

/** Raised by a condition on a row of which only matches() knows whether it belongs to the answer. */
export class Undecided extends Error {
  override readonly name = 'Undecided'
}

/** What such a condition makes DuckDB say. */
export const UNDECIDED = 'logflow: matches() must be asked'

/** What the system says of a failed call on a file of the lake. Errors of ours pass unchanged. */
export function fileError(error: unknown, doing: string, file: string): Error {
  if (error instanceof LogflowError || error instanceof SegmentGone) return error
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return diskFull(file, error)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new LogflowError(
      'PERMISSION',
      `Cannot ${doing} ${file}: ${code === 'EROFS' ? 'the file system is read-only' : 'permission denied'}`,
      {
        cause: error,
        suggestions: ['Give your user access to the folder, or choose another with --data-dir'],
      },
    )
  return new LogflowError('FILE_UNREADABLE', `Cannot ${doing} ${file}: ${messageOf(error)}`, {cause: error})
}

/** What DuckDB says of a failed query over files of `dir`. Its messages are read here and nowhere else. */
export function duckError(error: unknown, dir: string): Error {
  if (error instanceof LogflowError || error instanceof SegmentGone || error instanceof Undecided) return error
  const message = messageOf(error)
  const file = /["'](\/[^"']*)["']/.exec(message)?.[1]
  if (/No space left on device|Disk quota exceeded|File too large/i.test(message)) return diskFull(dir, error)
  if (/No files found that match|No such file or directory/i.test(message))
    return new SegmentGone(unescaped(file ?? dir))
  if (message.includes(UNDECIDED)) return new Undecided(UNDECIDED)
  if (isOutOfMemory(error))
    return new LogflowError(
      'OUT_OF_MEMORY',
      `The embedded store needs more memory than it may use: ${firstLine(message)}`,
      {
        cause: error,
        suggestions: ['Raise limits.store_memory, or ask for a shorter time range'],
      },
    )
  if (/^(IO|Invalid Input|Invalid|Conversion|Serialization) Error|Malformed JSON|magic bytes/i.test(message))
    return corrupt(file === undefined ? `A segment in ${dir}` : unescaped(file), firstLine(message), error)
  return new LogflowError('INTERNAL', `The embedded store failed: ${firstLine(message)}`, {cause: error})
}

export function isOutOfMemory(error: unknown): boolean {
  return /Out of Memory/i.test(messageOf(error))
}

/** A path as it was before its `*?[` were put in brackets for DuckDB. */
function unescaped(path: string): string {
  return path.replace(/\[([[*?])\]/g, '$1')
}

/** For a file that every new manifest names and that is never there. */
export function missing({file}: SegmentGone): LogflowError {
  return corrupt(file, 'the manifest names it, and it is not there')
}

export function corrupt(file: string, what: string, cause?: unknown): LogflowError {
  return new LogflowError('CORRUPT', `${file} is damaged: ${what}`, {
    cause,
    suggestions: ['Restore this file from a backup, or move the whole store folder aside and ship its sources again'],
  })
}

function diskFull(file: string, cause: unknown): LogflowError {
  return new LogflowError('DISK_FULL', `No space left on the disk of ${file}`, {
    cause,
    retriable: true,
    suggestions: ['Free space on this disk, or choose another with --data-dir; nothing stored so far is lost'],
  })
}

export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] as string
}
