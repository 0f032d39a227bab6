import {type BigIntStats, fstatSync, read as readCallback, readSync} from 'node:fs'
import {promisify} from 'node:util'
import {LineJoiner} from '../../parse/multiline.js'
import type {Envelope} from '../../units/envelope.js'
import type {UnitBatch} from '../../units/unit-batch.js'
import {resumeFrom} from '../checkpoints/checkpoint.js'
import {cutKeeper} from '../cut-keeper.js'
import {HEAD_BYTES} from '../open-input.js'
import {bornOf} from '../open-sources.js'
import {toProblem} from '../problem.js'
import type {ReadCounters} from '../read-counters.js'
import {TAIL_BYTES} from '../source-rows.js'
import type {KnownSource} from '../source-table.js'
import {UnitSplitter} from '../split-units.js'
import type {Place} from './positions.js'
import {familyOf, findByInode, findCopy, readTail} from './rotations.js'
import {fileAt, handOut, keyOf, type Pace, type Shared, tallyOf, type Watched} from './watched.js'

const read = promisify(readCallback)

/** Bytes read at once, and before other files have their turn. */
const CHUNK = 1 << 20
const TURN = 4 << 20
/** Least time between two arrivals told apart. */
const ARRIVAL_STEP_MS = 1_000
/** A deleted file, and one that got another name, is no longer written to when it is silent this long. */
const DELETED_SILENCE_MS = 10_000
const RENAMED_SILENCE_MS = 300_000

export interface PlainFrom {
  path: string
  key: string
  known: KnownSource
  place: Place
  /** That the table knows of. */
  size: number
}

/** A file of plain text that is followed, wherever it is moved, until its end is read and nobody writes to it. */
export class PlainFile implements Watched {
  path: string
  key: string
  readonly source: string
  /** What it shares with its rotations. */
  readonly family: string
  pace: Pace = 'busy'
  done = false
  /** It is one of the files that the user named. */
  wanted = true
  private readonly splitter: UnitSplitter
  private readonly counters: ReadCounters
  private readonly cuts: ReturnType<typeof cutKeeper>
  /** Offset of the next byte to be read. */
  private readTo: number
  /** The bytes before it, to see whether they are still there. */
  private lastBytes: Buffer = Buffer.alloc(0)
  /** When the file was last changed, as far as it has been looked at. */
  private changed = -1n
  private grownAt: number
  /** No name that we know leads to it. */
  private nameGone = false
  private told = false
  /** Bytes below it have an arrival in the table; where `open`, all have. */
  private arrivedTo: number
  private arrivalsOpen = false
  private observed: string
  private arrivedAt = Number.NEGATIVE_INFINITY
  /** How much of the file the table knows it again by. */
  private tableSize: number
  /** What is read is a copy that was made before the file was cut. */
  private isCopy = false

  constructor(
    {path, key, known, place, size}: PlainFrom,
    private readonly shared: Shared,
  ) {
    this.path = path
    this.key = key
    this.family = familyOf(path)
    this.source = known.id
    this.readTo = place.last?.offset ?? place.offset
    this.grownAt = shared.clock()
    this.arrivedTo = this.tableSize = size
    this.observed = known.arrivals.at(-1)?.observed ?? shared.now().toISOString()
    this.cuts = cutKeeper(shared.table, known, place.offset)
    this.counters = tallyOf(shared, this.source, path).counters
    this.splitter = new UnitSplitter({
      cuts: this.cuts.cuts,
      envelopes: known.arrivals.map(({upTo, observed}) => ({upTo, envelope: this.envelopeAt(observed)})),
      counters: this.counters,
      joiner: shared.joins ? new LineJoiner() : undefined,
      ...resumeFrom(place),
    })
  }

  async *advance(): AsyncGenerator<UnitBatch> {
    this.pace = 'idle'
    const stats = this.look()
    if (!stats || this.done) return
    const size = Number(stats.size)
    if (size < this.readTo || (stats.mtimeNs !== this.changed && !this.holdsLastBytes())) yield* this.truncated()
    else if (size > this.readTo) yield* this.readOn(size)
    else yield* this.beSilent(stats)
    this.changed = stats.mtimeNs
  }

