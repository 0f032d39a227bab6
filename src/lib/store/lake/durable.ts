import {closeSync, constants, fsyncSync, openSync, renameSync, unlinkSync, writeSync} from 'node:fs'
import {dirname} from 'node:path'
import {fileError} from './errors.js'

/** Makes names created in, or removed from, a folder survive a power cut. */
export function syncDir(dir: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(dir, constants.O_RDONLY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Replaces a file so that a reader, or a crash at any step, sees the old bytes or the new ones, whole. */
export function replaceFile(path: string, bytes: Buffer): void {
  const temp = `${path}.new`
  try {
    const fd = openSync(temp, 'w', 0o600)
    try {
      writeWhole(fd, bytes)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temp, path)
    syncDir(dirname(path))
  } catch (error) {
    remove(temp)
    throw fileError(error, 'write', path)
  }
}

/** A full disk may take fewer bytes than asked for, or none, and say nothing: the next call tells. */
function writeWhole(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    const written = writeSync(fd, bytes, at)
    if (written === 0) throw nothingWritten()
    at += written
  }
}

/** What a write that took nothing means. */
export function nothingWritten(): Error {
  return Object.assign(new Error('nothing was written'), {code: 'ENOSPC'})
}

/** Removes a file; one that is not there is no error. */
export function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Gone already, or not ours to remove: it is tried again at the next opening.
  }
}
