import {closeSync, fstatSync, openSync, readFileSync} from 'node:fs'
import {checksumOf} from './checksum.js'
import {replaceFile} from './durable.js'
import type {Layout, SegmentName} from './layout.js'

const FORMAT = 1

/**
 * What one full segment holds. Written before the manifest names the segment as full or sealed, and read only when
 * something is wrong with it: so that what it held can be taken out of the stored ranges, and shipped again.
 */
export interface Description {
  format: typeof FORMAT
  rows: number
  /** As in the manifest, of this segment alone. */
  ranges: Record<string, number[]>
  /** Length and CRC-32C of the Parquet file, once there is one. */
  sealed?: {bytes: number; crc: number}
}

export function describeHot(layout: Layout, seq: number, rows: number, ranges: Record<string, number[]>): void {
  write(layout, {seq}, {format: FORMAT, rows, ranges})
}

/** @param path the Parquet file, under whatever name it has by now */
export function describeSealed(
  layout: Layout,
  segment: SegmentName,
  {rows, ranges, path}: {rows: number; ranges: Record<string, number[]>; path: string},
): void {
  write(layout, segment, {format: FORMAT, rows, ranges, sealed: sumOf(path)})
}

/** `undefined` where there is none that can be read: of segments of an older logflow, or damaged itself. */
export function readDescription(layout: Layout, segment: SegmentName): Description | undefined {
  try {
    const value = JSON.parse(readFileSync(layout.description(segment), 'utf8')) as Partial<Description> | null
    const whole = value?.format === FORMAT && typeof value.rows === 'number' && isRanges(value.ranges)
    return whole ? (value as Description) : undefined
  } catch {
    return undefined
  }
}

function write(layout: Layout, segment: SegmentName, description: Description): void {
  replaceFile(layout.description(segment), Buffer.from(JSON.stringify(description)))
}

function sumOf(path: string): {bytes: number; crc: number} {
  const fd = openSync(path, 'r')
  try {
    const bytes = fstatSync(fd).size
    return {bytes, crc: checksumOf(fd, 0, bytes) ?? 0}
  } finally {
    closeSync(fd)
  }
}

function isRanges(ranges: unknown): boolean {
  if (typeof ranges !== 'object' || ranges === null) return false
  return Object.values(ranges).every((pairs) => Array.isArray(pairs) && pairs.every(Number.isSafeInteger))
}
