import {closeSync, constants, fdatasync, fstatSync, fsyncSync, ftruncateSync, openSync, write as writeFd} from 'node:fs'
import {dirname} from 'node:path'
import {promisify} from 'node:util'
import {checksum, checksumOf} from './checksum.js'
import {nothingWritten, syncDir} from './durable.js'
import {codeOf, corrupt, fileError} from './errors.js'
import type {Key} from './key.js'
import {encodeTrailer, type PlacedTrailer, type Trailer, trailersOf} from './trailer.js'

const write = promisify(writeFd)
const dataSync = promisify(fdatasync)

/** What a commit adds to a hot segment. */
export interface Commit {
  /** Lines of NDJSON. */
  bytes: Buffer
  rows: number
  longest: number
  min: number
  max: number
  /** As in the trailer. */
  tail: Key | null
  stored: string
  positions: Record<string, number>
  ranges: Record<string, number[]>
}

/** The writer's end of a hot segment. One commit is one write and one fsync; a failed one leaves no trace. */
export class HotFile {
  readonly seq: number
  readonly path: string
  #fd: number
  /** Bytes up to and with the last trailer. */
  #size: number
  #last: Trailer | undefined
  /** Set when a sync failed: readers may have seen what was cut off again, so that nothing may take its place. */
  #spoilt = false
  /** Set while what a failed commit left could not be cut off: it may look stored, and is not. */
  #overlong = false

  private constructor(seq: number, path: string, fd: number, last: PlacedTrailer | undefined) {
    this.seq = seq
    this.path = path
    this.#fd = fd
    this.#size = last?.end ?? 0
    this.#last = last?.trailer
  }

  /**
   * Makes a segment that no manifest names yet. An empty one may be there: the disk was full before a manifest could
   * name it.
   */
  static create(seq: number, path: string): HotFile {
    let fd: number | undefined
    try {
      fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
      if (fstatSync(fd).size > 0) throw corrupt(path, 'it holds records, and the manifest does not name it')
      fsyncSync(fd)
      syncDir(dirname(path))
      return new HotFile(seq, path, fd, undefined)
    } catch (error) {
      if (fd !== undefined) closeSync(fd)
      throw fileError(error, 'create', path)
    }
  }

  /** Opens a segment to go on in it: cuts off what no whole trailer follows. `each` sees every trailer that counts. */
  static resume(seq: number, path: string, each: (trailer: Trailer) => void): HotFile {
    const fd = openForWriting(path)
    try {
      let before: PlacedTrailer | undefined
      let last: PlacedTrailer | undefined
      for (const placed of trailersOf(path)) {
        if (last) each(last.trailer)
        before = last
        last = placed
      }
      if (last && !isWhole(fd, before?.end ?? 0, last)) last = before
      else if (last) each(last.trailer)
      if (fstatSync(fd).size > (last?.end ?? 0)) {
        ftruncateSync(fd, last?.end ?? 0)
        fsyncSync(fd)
      }
      return new HotFile(seq, path, fd, last)
    } catch (error) {
      closeSync(fd)
      throw fileError(error, 'read', path)
    }
  }

  get rows(): number {
    return this.#last?.rows ?? 0
  }

  get bytes(): number {
    return this.#size
  }

  get last(): Trailer | undefined {
    return this.#last
  }

  get spoilt(): boolean {
    return this.#spoilt
  }

  /** Stores a commit. Throws DISK_FULL and the like; then nothing of it is there. */
  async append(commit: Commit): Promise<void> {
    const trailer = this.#next(commit, checksum()(commit.bytes))
    const parts = [commit.bytes, Buffer.from(encodeTrailer(trailer))]
    let whole = false
    try {
      let at = this.#size
      for (const part of parts) at = await this.#writeAll(part, at)
      whole = true
      await dataSync(this.#fd)
      this.#size = at
      this.#last = trailer
    } catch (error) {
      this.#spoilt ||= whole
      this.#cut()
      throw fileError(error, 'write', this.path)
    }
  }

  /** Cuts off what a failed commit left, before the same records go elsewhere: else they would be there twice. */
  settle(): void {
    if (!this.#overlong) return
    try {
      ftruncateSync(this.#fd, this.#size)
      fsyncSync(this.#fd)
      this.#overlong = false
    } catch (error) {
      throw fileError(error, 'shorten', this.path)
    }
  }

  close(): void {
    closeSync(this.#fd)
  }

  /** A full disk may take fewer bytes than asked for and say nothing: the next call tells. */
  async #writeAll(bytes: Buffer, place: number): Promise<number> {
    for (let at = 0; at < bytes.length; ) {
      const {bytesWritten} = await write(this.#fd, bytes, at, bytes.length - at, place + at)
      if (bytesWritten === 0) throw nothingWritten()
      at += bytesWritten
    }
    return place + bytes.length
  }

  #next(commit: Commit, crc: number): Trailer {
    const last = this.#last
    const some = commit.rows > 0
    return {
      trailer: (last?.trailer ?? 0) + 1,
      rows: this.rows + commit.rows,
      longest: Math.max(last?.longest ?? 0, commit.longest),
      min: some ? Math.min(last?.min ?? Number.POSITIVE_INFINITY, commit.min) : (last?.min ?? null),
      max: some ? Math.max(last?.max ?? Number.NEGATIVE_INFINITY, commit.max) : (last?.max ?? null),
      tail: commit.tail,
      stored: commit.stored,
      crc,
      positions: commit.positions,
      ranges: commit.ranges,
    }
  }

  #cut(): void {
    try {
      ftruncateSync(this.#fd, this.#size)
      fsyncSync(this.#fd)
    } catch {
      this.#spoilt = true
      this.#overlong = true
    }
  }
}

/** The rows of a commit must be those its trailer speaks of. `from` is where the trailer before it ends. */
export function isWhole(fd: number, from: number, {trailer, start}: PlacedTrailer): boolean {
  return checksumOf(fd, from, start) === trailer.crc
}

function openForWriting(path: string): number {
  try {
    return openSync(path, 'r+')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw corrupt(path, 'the manifest names it, and it is not there', error)
    throw fileError(error, 'open', path)
  }
}
