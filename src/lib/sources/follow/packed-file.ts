import type {BigIntStats} from 'node:fs'
import {LineJoiner} from '../../parse/multiline.js'
import type {Envelope} from '../../units/envelope.js'
import type {UnitBatch} from '../../units/unit-batch.js'
import type {ByteSource} from '../byte-source.js'
import {resumeFrom} from '../checkpoints/checkpoint.js'
import {cutKeeper} from '../cut-keeper.js'
import {type OpenInput, openInput} from '../open-input.js'
import {toProblem} from '../problem.js'
import type {KnownSource} from '../source-table.js'
import {UnitSplitter} from '../split-units.js'
import type {Place} from './positions.js'
import {findByInode} from './rotations.js'
import {fileAt, handOut, keyOf, type Pace, type Shared, tallyOf, type Watched, whereaboutsOf} from './watched.js'

const CHUNK = 1 << 20
/** A stream that has no end is read as far as it goes when nothing was added for so long. */
const UNFINISHED_MS = 60_000

export interface PackedFrom {
  path: string
  key: string
  known: KnownSource
  /** In the bytes inside. */
  place: Place
}

/** A file whose bytes inside no offset leads to (compressed, UTF-16): read as a whole whenever it has changed. */
export class PackedFile implements Watched {
  path: string
  readonly key: string
  readonly source: string
  pace: Pace = 'busy'
  done = false
  private place: Place
  private readonly cuts: ReturnType<typeof cutKeeper>
  /** What it was like when it was last read to its end, and when it was last looked at. */
  private read = ''
  private seen = ''
  private seenAt: number
  private told = false

  constructor(
    private readonly from: PackedFrom,
    private readonly shared: Shared,
  ) {
    this.path = from.path
    this.key = from.key
    this.source = from.known.id
    this.place = from.place
    this.cuts = cutKeeper(shared.table, from.known, from.place.offset)
    this.seenAt = shared.clock()
  }

  async *advance(): AsyncGenerator<UnitBatch> {
    this.pace = 'idle'
    const stats = this.look()
    if (!stats) return
    const state = `${stats.size} ${stats.mtimeNs}`
    if (state === this.read) return
    const now = this.shared.clock()
    if (state !== this.seen) this.seenAt = now
    this.seen = state
    if (now - this.seenAt < this.shared.waits.packing) return
    const opened = await this.open()
    if (!opened) return
    try {
      yield* this.readAll(opened, now - this.seenAt >= UNFINISHED_MS)
      this.read = state
    } catch (error) {
      if (now - this.seenAt < UNFINISHED_MS) return
      this.read = state
      this.tell(error)
    } finally {
      await opened.bytes.close()
    }
  }

  async *finish(): AsyncGenerator<UnitBatch> {
    yield* []
  }

  /** What the file is like now, under whatever name rotation has given it; lets go of one that is gone. */
  private look(): BigIntStats | undefined {
    const here = fileAt(this.path)
    if (here && keyOf(here) === this.key) return here
    const to = findByInode(this.path, this.key)
    if (to !== undefined) {
      this.path = to
      return fileAt(to)
    }
    // Not read to its end: there may be another copy of it.
    if (this.read === '') this.shared.lookForFiles(true)
    this.forget()
    return undefined
  }

  private async open(): Promise<OpenInput | undefined> {
    try {
      return await openInput({kind: 'file', path: this.path, size: 0, device: '', inode: ''}, {})
    } catch (error) {
      this.tell(error)
      return undefined
    }
  }

  /** @param asFarAsItGoes hands out the whole lines before the place where reading fails, then throws */
  private async *readAll(opened: OpenInput, asFarAsItGoes: boolean): AsyncGenerator<UnitBatch> {
    const {place, shared} = this
    const wanted = (place.last ?? place).offset - opened.firstOffset
    const skipped = await skip(opened.bytes, wanted)
    if (skipped.bytes < wanted) return this.passOver(opened.firstOffset + skipped.lineStart)
    const splitter = this.splitter()
    for (;;) {
      const {carried} = splitter
      const slab = Buffer.allocUnsafe(carried + CHUNK)
      const read = opened.bytes.read(slab, carried, CHUNK)
      const length = await read.catch((error: unknown) => ({error}))
      if (typeof length !== 'number') {
        if (asFarAsItGoes) yield* this.give(splitter, splitter.stop())
        throw length.error
      }
      if (length === 0) break
      splitter.moveTo(slab, carried)
      splitter.advance(carried + length)
      yield* this.give(splitter)
    }
    tallyOf(shared, this.source, this.path).counters.bytes += opened.bytes.consumed
    // What is compressed is not written to any more; a line of UTF-16 may still be.
    yield* this.give(splitter, opened.compression ? splitter.end() : splitter.settle())
    await shared.table.markEnd(this.source, this.place.offset, this.observed())
  }

  private async *give(splitter: UnitSplitter, cut?: number): AsyncGenerator<UnitBatch> {
    for (const continued of splitter.continued.splice(0)) await this.cuts.onContinuation(continued)
    if (cut !== undefined) await this.cuts.onCut(cut)
    yield* handOut(this.shared, this, splitter.ready, splitter.resumeAt)
    this.place = this.shared.positions.handedTo(this.source) ?? this.place
  }

  /** It ends before the place where reading was to begin: all of it is known, or, at --from-end, to be left out. */
  private passOver(lineStart: number): void {
    if (Number.isFinite(this.place.offset)) return
    this.place = {offset: lineStart, line: 0}
    this.shared.positions.begun(this.source, whereaboutsOf(this), this.place)
  }

  private splitter(): UnitSplitter {
    const {shared, from, place} = this
    return new UnitSplitter({
      envelopes: from.known.arrivals.map(({upTo, observed}) => ({upTo, envelope: this.envelopeAt(observed)})),
      counters: tallyOf(shared, this.source, this.path).counters,
      joiner: shared.joins ? new LineJoiner() : undefined,
      ...resumeFrom(place),
      cuts: this.cuts.cuts,
    })
  }

  private envelopeAt(observed: string): Envelope {
    return {...this.shared.envelope, source: this.source, file: this.path, observed}
  }

  private observed(): string {
    return this.from.known.arrivals.at(-1)?.observed ?? this.shared.now().toISOString()
  }

  private tell(error: unknown): void {
    if (!this.told)
      this.shared.notify({kind: 'unreadable', path: this.path, reason: toProblem(this.path, error).error.message})
    this.told = true
  }

  private forget(): void {
    this.done = true
    if (this.shared.readers.get(this.source) === this) this.shared.readers.delete(this.source)
  }
}

/** Passes over so many bytes, or all there are. Says how many, and where the line begins that they end in. */
async function skip(source: ByteSource, count: number): Promise<{bytes: number; lineStart: number}> {
  const piece = Buffer.allocUnsafe(CHUNK)
  let [bytes, lineStart] = [0, 0]
  while (bytes < count) {
    const length = await source.read(piece, 0, Math.min(piece.length, count - bytes))
    if (length === 0) break
    const lineEnd = piece.subarray(0, length).lastIndexOf(10)
    if (lineEnd >= 0) lineStart = bytes + lineEnd + 1
    bytes += length
  }
  return {bytes, lineStart}
}
