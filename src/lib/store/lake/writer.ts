import {relative} from 'node:path'
import {LogflowError} from '../../errors/logflow-error.js'
import type {DamagedPart, Rejection, StoreWriter, WriteBatch, WriteResult} from '../store.js'
import {setAside, setDamagedAside} from './damage.js'
import {describeHot} from './descriptions.js'
import type {Duck} from './duckdb.js'
import {codeOf, corrupt, isOutOfMemory} from './errors.js'
import {type Commit, HotFile} from './hot-file.js'
import {makeFolders, removeLeftovers, removeReplaced, requireNewest} from './housekeeping.js'
import {damageOf} from './inspect-segment.js'
import {compareKeys, type Key} from './key.js'
import {isFull, type Layout, MOST_UNSEALED, type SealLimits} from './layout.js'
import {LineBuffer} from './line-buffer.js'
import {type Lock, takeLock} from './lock.js'
import {
  emptyManifest,
  type HotSegment,
  lastSeq,
  type Manifest,
  readManifest,
  type SealedSegment,
  type Segment,
  writeManifest,
} from './manifest.js'
import {RowBuilder} from './rows.js'
import {type FullSegment, sealSegment} from './seal.js'
import {makeWords} from './segment-words.js'
import {requireFull} from './segments.js'
import {StoredRanges} from './stored-ranges.js'
import {type Trailer, trailersOf} from './trailer.js'
import {Upkeep} from './upkeep.js'

export interface WriterOptions {
  layout: Layout
  now: () => number
  limits: SealLimits
  /** Makes the engine that seals one segment, with so many times the usual memory. */
  startDuck: (memory: number) => Duck
  /** Told of every segment that is set aside, being damaged. */
  onDamage: (damaged: DamagedPart) => void
}

/** Opens the lake for writing: takes the lock, cuts off what was not committed, and knows again what is stored. */
export async function openLakeWriter(options: WriterOptions, closed: () => void): Promise<LakeWriter> {
  const {layout} = options
  makeFolders(layout)
  const lock = await takeLock(layout)
  try {
    const named = readManifest(layout) ?? emptyManifest()
    requireNewest(layout, named)
    const manifest = setDamagedAside(layout, named, options.onDamage)
    const ranges = new StoredRanges()
    ranges.merge(manifest.ranges)
    let positions = manifest.positions
    const learn = (trailer: Trailer) => {
      ranges.merge(trailer.ranges)
      positions = trailer.positions
    }
    const hot = manifest.segments.filter((segment) => segment.kind === 'hot')
    const last = hot.pop()?.seq
    const full = hot.map((segment) => readFull(layout, segment, learn))
    const own = new StoredRanges()
    const learnOwn = (trailer: Trailer) => {
      learn(trailer)
      own.merge(trailer.ranges)
    }
    const file = last === undefined ? undefined : HotFile.resume(last, layout.hot(last), learnOwn)
    manifest.replaced = removeReplaced(layout, manifest.replaced, options.now())
    removeLeftovers(layout, manifest, options.now())
    return new LakeWriter(options, lock, {manifest, ranges, positions, file, own, full}, closed)
  } catch (error) {
    lock.release()
    throw error
  }
}

function readFull(layout: Layout, segment: HotSegment, learn: (trailer: Trailer) => void): FullSegment {
  const path = layout.hot(segment.seq)
  const ranges = new StoredRanges()
  let last: Trailer | undefined
  for (const {trailer} of trailersOf(path)) {
    learn(trailer)
    ranges.merge(trailer.ranges)
    last = trailer
  }
  if (!last) throw corrupt(path, 'it was full, and holds no commit')
  requireFull(path, segment, last.rows)
  return {seq: segment.seq, trailer: last, ranges}
}

interface Prepared {
  commit: Commit
  rejected: Rejection[]
  alreadyThere: number
}

interface WriterState {
  manifest: Manifest
  ranges: StoredRanges
  positions: Record<string, number>
  file: HotFile | undefined
  /** What `file` holds. */
  own: StoredRanges
  /** Hot segments that wait to be sealed, oldest first. */
  full: FullSegment[]
}

export class LakeWriter implements StoreWriter {
  readonly streams = true
  readonly #options: WriterOptions
  readonly #lock: Lock
  readonly #closed: () => void
  readonly #ranges: StoredRanges
  readonly #rows = new RowBuilder()
  readonly #lines = new LineBuffer()
  readonly #upkeep: Upkeep
  #manifest: Manifest
  #positions: Record<string, number>
  #file: HotFile | undefined
  #own: StoredRanges
  #full: FullSegment[]
  #sealing: Promise<void> | undefined
  /** Calls wait for each other here. */
  #turn: Promise<unknown> = Promise.resolve()
  #ended = false