  async *finish(): AsyncGenerator<UnitBatch> {
    if (!this.done) {
      yield* this.give(this.splitter.settle())
      await this.end()
    }
  }

  /** True when the file begins with all of another one's bytes, so that the other may be a copy of it. */
  beginsWith(head: Buffer, path: string, size: number): boolean {
    const fd = this.shared.handles.of(this)
    // What it has grown by may be in the copy and not be read yet.
    if (fd === undefined || path === this.path || size > fstatSync(fd).size) return false
    const own = Buffer.alloc(head.length)
    return readSync(fd, own, 0, own.length, 0) === own.length && own.equals(head) && sameTail(fd, path, size)
  }

  /** Makes the table know all there is of the file by now: another that begins like it is not taken for it. */
  async tell(): Promise<void> {
    const fd = this.shared.handles.of(this)
    const size = fd === undefined ? 0 : fstatSync(fd).size
    if (size > this.tableSize) await this.remember(size)
  }

  private envelopeAt(observed: string): Envelope {
    return {...this.shared.envelope, source: this.source, file: this.path, observed}
  }

  /** What the file is like now, wherever it is; sees to an open descriptor. `undefined` where there is nothing to read. */
  private look(): BigIntStats | undefined {
    const here = fileAt(this.path)
    const open = this.shared.handles.of(this)
    if (here && keyOf(here) === this.key) {
      this.nameGone = false
      return open !== undefined || this.open(this.path) ? here : undefined
    }
    const stats = open === undefined ? undefined : fstatSync(open, {bigint: true})
    if (!this.nameGone) this.lostName(stats)
    return stats
  }

  private open(path: string): boolean {
    const {handles, notify} = this.shared
    try {
      const stats = fstatSync(handles.openFor(this, path), {bigint: true})
      if (keyOf(stats) === this.key) return true
      handles.close(this)
    } catch (error) {
      if (!this.told) notify({kind: 'unreadable', path, reason: toProblem(path, error).error.message})
      this.told = true
    }
    return false
  }

  /** Another name leads to it, or none does. */
  private lostName(stats: BigIntStats | undefined): void {
    const {handles, notify, lookForFiles} = this.shared
    const deleted = stats?.nlink === 0n
    const to = deleted ? undefined : findByInode(this.path, this.key)
    if (deleted || (!stats && to === undefined)) notify({kind: 'gone', path: this.path})
    else notify({kind: 'rotated', path: this.path, to})
    lookForFiles(!stats && to === undefined)
    this.pace = 'busy'
    if (to !== undefined) this.path = to
    else if (stats) {
      this.nameGone = true
      handles.pin(this)
    } else this.forget()
  }

  private holdsLastBytes(): boolean {
    const fd = this.shared.handles.of(this)
    const {lastBytes} = this
    if (fd === undefined || lastBytes.length === 0) return true
    const now = Buffer.alloc(lastBytes.length)
    return readSync(fd, now, 0, now.length, this.readTo - now.length) === now.length && now.equals(lastBytes)
  }

  private async *readOn(size: number): AsyncGenerator<UnitBatch> {
    const {shared, splitter} = this
    if (!(await this.remember(size))) {
      yield* this.truncated()
      return
    }
    const limit = Math.min(size, this.readTo + TURN, this.readTo < this.arrivedTo ? this.arrivedTo : size)
    while (this.readTo < limit) {
      const fd = shared.handles.of(this)
      if (fd === undefined) break
      const wanted = Math.min(CHUNK, limit - this.readTo)
      const {carried} = splitter
      const slab = Buffer.allocUnsafe(carried + wanted)
      const {bytesRead} = await read(fd, slab, carried, wanted, this.readTo)
      if (bytesRead === 0) break
      splitter.moveTo(slab, carried)
      splitter.advance(carried + bytesRead)
      this.readTo += bytesRead
      this.counters.bytes += bytesRead
      this.keepLast(slab.subarray(carried, carried + bytesRead))
      yield* this.give()
    }
    splitter.flush()
    yield* this.give()
    this.grownAt = shared.clock()
    this.pace = this.readTo < size ? 'behind' : 'busy'
  }

