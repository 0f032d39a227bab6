import {closeSync, openSync, readSync} from 'node:fs'
import {LogflowError} from '../../errors/logflow-error.js'
import type {UnitBatch} from '../../units/unit-batch.js'
import {compressionOf, encodingOf, whyBinary} from '../inspect-head.js'
import {HEAD_BYTES, openInput} from '../open-input.js'
import {factsOf} from '../open-sources.js'
import {skipped, toProblem} from '../problem.js'
import type {KnownSource} from '../source-table.js'
import {PackedFile} from './packed-file.js'
import {PlainFile} from './plain-file.js'
import type {Place} from './positions.js'
import {familyOf, findByInode} from './rotations.js'
import {fileAt, keyOf, type Pace, type Shared, type Watched, whereaboutsOf} from './watched.js'

const NOTHING: UnitBatch[] = []

export interface YoungOptions {
  /** Begin where the file ends now, unless it has a checkpoint. */
  fromEnd: boolean
  /** When another process follows it: reject, or wait for that to end. */
  refuseHeld: boolean
  /** Read it only where it goes on with a source that was followed before. */
  resume?: boolean
}

/** A file whose source is not known yet: it has no whole line, another follows it, or it may be a copy in the making. */
export class YoungFile implements Watched {
  pace: Pace = 'busy'
  done = false
  becomes?: Watched
  readonly key: string
  private told = false
  /** How large the file was when it was found, and where its last line without an end began: what came since is new. */
  private readonly found: {size: number; lineStart: number} | undefined
  /** Told by what, and since when, it looks like a copy of a file that is followed. */
  private copySize = -1
  private copySince = 0

  constructor(
    public path: string,
    key: string,
    private readonly shared: Shared,
    private readonly options: YoungOptions,
  ) {
    this.key = key
    if (options.fromEnd) this.found = endOf(path)
  }

  async *advance(): AsyncGenerator<UnitBatch> {
    await this.look()
    yield* NOTHING
  }

  async *finish(): AsyncGenerator<UnitBatch> {
    yield* NOTHING
  }

  private async look(): Promise<void> {
    const stats = fileAt(this.path)
    if (!stats || keyOf(stats) !== this.key) {
      // Rotated before anything of it was read: what it holds is read under its new name.
      const to = findByInode(this.path, this.key)
      if (to !== undefined) this.path = to
      else {
        this.done = true
        // Of what was followed before, there may be another copy: compressed in the meantime, for one.
        this.shared.lookForFiles(true)
      }
      return
    }
    if (stats.size === 0n) return this.rest()
    try {
      await this.identify()
    } catch (error) {
      if (error instanceof LogflowError && error.code !== 'FILE_UNREADABLE' && error.code !== 'PERMISSION') throw error
      this.tell('unreadable', toProblem(this.path, error).error.message)
      this.rest()
    }
  }

  private rest(): void {
    this.pace = 'idle'
  }

  private async identify(): Promise<void> {
    const head = readHead(this.path)
    const packed = compressionOf(head) !== undefined || encodingOf(head).encoding !== 'utf-8'
    // A byte order mark, or the magic number of what is compressed, may not be whole yet.
    if (mayBeMagic(head) || (!packed && head.length < HEAD_BYTES && !head.includes(10))) return this.rest()
    const binary = this.shared.force || packed ? undefined : whyBinary(head)
    if (binary) {
      this.tell('skipped', skipped(this.path, binary).error.message)
      return this.rest()
    }
    if (!packed && this.mayBeCopy(head)) return
    await this.admit(packed)
  }

  /** A rotation that copies and then cuts shows, for a moment, two files with the same content. */
  private mayBeCopy(head: Buffer): boolean {
    const stats = fileAt(this.path)
    const kin = stats && this.kin().find((file) => file.beginsWith(head, this.path, Number(stats.size)))
    if (!stats || !kin) return false
    const now = this.shared.clock()
    if (Number(stats.size) !== this.copySize) {
      this.copySize = Number(stats.size)
      this.copySince = now
    }
    return now - this.copySince < this.shared.waits.copy
  }

  private kin(): PlainFile[] {
    const family = familyOf(this.path)
    return [...this.shared.readers.values()].filter(
      (file): file is PlainFile => file instanceof PlainFile && file.family === family,
    )
  }

