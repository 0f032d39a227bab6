import {type FileHandle, open} from 'node:fs/promises'
import {type ErrorCode, LogflowError} from '../errors/logflow-error.js'
import type {TextTarget} from './write-generated.js'

/** Characters gathered before they are written. */
const CHUNK = 1 << 20

const CODE: Record<string, ErrorCode> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EACCES: 'PERMISSION',
  EPERM: 'PERMISSION',
  EROFS: 'PERMISSION',
}

const REASON: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'is a folder',
}

export interface TextFile extends TextTarget {
  /** Writes what is gathered and closes the file. Safe to call again. */
  close(): Promise<void>
}

/** Opens a file for ASCII text; one that exists is replaced. Rejects with DISK_FULL, PERMISSION or FILE_UNREADABLE. */
export async function openTextFile(path: string): Promise<TextFile> {
  const handle = await told(path, open(path, 'w'))
  let gathered = ''
  let closed = false
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(gathered, 'latin1')
    gathered = ''
    if (bytes.length > 0) await told(path, writeAll(handle, bytes))
  }
  return {
    write(text) {
      gathered += text
      if (gathered.length >= CHUNK) return flush()
    },
    flush,
    async close() {
      if (closed) return
      closed = true
      try {
        await flush()
      } finally {
        await told(path, handle.close())
      }
    },
  }
}

/** A full disk shows first as a short count, and as an error only when the rest is tried. */
async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
}

async function told<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw tellFileError('write', path, error)
  }
}

/** What the system says of a file that cannot be read or written, as an error of ours. */
export function tellFileError(doing: 'read' | 'write', path: string, error: unknown): LogflowError {
  if (error instanceof LogflowError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const missing = code === 'ENOENT' && doing === 'read' ? 'no such file' : undefined
  const reason = missing ?? REASON[code] ?? (error instanceof Error ? error.message : String(error))
  return new LogflowError(CODE[code] ?? 'FILE_UNREADABLE', `cannot ${doing} ${path}: ${reason}`, {cause: error})
}
