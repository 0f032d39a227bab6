import {closeSync, fstatSync, openSync} from 'node:fs'
import {checksumOf} from './checksum.js'
import {readDescription} from './descriptions.js'
import {codeOf, fileError} from './errors.js'
import {isWhole} from './hot-file.js'
import type {Layout} from './layout.js'
import type {HotSegment, SealedSegment, Segment} from './manifest.js'
import {StoredRanges} from './stored-ranges.js'
import {trailersOf} from './trailer.js'

/** Where the file of a segment lies. */
export function pathOf(layout: Layout, segment: Segment): string {
  return segment.kind === 'hot' ? layout.hot(segment.seq) : layout.sealed(segment)
}

/**
 * Reads every byte of a segment and says what is wrong with it; `undefined` where nothing is. A growing segment may end
 * in what is not committed. Throws where the file cannot be read for a reason that is no damage.
 */
export function damageOf(layout: Layout, segment: Segment): string | undefined {
  const path = pathOf(layout, segment)
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'it is not there'
    throw fileError(error, 'read', path)
  }
  try {
    return segment.kind === 'hot' ? damageOfHot(fd, path, segment) : damageOfSealed(fd, layout, segment)
  } catch (error) {
    throw fileError(error, 'read', path)
  } finally {
    closeSync(fd)
  }
}

/** What a segment held, as far as is known: `undefined` where it is not. Ask before it is moved. */
export function rangesOf(layout: Layout, segment: Segment): Record<string, number[]> | undefined {
  const described = readDescription(layout, segment)
  if (described || segment.kind === 'sealed') return described?.ranges
  try {
    const ranges = new StoredRanges()
    for (const {trailer} of trailersOf(layout.hot(segment.seq))) ranges.merge(trailer.ranges)
    return ranges.toJSON()
  } catch {
    return undefined
  }
}

/** Without a look at its bytes: whether the file is there, with the length it must have. */
export function hasItsLength(size: number | undefined, segment: SealedSegment): boolean {
  return size === segment.bytes
}

function damageOfSealed(fd: number, layout: Layout, segment: SealedSegment): string | undefined {
  const {size} = fstatSync(fd)
  if (!hasItsLength(size, segment)) return `it has ${size} bytes of ${segment.bytes}`
  const sealed = readDescription(layout, segment)?.sealed
  if (sealed && checksumOf(fd, 0, size) !== sealed.crc) return 'its bytes do not match their checksum'
  return undefined
}

function damageOfHot(fd: number, path: string, {full}: HotSegment): string | undefined {
  let rows = 0
  let end = 0
  let bad: string | undefined
  try {
    for (const placed of trailersOf(path)) {
      if (bad) return bad
      if (!isWhole(fd, end, placed)) bad = `records from number ${rows + 1} on do not match their checksum`
      end = placed.end
      rows = placed.trailer.rows
    }
    // The last commit of one that grows may be torn: then it was never acknowledged, and the next writer cuts it off.
    if (full && bad) return bad
  } catch (error) {
    if (codeOf(error) === 'CORRUPT') return 'a commit mark in it cannot be read'
    throw error
  }
  return full && rows !== full.rows ? `commits of ${rows} records are left of ${full.rows}` : undefined
}