  private async admit(packed: boolean): Promise<void> {
    const {shared, path} = this
    const opened = await openInput({kind: 'file', path, size: 0, device: '', inode: ''}, {})
    for (const file of this.kin()) await file.tell()
    let known: KnownSource
    try {
      if (!opened.stat || keyOf(opened.stat) !== this.key) return
      known = await shared.table.identify(factsOf(opened, path, shared.envelope.host), shared.now().toISOString())
    } finally {
      await opened.bytes.close()
    }
    if (this.options.resume && !shared.checkpoints.of(known.id)) {
      this.done = true
      return
    }
    // Its rest is read when the file that is read now is at its end.
    if (shared.readers.has(known.id)) return this.rest()
    if (!(await shared.checkpoints.claim(known.id))) return this.beHeld()
    const firstOffset = opened.firstOffset
    const place = this.placeOf(known.id, opened.size) ?? this.begin(firstOffset, packed, opened.size)
    if (!shared.checkpoints.of(known.id)) shared.positions.begun(known.id, whereaboutsOf(this), place)
    const from = {path, key: this.key, known, place}
    const heir = packed ? new PackedFile(from, shared) : new PlainFile({...from, size: opened.size}, shared)
    shared.readers.set(known.id, heir)
    this.becomes = heir
    this.done = true
    if (this.told) shared.notify({kind: 'readable', path})
  }

  /** Where reading stopped, unless the file ends before that place: then nothing is sure, and ids keep what is known single. */
  private placeOf(source: string, size: number): Place | undefined {
    const place = this.shared.positions.handedTo(source) ?? this.shared.checkpoints.of(source)
    return place && place.offset <= size ? place : undefined
  }

  private begin(firstOffset: number, packed: boolean, size: number): Place {
    const start = {offset: firstOffset, line: 1}
    if (!this.options.fromEnd) return start
    const {found} = this
    if (packed) return found?.size === 0 ? start : {offset: Number.POSITIVE_INFINITY, line: 0}
    // Where it could not be read when it was found, its end of now is the best that is known.
    const lineStart = found?.lineStart ?? lastLineStart(this.path, size)
    const isCut = found !== undefined && found.size > size
    return lineStart <= firstOffset || isCut ? start : {offset: lineStart, line: 0}
  }

  private beHeld(): void {
    if (this.options.refuseHeld) {
      throw new LogflowError('LOCK_HELD', `Another process follows ${this.path}`, {
        retriable: true,
        suggestions: ['Wait for it to end with --wait', 'See who it is: logflow checkpoints list'],
      })
    }
    if (!this.told) this.shared.notify({kind: 'held', path: this.path})
    this.told = true
    this.rest()
  }

  private tell(kind: 'unreadable' | 'skipped', reason: string): void {
    if (!this.told) this.shared.notify({kind, path: this.path, reason})
    this.told = true
  }
}

/** What is this short, and not all of it plain text, may become a byte order mark or the magic number of what is compressed. */
function mayBeMagic(head: Buffer): boolean {
  return (
    head.length < 4 && !head.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127))
  )
}

function readHead(path: string): Buffer {
  const fd = openSync(path, 'r')
  try {
    const head = Buffer.allocUnsafe(HEAD_BYTES)
    return head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0))
  } finally {
    closeSync(fd)
  }
}

function endOf(path: string): {size: number; lineStart: number} | undefined {
  const stats = fileAt(path)
  if (!stats) return undefined
  const size = Number(stats.size)
  try {
    return {size, lineStart: lastLineStart(path, size)}
  } catch {
    return undefined
  }
}

/** Where the last line begins that has no end yet; the end of the file where it has one. */
function lastLineStart(path: string, size: number): number {
  const fd = openSync(path, 'r')
  try {
    const piece = Buffer.allocUnsafe(64 << 10)
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - piece.length)
      const length = readSync(fd, piece, 0, end - start, start)
      const newline = piece.subarray(0, length).lastIndexOf(10)
      if (newline >= 0) return start + newline + 1
      end = start
    }
    return 0
  } finally {
    closeSync(fd)
  }
}