  constructor(options: WriterOptions, lock: Lock, state: WriterState, closed: () => void) {
    this.#options = options
    this.#lock = lock
    this.#closed = closed
    this.#manifest = state.manifest
    this.#ranges = state.ranges
    this.#positions = state.positions
    this.#file = state.file
    this.#own = state.own
    this.#full = state.full
    this.#upkeep = new Upkeep({
      layout: options.layout,
      now: options.now,
      limits: options.limits,
      startDuck: options.startDuck,
      segments: () => this.#manifest.segments,
      replace: (segments, replaced) => this.#replaceManifest(segments, replaced),
    })
    this.#upkeep.later()
    this.#sealInBackground()
  }

  write(batch: WriteBatch): Promise<WriteResult> {
    return this.#inTurn(() => this.#write(batch))
  }

  storedPosition(topic: string, partition: number): number | undefined {
    const key = `${topic}/${partition}`
    return Object.hasOwn(this.#positions, key) ? this.#positions[key] : undefined
  }

  /** A commit is seen by every search that starts after it. */
  async refresh(): Promise<void> {
    await this.#turn
  }

  async close(): Promise<void> {
    if (this.#ended) return
    try {
      await this.#inTurn(() => this.#finish())
    } finally {
      this.#ended = true
      await this.#upkeep.end()
      this.#file?.close()
      this.#lock.release()
      this.#closed()
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#ended) return Promise.reject(new LogflowError('INTERNAL', 'the writer of the store is closed'))
    const run = this.#turn.then(work)
    this.#turn = run.catch(() => {})
    return run
  }

  async #write(batch: WriteBatch): Promise<WriteResult> {
    const file = await this.#fileToWrite()
    const positions = this.#positionsAfter(batch)
    const {commit, rejected, alreadyThere} = this.#prepare(batch, file, positions)
    if (rejected.length > 0) await batch.onRejected?.(rejected)
    if (commit.rows > 0 || positions !== this.#positions) {
      await file.append(commit)
      this.#ranges.merge(commit.ranges)
      this.#own.merge(commit.ranges)
      this.#positions = positions
    }
    this.#upkeep.wrote(commit.rows)
    return {stored: commit.rows, alreadyThere, rejected}
  }

  /** Makes rows of what is not stored yet, to follow those of the file. */
  #prepare(batch: WriteBatch, file: HotFile, positions: Record<string, number>): Prepared {
    const stored = new Date(this.#options.now()).toISOString()
    const fresh = new StoredRanges()
    const rejected: Rejection[] = []
    const lines = this.#lines.begin()
    const order = new OrderWatch(file.last?.tail, file.rows)
    let alreadyThere = 0
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    let index = -1
    for (const item of batch.items) {
      index++
      const {source, offset} = item.key
      const end = offset + Math.max(item.span, 1)
      const own = offset + Math.max(item.length ?? item.span, 1)
      if (this.#ranges.has(source, offset, own) || fresh.has(source, offset, own)) {
        alreadyThere++
        continue
      }
      const row = this.#rows.build(item, file.rows + lines.count, stored)
      if ('reason' in row) {
        rejected.push({index, reason: row.reason})
        continue
      }
      batch.onStored?.(item.record)
      fresh.add(source, offset, end)
      lines.add(row.text)
      order.see(row.ms, row.ns, source, offset)
      if (row.ms < min) min = row.ms
      if (row.ms > max) max = row.ms
    }
    const {bytes, count: rows, longest} = lines
    return {
      commit: {bytes, rows, longest, min, max, tail: order.tail, stored, positions, ranges: fresh.toJSON()},
      rejected,
      alreadyThere,
    }
  }

  #positionsAfter(batch: WriteBatch): Record<string, number> {
    const moved = batch.positions.filter(
      ({topic, partition, nextOffset}) => this.storedPosition(topic, partition) !== nextOffset,
    )
    if (moved.length === 0) return this.#positions
    const after = {...this.#positions}
    for (const {topic, partition, nextOffset} of moved) after[`${topic}/${partition}`] = nextOffset
    return after
  }

  /** The hot segment to go on in; a full one is handed to the sealer first. */
  async #fileToWrite(): Promise<HotFile> {
    const file = this.#file
    const {layout, limits} = this.#options
    if (file && !file.spoilt && !isFull(file.rows, file.bytes, limits)) return file
    while (this.#full.length >= MOST_UNSEALED) await this.#sealOldest()
    file?.settle()
    const seq = lastSeq(this.#manifest) + 1
    const next = HotFile.create(seq, layout.hot(seq))
    try {
      if (file && file.rows > 0) describeHot(layout, file.seq, file.rows, this.#own.toJSON())
      this.#replaceManifest([...this.#segmentsBefore(file), {kind: 'hot', seq}])
    } catch (error) {
      // Made again, by the same name, at the next try.
      next.close()
      throw error
    }
    if (file) {
      file.close()
      if (file.last && file.rows > 0) this.#full.push({seq: file.seq, trailer: file.last, ranges: this.#own})
    }
    this.#file = next
    this.#own = new StoredRanges()
    this.#sealInBackground()
    return next
  }

  /** All segments, `file` among them as a full one; without it where it holds nothing. */
  #segmentsBefore(file: HotFile | undefined): Segment[] {
    return this.#manifest.segments.flatMap((segment): Segment[] => {
      if (segment.kind !== 'hot' || segment.seq !== file?.seq) return [segment]
      return file.rows > 0 ? [{...segment, full: {rows: file.rows, bytes: file.bytes}}] : []
    })
  }

  #replaceManifest(segments: Segment[], replaced: Manifest['replaced'] = []): void {
    const {layout, now} = this.#options
    const manifest: Manifest = {
      ...this.#manifest,
      segments,
      ranges: this.#ranges.toJSON(),
      positions: this.#positions,
      // Those replaced now stay whatever room they take: the manifest on the disk still names them.
      replaced: [...removeReplaced(layout, this.#manifest.replaced, now()), ...replaced],
    }
    writeManifest(layout, manifest)
    this.#manifest = manifest
  }

  #sealInBackground(): void {
    if (this.#sealing || this.#full.length === 0) return
    this.#sealOldest().then(
      () => this.#sealInBackground(),
      // Told by the next call that needs it sealed; nothing is lost meanwhile.
      () => {},
    )
  }

  /** Seals the oldest full segment, or waits for the one being sealed. */
  #sealOldest(): Promise<void> {
    this.#sealing ??= this.#seal(this.#full[0] as FullSegment).finally(() => {
      this.#sealing = undefined
    })
    return this.#sealing
  }

  async #seal(full: FullSegment): Promise<void> {
    const {seq} = full
    const {layout, startDuck, now} = this.#options
    await this.#upkeep.interrupt()
    const sealed = await this.#sealWith(startDuck(1), full).catch((error) => {
      // Rows of many megabytes: they need what they need, and only this once.
      if (isOutOfMemory(error.cause)) return this.#sealWith(startDuck(4), full)
      return this.#setAside(full, error)
    })
    if (!sealed) return
    await this.#makeWords(sealed)
    const segments = this.#manifest.segments.map((segment) => (segment.seq === seq ? sealed : segment))
    this.#replaceManifest(segments, [{file: relative(layout.dir, layout.hot(seq)), at: now()}])
    this.#full = this.#full.filter((full) => full.seq !== seq)
    this.#upkeep.later()
  }

  /** An engine for each segment: one that is kept holds on to 200 MB more with every few of them. */
  #sealWith(duck: Duck, full: FullSegment): Promise<SealedSegment> {
    return sealSegment(duck, this.#options.layout, full).finally(() => duck.close())
  }

  /** Without them searches are slower and no less right. An engine that has sealed would take 30 MB more for it. */
  async #makeWords(sealed: SealedSegment): Promise<void> {
    const {layout, startDuck} = this.#options
    const duck = startDuck(1)
    await makeWords(duck, layout, sealed)
      .catch(() => {})
      .finally(() => duck.close())
  }

  /** A full segment that turns out to be damaged must not hold up those after it. Throws what is no damage. */
  #setAside({seq, trailer, ranges}: FullSegment, error: unknown): undefined {
    const {layout, onDamage} = this.#options
    const segment: HotSegment = {kind: 'hot', seq, full: {rows: trailer.rows, bytes: 0}}
    const reason = codeOf(error) === 'CORRUPT' ? damageOf(layout, segment) : undefined
    if (reason === undefined) throw error
    describeHot(layout, seq, trailer.rows, ranges.toJSON())
    this.#full = this.#full.filter((full) => full.seq !== seq)
    const manifest = {...this.#manifest, ranges: this.#ranges.toJSON(), positions: this.#positions}
    this.#manifest = setAside(layout, manifest, segment, reason, onDamage)
    this.#ranges.clear()
    this.#ranges.merge(this.#manifest.ranges)
    for (const own of [...this.#full.map((full) => full.ranges), this.#own]) this.#ranges.merge(own.toJSON())
  }

  /** Seals what is full, and what is large enough not to be many small segments in the end. */
  async #finish(): Promise<void> {
    const file = this.#file
    if (file?.last && file.rows >= this.#options.limits.onClose && !file.spoilt) {
      this.#file = undefined
      file.close()
      this.#full.push({seq: file.seq, trailer: file.last, ranges: this.#own})
      this.#own = new StoredRanges()
    }
    try {
      while (this.#full.length > 0) await this.#sealOldest()
    } catch (error) {
      // All is stored, and found as it is: the next writer seals it, once there is room.
      if (!(error instanceof LogflowError && error.code === 'DISK_FULL')) throw error
    }
    await this.#upkeep.finish()
  }
}

/** Notes whether rows come in the order of search, as those of one growing file do: they need not be sorted later. */
class OrderWatch {
  #tail: Key
  #inOrder: boolean

  constructor(tail: Key | null | undefined, rows: number) {
    this.#inOrder = rows === 0 || (tail !== null && tail !== undefined)
    this.#tail = {...(tail ?? {ms: Number.NEGATIVE_INFINITY, ns: 0, source: '', offset: 0})}
  }

  see(ms: number, ns: number, source: string, offset: number): void {
    if (!this.#inOrder) return
    const next = {ms, ns, source, offset}
    this.#inOrder = compareKeys(this.#tail, next) <= 0
    this.#tail = next
  }

  /** Null once a row came out of order, and while there is none. */
  get tail(): Key | null {
    return this.#inOrder && Number.isFinite(this.#tail.ms) ? this.#tail : null
  }
}
