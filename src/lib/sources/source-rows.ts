import {closeSync, openSync, readSync, statSync} from 'node:fs'
import {basename} from 'node:path'
import {fingerprint, uncompressedName} from './source-id.js'

/** What can be seen of a file that is open. */
export interface SourceFacts {
  host: string
  /** Absolute. */
  path: string
  device: string
  inode: string
  /** When the inode was made, in nanoseconds; empty where the file system does not say. */
  born: string
  /** First bytes of what is inside, decompressed. */
  head: Buffer
  /** Bytes in offsets of units; Infinity where they cannot be known before reading (compressed, UTF-16). */
  size: number
  /** Bytes at an offset, where units' offsets are the file's. */
  readAt?: (offset: number, length: number) => Buffer
}

/** A source as the table keeps it. */
export interface SourceRow {
  id: string
  path: string
  folder: string
  stem: string
  device: string
  inode: string
  born: string
  /** The first `head_length` bytes have this fingerprint. */
  head_length: number
  head_hash: string
  /** Size when last seen, and fingerprint of the `TAIL_BYTES` before it; 0 and empty where not known. */
  size: number
  tail_hash: string
  /** Fingerprint of the first line; empty while that was not complete. */
  first_line: string
  seen: string
}

export const TAIL_BYTES = 1_024

/** Fingerprint of the last bytes below `size`. */
export function tailHash(facts: SourceFacts, size: number): string {
  if (!facts.readAt || size <= 0) return ''
  const length = Math.min(TAIL_BYTES, size)
  return fingerprint(facts.readAt(size - length, length))
}

/**
 * True when everything known of the source is still there: its first bytes, its size, and the bytes before its end.
 * A file whose inode was cut or written anew fails one of them and is a new source.
 */
export function holdsSame(row: SourceRow, facts: SourceFacts): boolean {
  if (facts.head.length < row.head_length || row.head_length === 0 || facts.size < row.size) return false
  if (fingerprint(facts.head.subarray(0, row.head_length)) !== row.head_hash) return false
  return row.tail_hash === '' || !facts.readAt || tailHash(facts, row.size) === row.tail_hash
}

/** An inode is given to a new file once the old one is deleted: the time it was made tells them apart. */
export function sameInode(row: SourceRow, facts: SourceFacts): boolean {
  if (row.device !== facts.device || row.inode !== facts.inode) return false
  return row.born === '' || facts.born === '' || row.born === facts.born
}

/**
 * True when the file may stand in for the one the source was last seen in: that one is no longer at its place (moved,
 * deleted, replaced, or cut, as copytruncate does), or this is the compressed form beside it. Without this, two programs
 * that log side by side and begin alike would be taken for one, and the lines of one of them for known.
 */
export function replacesOriginal(row: SourceRow, facts: SourceFacts): boolean {
  const name = basename(facts.path)
  const plain = uncompressedName(name)
  if (plain !== name && plain === basename(row.path)) return true
  return !stillThere(row)
}

function stillThere(row: SourceRow): boolean {
  try {
    const stats = statSync(row.path, {bigint: true})
    if (`${stats.dev}` !== row.device || `${stats.ino}` !== row.inode) return false
    if (Number(stats.size) < row.size) return false
    return row.size === 0 || fingerprint(readHere(row.path, row.head_length)) === row.head_hash
  } catch {
    return false
  }
}

function readHere(path: string, length: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(length)
    return buffer.subarray(0, readSync(file, buffer, 0, length, 0))
  } finally {
    closeSync(file)
  }
}
