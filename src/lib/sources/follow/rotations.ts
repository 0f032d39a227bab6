import {closeSync, openSync, readdirSync, readSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {rotationStem, uncompressedName} from '../source-id.js'
import {fileAt, keyOf} from './watched.js'

/** Where a file lies and what its rotations have in common. */
export function familyOf(path: string): string {
  return join(dirname(path), rotationStem(basename(path)))
}

/** Where the file is now that had this name: rotation moves files within their folder. */
export function findByInode(path: string, key: string): string | undefined {
  return siblings(path).find((sibling) => {
    const stats = fileAt(sibling)
    return stats !== undefined && keyOf(stats) === key
  })
}

export interface Cut {
  path: string
  key: string
  /** How far it was read, and the bytes before that place. */
  readTo: number
  lastBytes: Buffer
}

/** The copy that was made of a file before it was cut: it holds, at the same place, the bytes that were read last. */
export function findCopy({path, key, readTo, lastBytes}: Cut): {path: string; key: string} | undefined {
  if (lastBytes.length === 0) return undefined
  for (const sibling of siblings(path)) {
    const name = basename(sibling)
    if (familyOf(sibling) !== familyOf(path) || uncompressedName(name) !== name) continue
    const stats = fileAt(sibling)
    if (!stats || keyOf(stats) === key || Number(stats.size) < readTo) continue
    if (holds(sibling, readTo - lastBytes.length, lastBytes)) return {path: sibling, key: keyOf(stats)}
  }
  return undefined
}

/** The last bytes of the file at this size. */
export function readTail(path: string, size: number, length: number): Buffer | undefined {
  try {
    return readAt(path, size - length, length)
  } catch {
    return undefined
  }
}

function holds(path: string, offset: number, bytes: Buffer): boolean {
  try {
    return readAt(path, offset, bytes.length).equals(bytes)
  } catch {
    return false
  }
}

function readAt(path: string, offset: number, length: number): Buffer {
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(length)
    return buffer.subarray(0, readSync(fd, buffer, 0, length, offset))
  } finally {
    closeSync(fd)
  }
}

/** All that lies beside a file; nothing where the folder cannot be listed. */
function siblings(path: string): string[] {
  const folder = dirname(path)
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return []
  }
}