  /** @param cut where the last unit ends for want of more: kept for every later reading before it is handed out */
  private async *give(cut?: number): AsyncGenerator<UnitBatch> {
    const {splitter, cuts} = this
    for (const continued of splitter.continued.splice(0)) await cuts.onContinuation(continued)
    if (cut !== undefined) await cuts.onCut(cut)
    const from = {source: this.source, path: this.path, key: this.key}
    yield* handOut(this.shared, from, splitter.ready, splitter.resumeAt)
  }

  private keepLast(bytes: Buffer): void {
    const {lastBytes} = this
    const joined = bytes.length >= TAIL_BYTES ? bytes : Buffer.concat([lastBytes, bytes])
    this.lastBytes = Buffer.from(joined.subarray(Math.max(0, joined.length - TAIL_BYTES)))
  }

  /**
   * Makes the table know the file by what is read next, and when that came, before any of it is handed out: what stands
   * at an offset that was handed out is never taken for something else. False where it turns out to be another file.
   */
  private async remember(size: number): Promise<boolean> {
    const {table, clock, now} = this.shared
    const observed = now().toISOString()
    const due = !this.arrivalsOpen || clock() - this.arrivedAt >= ARRIVAL_STEP_MS
    if (this.readTo >= this.arrivedTo && due) {
      await table.markNext(this.source, this.readTo, this.observed, observed)
      this.observed = observed
      this.arrivalsOpen = true
      this.arrivedAt = clock()
      this.splitter.changeEnvelope(this.envelopeAt(observed))
    }
    const facts = size > this.tableSize ? this.facts(size) : undefined
    if (!facts) return true
    const {id} = await table.identify(facts, observed)
    if (id === this.source) this.tableSize = size
    return id === this.source || this.isCopy
  }

  private facts(size: number) {
    const fd = this.shared.handles.of(this)
    if (fd === undefined) return undefined
    const stats = fstatSync(fd, {bigint: true})
    const readAt = (offset: number, length: number) => {
      const buffer = Buffer.alloc(length)
      return buffer.subarray(0, readSync(fd, buffer, 0, length, offset))
    }
    const common = {host: this.shared.envelope.host, path: this.path, born: bornOf(stats)}
    return {...common, device: `${stats.dev}`, inode: `${stats.ino}`, head: readAt(0, HEAD_BYTES), size, readAt}
  }

  /** Its end is read: closes the last event, and lets go of a file that nobody can find or writes to. */
  private async *beSilent(stats: BigIntStats): AsyncGenerator<UnitBatch> {
    const silence = this.shared.clock() - this.grownAt
    if (silence < this.shared.waits.silence) {
      this.pace = 'busy'
      return
    }
    yield* this.give(this.splitter.settle())
    if (this.wanted) return
    if (silence < (stats.nlink === 0n ? DELETED_SILENCE_MS : RENAMED_SILENCE_MS)) return
    yield* this.give(this.splitter.end())
    await this.end()
    this.forget()
  }

  /** The bytes that were read are no longer there: the rest of them may be in a copy; what stands here now is new. */
  private async *truncated(): AsyncGenerator<UnitBatch> {
    const {shared, path, readTo, lastBytes} = this
    const copy = this.isCopy ? undefined : findCopy({path, key: this.key, readTo, lastBytes})
    shared.handles.close(this)
    shared.lookForFiles()
    if (copy) {
      shared.notify({kind: 'rotated', path, to: copy.path})
      this.path = copy.path
      this.key = copy.key
      this.isCopy = true
      this.pace = 'busy'
      return
    }
    shared.notify({kind: 'truncated', path, readTo, lost: Math.max(0, this.tableSize - readTo)})
    yield* this.give(this.splitter.end())
    await this.end()
    this.forget()
  }

  private async end(): Promise<void> {
    if (this.arrivalsOpen) await this.shared.table.markEnd(this.source, this.readTo, this.observed)
    this.arrivalsOpen = false
  }

  private forget(): void {
    this.done = true
    this.shared.handles.close(this)
    if (this.shared.readers.get(this.source) === this) this.shared.readers.delete(this.source)
  }
}

function sameTail(fd: number, path: string, size: number): boolean {
  const length = Math.min(TAIL_BYTES, size)
  const own = Buffer.alloc(length)
  const other = readTail(path, size, length)
  return readSync(fd, own, 0, length, size - length) === length && other !== undefined && own.equals(other)
}
