import {readdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {Checkpoint} from '../checkpoints/checkpoint.js'
import {uncompressedName} from '../source-id.js'
import {familyOf} from './rotations.js'
import {fileAt, keyOf} from './watched.js'

/** A checkpoint is written up to a second after the rotation that compressing or copying follows. */
const LEEWAY_MS = 60_000

interface Named {
  path: string
  key: string
}

/**
 * Files that were followed before they were rotated to a name that nobody follows, and that may hold more than was read
 * of them: by their inode, else what was compressed since, or copied before the file was cut.
 * @param wanted paths that are followed, there or not; @param isRead sources that are being read
 * @param found keys of the files that are there: one of them may have the inode of a file that was deleted
 */
export function leftBehind(
  checkpoints: readonly Checkpoint[],
  wanted: Iterable<string>,
  isRead: (source: string) => boolean,
  found: {has(key: string): boolean},
): Named[] {
  const families = new Set([...wanted].map(familyOf))
  const files = new Map<string, Named>()
  const listings = new Map<string, Listed[]>()
  const own = new Set(checkpoints.map(keyOfCheckpoint))
  for (const checkpoint of checkpoints) {
    const key = keyOfCheckpoint(checkpoint)
    if (isRead(checkpoint.source) || !families.has(familyOf(checkpoint.path))) continue
    const folder = dirname(checkpoint.path)
    const listing = listings.get(folder) ?? list(folder)
    listings.set(folder, listing)
    const kin = listing.filter(({path}) => familyOf(path) === familyOf(checkpoint.path))
    const moved = found.has(key) ? undefined : kin.find((file) => file.key === key)
    if (moved && moved.size > checkpoint.offset) files.set(moved.key, moved)
    if (moved) continue
    const since = Date.parse(checkpoint.updated) - LEEWAY_MS
    for (const file of kin) {
      const mayHoldIt = file.packed || (!own.has(file.key) && file.size > checkpoint.offset)
      if (mayHoldIt && file.changedMs >= since) files.set(file.key, file)
    }
  }
  return [...files.values()].filter(({key}) => !found.has(key))
}

function keyOfCheckpoint({device, inode}: Checkpoint): string {
  return `${device} ${inode}`
}

interface Listed extends Named {
  size: number
  changedMs: number
  packed: boolean
}

function list(folder: string): Listed[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return names.flatMap((name) => {
    const path = join(folder, name)
    const stats = fileAt(path)
    if (!stats) return []
    const packed = uncompressedName(name) !== name
    return [{path, key: keyOf(stats), size: Number(stats.size), changedMs: Number(stats.ctimeMs), packed}]
  })
}
