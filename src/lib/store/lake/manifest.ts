import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {LogflowError} from '../../errors/logflow-error.js'
import {replaceFile} from './durable.js'
import {codeOf, corrupt, fileError} from './errors.js'
import type {Layout} from './layout.js'

const FORMAT = 1
/** With merged segments, whose files a logflow before them would not find. */
const FORMAT_MERGED = 2

/**
 * Which segments there are, and what is stored. Replaced whole by rename: a reader takes one manifest and never
 * lists folders, so that it sees each segment once, hot or sealed.
 */
export interface Manifest {
  format: typeof FORMAT | typeof FORMAT_MERGED
  /** By rising `seq`, which is the order of arrival. The last hot one may still grow. */
  segments: Segment[]
  /** Highest `seq` of a segment that was set aside: no number is used twice. */
  setAside?: number
  /** Per source the stored ranges [from, to), flat; hot segments repeat theirs in their trailers. */
  ranges: Record<string, number[]>
  /** Next bus offset by `topic/partition`; trailers of hot segments are newer. */
  positions: Record<string, number>
  /** Files no longer named above, and when they were replaced (ms since 1970). */
  replaced: Array<{file: string; at: number}>
}

export type Segment = SealedSegment | HotSegment

export interface SealedSegment extends SegmentSummary {
  kind: 'sealed'
  /** Of one that was merged, that of its last part. */
  seq: number
  /** What it was merged from, in the order of arrival: places in the order of arrival speak of these. */
  parts?: SegmentPart[]
}

/** A sealed segment that became part of a larger one: its rows follow, in the order of arrival, those of the part before. */
export interface SegmentPart {
  seq: number
  rows: number
}

/** What a hot segment holds stands in its last trailer. */
export interface HotSegment {
  kind: 'hot'
  seq: number
  /** Records and bytes of one that is full and waits to be sealed: it must never be found with fewer. */
  full?: {rows: number; bytes: number}
}

export interface SegmentSummary {
  rows: number
  bytes: number
  /** Bytes it took as NDJSON: how much memory its rows need. */
  raw: number
  /** Event times of the first and last record, ms since 1970, rounded down. */
  min: number
  max: number
  /** When the last of it was stored, RFC 3339. */
  stored: string
}

export function emptyManifest(): Manifest {
  return {format: FORMAT, segments: [], ranges: {}, positions: {}, replaced: []}
}

/** The manifest as it is now; `undefined` where nothing was ever stored. Throws CORRUPT, PERMISSION. */
export function readManifest(layout: Layout): Manifest | undefined {
  const path = layout.manifest
  let text = readText(path)
  if (text === undefined) {
    const segment = storedSegment(layout)
    if (segment === undefined) return undefined
    // The first writer of all may have made it between the two looks.
    text = readText(path)
    if (text === undefined) throw corrupt(path, `it is not there, and ${segment} holds records`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw corrupt(path, 'it is no JSON', error)
  }
  const format = (value as {format?: unknown} | null)?.format
  if (typeof format === 'number' && format > FORMAT_MERGED)
    throw new LogflowError('CORRUPT', `${path} was written by a newer logflow (format ${format})`, {
      suggestions: ['Use the newer logflow, or another folder with --data-dir'],
    })
  if (!isManifest(value)) throw corrupt(path, 'it does not list the segments of a store')
  return value
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw fileError(error, 'read', path)
  }
}

/** A segment with something in it. A manifest is written before the first byte of the first one. */
function storedSegment({hotDir, sealedDir}: Layout): string | undefined {
  for (const dir of [sealedDir, hotDir]) {
    for (const name of namesIn(dir)) {
      const path = join(dir, name)
      if ((statSync(path, {throwIfNoEntry: false})?.size ?? 0) > 0) return path
    }
  }
  return undefined
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return []
    throw fileError(error, 'read', dir)
  }
}

export function writeManifest({manifest: path}: Layout, manifest: Manifest): void {
  const merged = manifest.segments.some((segment) => segment.kind === 'sealed' && segment.parts)
  replaceFile(path, Buffer.from(JSON.stringify({...manifest, format: merged ? FORMAT_MERGED : FORMAT})))
}

/** The highest `seq` in use, or used. */
export function lastSeq({segments, setAside = 0}: Manifest): number {
  return Math.max(setAside, segments.at(-1)?.seq ?? 0)
}

/** Changes whenever the manifest is replaced; `undefined` where there is none. */
export function manifestStamp({manifest: path}: Layout): string | undefined {
  try {
    const {ino, mtimeMs, size} = statSync(path)
    return `${ino}:${mtimeMs}:${size}`
  } catch {
    return undefined
  }
}

function isManifest(value: unknown): value is Manifest {
  const m = value as Partial<Manifest> | null
  return (
    typeof m === 'object' &&
    m !== null &&
    (m.format === FORMAT || m.format === FORMAT_MERGED) &&
    isObject(m.ranges) &&
    isObject(m.positions) &&
    Array.isArray(m.replaced) &&
    Array.isArray(m.segments) &&
    m.segments.every(isSegment)
  )
}

type AnySegment = Partial<Omit<SealedSegment, 'kind'> & Pick<HotSegment, 'full'>> & {kind?: string}

function isSegment(segment: AnySegment): boolean {
  if (!isObject(segment) || !Number.isSafeInteger(segment.seq)) return false
  if (segment.kind === 'hot') return segment.full === undefined || isSize(segment.full)
  const numbers = [segment.rows, segment.bytes, segment.raw, segment.min, segment.max]
  const parts = segment.parts ?? []
  if (!Array.isArray(parts) || !parts.every((part) => isPart(part))) return false
  return segment.kind === 'sealed' && numbers.every((value) => Number.isFinite(value))
}

function isPart(part: Partial<SegmentPart>): boolean {
  return isObject(part) && Number.isSafeInteger(part.seq) && Number.isSafeInteger(part.rows)
}

function isSize(size: Partial<{rows: number; bytes: number}>): boolean {
  return isObject(size) && Number.isSafeInteger(size.rows) && Number.isSafeInteger(size.bytes)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
