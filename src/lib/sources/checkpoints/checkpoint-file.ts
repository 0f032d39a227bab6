import {readFile} from 'node:fs/promises'
import {LogflowError} from '../../errors/logflow-error.js'
import {crc32c} from '../../parse/crc32c.js'
import {replaceFile} from '../replace-file.js'
import type {Checkpoint} from './checkpoint.js'

const LAYOUT = 1

/** What a process has saved: one file, which it alone writes. */
export interface SavedCheckpoints {
  /** The process that wrote it. */
  pid: number
  checkpoints: Checkpoint[]
}

/** Replaces the file: a reader, or a crash at any step, sees the old checkpoints or the new ones, whole and on disk. */
export async function writeCheckpoints(path: string, saved: SavedCheckpoints): Promise<void> {
  try {
    await replaceFile(path, toText(saved), {temporary: `${path}.new`, mode: 0o600})
  } catch (error) {
    throw explainFileError(error, 'write', path)
  }
}

/** Rejects with CORRUPT where the file is not what was written, BACKEND_REFUSED where a newer logflow wrote it. */
export async function readCheckpoints(path: string): Promise<SavedCheckpoints> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw explainFileError(error, 'read', path)
  }
  return fromText(text, path)
}

/** JSON, a line for each source, with a checksum over them. */
function toText({pid, checkpoints}: SavedCheckpoints): string {
  const lines = checkpoints.map((checkpoint) => JSON.stringify(inOrder(checkpoint)))
  return `{"layout":${LAYOUT},"pid":${pid},"crc32c":"${checksum(lines)}","checkpoints":[\n${lines.join(',\n')}\n]}\n`
}

/** Keys in one order, so that the checksum is over the same text when it is read. */
function inOrder({source, path, device, inode, offset, line, last, updated}: Checkpoint): Checkpoint {
  return {
    source,
    path,
    device,
    inode,
    offset,
    line,
    ...(last ? {last: {offset: last.offset, line: last.line}} : {}),
    updated,
  }
}

function checksum(lines: readonly string[]): string {
  const bytes = Buffer.from(lines.join('\n'))
  return crc32c(bytes, 0, bytes.length).toString(16).padStart(8, '0')
}

function fromText(text: string, path: string): SavedCheckpoints {
  if (text.trim() === '') throw damaged(path, 'it is empty')
  let value: Record<string, unknown>
  try {
    value = Object(JSON.parse(text)) as Record<string, unknown>
  } catch (error) {
    throw damaged(path, 'it is torn, or no JSON', error)
  }
  const {layout, pid, crc32c: sum, checkpoints} = value
  if (typeof layout === 'number' && layout > LAYOUT) {
    throw new LogflowError('BACKEND_REFUSED', `${path} was written by a newer logflow (layout ${layout})`, {
      suggestions: ['Install the newer logflow', 'Choose another place with --data-dir'],
    })
  }
  if (layout !== LAYOUT || typeof pid !== 'number' || !Array.isArray(checkpoints) || !checkpoints.every(isCheckpoint))
    throw damaged(path, 'it holds something else')
  if (checksum(checkpoints.map((one) => JSON.stringify(inOrder(one)))) !== sum)
    throw damaged(path, 'its checksum does not fit')
  return {pid, checkpoints}
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false
  const {source, path, device, inode, offset, line, last, updated} = value as Partial<Checkpoint>
  if (last !== undefined && (typeof last !== 'object' || last === null || !isCount(last.offset) || !isCount(last.line)))
    return false
  return isCount(offset) && isCount(line) && [source, path, device, inode, updated].every((x) => typeof x === 'string')
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function damaged(path: string, why: string, cause?: unknown): LogflowError {
  return new LogflowError('CORRUPT', `the checkpoints in ${path} are damaged: ${why}`, {cause})
}

/** What the system says about a file of checkpoints. */
export function explainFileError(error: unknown, tried: 'read' | 'write', path: string): LogflowError {
  if (error instanceof LogflowError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const failed = `Could not ${tried} the checkpoints in ${path}`
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LogflowError('DISK_FULL', `${failed}: the disk is full`, {
      cause: error,
      retriable: true,
      suggestions: ['Free some space on that disk', 'Choose another place with --data-dir'],
    })
  }
  const said = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) {
    return new LogflowError('PERMISSION', `${failed}: ${said}`, {
      cause: error,
      suggestions: ['Check who owns the data directory', 'Choose another place with --data-dir'],
    })
  }
  return new LogflowError('FILE_UNREADABLE', `${failed}: ${said}`, {cause: error, suggestions: ['Check the disk']})
}
