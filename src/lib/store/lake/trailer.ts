import {closeSync, fstatSync, openSync, readSync} from 'node:fs'
import {codeOf, corrupt, fileError, SegmentGone} from './errors.js'
import type {Key} from './key.js'

/**
 * The last line of a commit in a hot segment. What comes after the last trailer is not stored: readers stop there,
 * and the next writer cuts it off.
 */
export interface Trailer {
  /** Number of the commit in this segment, from 1. */
  trailer: number
  /** Records in the segment up to here. */
  rows: number
  /** Bytes of the longest row so far, if longer than usual; else 0. */
  longest: number
  /** Event times so far, ms; null while there is no record. */
  min: number | null
  max: number | null
  /** The last row's place in the order of search, while all rows so far came in that order; else null. */
  tail: Key | null
  /** When it was stored, RFC 3339. */
  stored: string
  /** CRC-32C of this commit's rows: a power cut may keep the trailer and lose rows before it. */
  crc: number
  /** All bus positions known, by `topic/partition`. */
  positions: Record<string, number>
  /** What this commit added, as in the manifest. */
  ranges: Record<string, number[]>
}

/** A trailer and where its line lies. */
export interface PlacedTrailer {
  trailer: Trailer
  /** Byte offsets of the trailer's line: its first byte, and the byte after its newline. */
  start: number
  end: number
}

const MARK = '{"trailer":'
const LINE_MARK = Buffer.from(`\n${MARK}`)
const CHUNK = 256 * 1_024

export function encodeTrailer(trailer: Trailer): string {
  return `${JSON.stringify(trailer)}\n`
}

/** The last whole trailer, looked for from the end; `undefined` where nothing was committed yet. */
export function lastTrailer(path: string): PlacedTrailer | undefined {
  const fd = open(path)
  try {
    let to = fstatSync(fd).size
    while (to > 0) {
      const found = lastTrailerBefore(fd, path, to)
      if (found === undefined || 'end' in found) return found
      to = found.before
    }
    return undefined
  } finally {
    closeSync(fd)
  }
}

/** The last trailer that lies before `to`, or from where to look on if the one found is torn. */
function lastTrailerBefore(fd: number, path: string, to: number): PlacedTrailer | {before: number} | undefined {
  let from = to
  let tail = Buffer.alloc(0)
  while (from > 0) {
    const size = Math.min(CHUNK, from)
    from -= size
    tail = Buffer.concat([readAt(fd, from, size), tail.subarray(0, LINE_MARK.length)])
    const at = lastMark(tail, from, size)
    if (at === -1) continue
    const start = from + at
    const line = readLine(fd, start, to)
    if (!line) return {before: start}
    return {trailer: parseTrailer(line, path), start, end: start + line.length + 1}
  }
  return undefined
}

/** Where in `tail` (of which the first `size` bytes are new) a trailer's line starts; the file's first line counts. */
function lastMark(tail: Buffer, from: number, size: number): number {
  const at = tail.lastIndexOf(LINE_MARK, size - 1)
  if (at !== -1) return at + 1
  return from === 0 && tail.subarray(0, MARK.length).toString('latin1') === MARK ? 0 : -1
}

/** The bytes of the line at `start`, without its newline; `undefined` where it has none before `to`. */
function readLine(fd: number, start: number, to: number): Buffer | undefined {
  let line = Buffer.alloc(0)
  for (let at = start; at < to; at += CHUNK) {
    line = Buffer.concat([line, readAt(fd, at, Math.min(CHUNK, to - at))])
    const newline = line.indexOf(10)
    if (newline !== -1) return line.subarray(0, newline)
  }
  return undefined
}

/** Every trailer of a segment, in order; torn ends are passed over. Reads the file once, in constant memory. */
export function* trailersOf(path: string): Generator<PlacedTrailer> {
  const fd = open(path)
  try {
    let lineStart = 0
    let kept: Buffer[] = []
    const chunk = Buffer.allocUnsafe(4 * CHUNK)
    for (let at = 0; ; ) {
      const size = readSync(fd, chunk, 0, chunk.length, at)
      if (size === 0) return
      let from = 0
      for (let newline = chunk.indexOf(10); newline !== -1 && newline < size; newline = chunk.indexOf(10, from)) {
        const line = wholeLine(kept, chunk, from, newline)
        kept = []
        const end = at + newline + 1
        if (line) yield {trailer: parseTrailer(line, path), start: lineStart, end}
        lineStart = end
        from = newline + 1
      }
      // Only a line that may be a trailer is kept across chunks.
      if (from < size) kept.push(Buffer.from(chunk.subarray(from, size)))
      at += size
    }
  } finally {
    closeSync(fd)
  }
}

/** The line, if it is a trailer's. */
function wholeLine(kept: Buffer[], chunk: Buffer, from: number, to: number): Buffer | undefined {
  if (kept.length === 0) return isTrailer(chunk, from) ? Buffer.from(chunk.subarray(from, to)) : undefined
  const line = Buffer.concat([...kept, chunk.subarray(from, to)])
  return isTrailer(line, 0) ? line : undefined
}

function isTrailer(bytes: Buffer, at: number): boolean {
  return bytes.toString('latin1', at, at + MARK.length) === MARK
}

function parseTrailer(line: Buffer, path: string): Trailer {
  try {
    return JSON.parse(line.toString('utf8')) as Trailer
  } catch (error) {
    throw corrupt(path, 'a commit mark in it is no JSON', error)
  }
}

function readAt(fd: number, from: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let got = 0
  while (got < size) {
    const read = readSync(fd, bytes, got, size - got, from + got)
    if (read === 0) break
    got += read
  }
  return bytes.subarray(0, got)
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new SegmentGone(path)
    throw fileError(error, 'read', path)
  }
}
