// Cuts a stream of bytes into units without decoding a line. The result depends on the bytes alone, never on how
// they were split into reads. State at a unit's first line depends on that line alone, so that reading can begin
// again at any unit's offset.

import type {Envelope} from '../units/envelope.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {newCounters, type ReadCounters} from './read-counters.js'
import {characterStart, isBlank} from './scan-bytes.js'
import {UnitColumns} from './unit-columns.js'

/** A longer line or event is cut here; what is over becomes a further unit, nothing is dropped. */
export const MAX_UNIT_BYTES = 8 * 1024 * 1024
/** Lines are not joined to a longer unit than this: bus messages have their limit. */
export const MAX_JOINED_BYTES = 500_000
/** Most lines, blank ones inside included, of one unit. */
export const MAX_UNIT_LINES = 500

/** Decides, line by line in order, what belongs together (parse/multiline.ts). */
export interface Joiner {
  /** True when the line continues the unit before it. Called once for every line that is not blank. */
  continues(data: Buffer, start: number, end: number): boolean
  /** True while a further line could continue the unit in hand. */
  readonly open: boolean
  /** Forgets the lines before. */
  reset(): void
}

/** Units whose offset is below `upTo` get this envelope. */
export interface EnvelopeRange {
  upTo: number
  envelope: Envelope
}

export interface SplitterOptions {
  /** Ascending, one at least; the last range is taken for whatever lies above it. */
  envelopes: readonly EnvelopeRange[]
  counters: ReadCounters
  joiner?: Joiner
  /** Offset in the source of the first byte given; where reading goes on, that of a unit. */
  startOffset?: number
  /** 1-based number of the first line given. */
  startLine?: number
  /**
   * Offsets, ascending, that no unit reaches across: there an earlier reading handed out a unit for want of more. A line
   * behind one that would have gone on with that unit begins one of its own, a continuation.
   */
  cuts?: readonly number[]
  /**
   * Units below are read and not handed out, nor counted: reading goes on at this offset, and begins at the unit before
   * it, by which alone can be told whether the unit here is a continuation. No unit reaches across it.
   */
  handOutFrom?: number
  maxUnitBytes?: number
  maxJoinedBytes?: number
  maxUnitLines?: number
}

const EMPTY = Buffer.alloc(0)

export class UnitSplitter {
  /** Finished batches; the caller takes them away. */
  readonly ready: UnitBatch[] = []
  /** Cuts behind which a continuation was found; the caller takes them away. */
  readonly continued: number[] = []

  /** Bytes up to `filled` are valid; the unit in hand and the line in hand lie in this one buffer. */
  private slab: Buffer = EMPTY
  private filled = 0
  /** Offset in the source of `slab[lineStart]` is `lineStart + base`. */
  private base: number
  private lineStart = 0
  /** Where the search for the next line end begins. */
  private scan = 0
  private lineNumber: number
  /** The line in hand is the rest of one that was cut. */
  private midLine = false

  /** Position of the unit in hand, -1 without one. */
  private unitStart = -1
  private unitEnd = 0
  private unitOffset = 0
  private unitLine = 0
  private unitLines = 0
  /** Blank lines since the unit's last line: part of it when another of its lines follows. */
  private blankRun = 0
  /** The unit in hand takes no further lines. */
  private sealed = false
  /** The unit in hand goes on with what the unit before it was cut from. */
  private continuing = false
  /** The cut that the next line comes after; -1 where none is. */
  private behindCut = -1
  private readonly cuts: number[]
  /** Index of the first cut that is still ahead, and its offset. */
  private cutIndex = 0
  private nextCut: number
  private readonly handOutFrom: number

  private readonly columns = new UnitColumns()
  private range = 0
  /** The batch in hand is of continuations. */
  private ofContinuations = false
  /** Where the envelope changes next. */
  private boundary: number

  private readonly envelopes: EnvelopeRange[]
  /** Of what is handed out; units that are not are counted elsewhere. */
  private counters: ReadCounters
  private readonly joiner: Joiner | undefined
  private readonly maxUnitBytes: number
  private readonly maxJoinedBytes: number
  private readonly maxUnitLines: number
  private readonly handedOut: ReadCounters

  constructor(options: SplitterOptions) {
    this.envelopes = options.envelopes.map((range) => ({...range}))
    this.base = options.startOffset ?? 0
    this.lineNumber = (options.startLine ?? 1) - 1
    this.handOutFrom = options.handOutFrom ?? 0
    this.cuts = [...(options.cuts ?? [])].filter((cut) => cut > this.base)
    if (this.handOutFrom > this.base) this.cuts.push(this.handOutFrom)
    this.cuts.sort((a, b) => a - b)
    this.nextCut = this.cuts[0] ?? Number.POSITIVE_INFINITY
    this.handedOut = options.counters
    this.counters = this.handOutFrom > this.base ? newCounters() : options.counters
    this.joiner = options.joiner
    this.maxUnitBytes = options.maxUnitBytes ?? MAX_UNIT_BYTES
    this.maxJoinedBytes = options.maxJoinedBytes ?? MAX_JOINED_BYTES
    this.maxUnitLines = options.maxUnitLines ?? MAX_UNIT_LINES
    this.boundary = this.rangeEnd()
  }

  holds(slab: Buffer): boolean {
    return this.slab === slab
  }

  /** Bytes that must move along when another buffer takes over. */
  get carried(): number {
    if (this.unitStart < 0) return this.filled - this.lineStart
    if (this.sealed) return this.unitEnd - this.unitStart + this.filled - this.lineStart
    return this.filled - this.unitStart
  }

  /** True when the bytes so far end inside a line. */
  get insideLine(): boolean {
    return this.filled > this.lineStart || this.midLine
  }

  /** Where what is not in `ready` begins: the batch in hand, else the unit, else the line. Reading may begin again there. */
  get resumeAt(): {offset: number; line: number} {
    const {first} = this.columns
    if (first) return first
    if (this.unitStart >= 0) return {offset: this.unitOffset, line: this.unitLine}
    return {offset: this.base + this.lineStart, line: this.lineNumber + 1}
  }

  /**
   * Goes on in another buffer whose new bytes begin at `at`; at least `carried` bytes before `at` are free,
   * and take what is still open. Closes the batch in hand, because a batch lies in one buffer.
   */
  moveTo(slab: Buffer, at: number): void {
    this.flush()
    const {slab: old, lineStart} = this
    const start = at - this.carried
    let to = start
    if (this.unitStart >= 0) {
      const from = this.unitStart
      old.copy(slab, to, from, this.sealed ? this.unitEnd : lineStart)
      to += (this.sealed ? this.unitEnd : lineStart) - from
      this.unitStart = start
      this.unitEnd += start - from
    }
    old.copy(slab, to, lineStart, this.filled)
    this.base += lineStart - to
    this.scan += to - lineStart
    this.lineStart = to
    this.slab = slab
    this.filled = at
  }

  /** Where the bytes to come begin. */
  get nextOffset(): number {
    return this.base + this.filled
  }

  /** Units that begin in the bytes to come get another envelope. */
  changeEnvelope(envelope: Envelope): void {
    const last = this.envelopes.at(-1) as EnvelopeRange
    last.upTo = this.nextOffset
    this.envelopes.push({upTo: Number.POSITIVE_INFINITY, envelope})
    this.boundary = this.rangeEnd()
  }

  /** Takes the bytes of the buffer up to `to`, in one go or, with `oneLine`, only to the next line end. */
  advance(to: number, oneLine = false): void {
    const bytes = this.slab.subarray(0, to)
    this.filled = to
    for (;;) {
      const lineEnd = bytes.indexOf(10, this.scan)
      const length = (lineEnd < 0 ? to : lineEnd) - this.lineStart
      if (length > this.maxUnitBytes) {
        this.cutPiece(bytes)
        continue
      }
      if (lineEnd < 0) break
      this.takeLine(bytes, lineEnd)
      this.lineStart = this.scan = lineEnd + 1
      if (oneLine) {
        this.filled = lineEnd + 1
        return
      }
    }
    this.scan = to
  }

  /**
   * The stream has ended: closes the line, the unit and the batch in hand.
   * @returns where the unit ends, if a line to come another day could go on with it: a cut
   */
  end(): number | undefined {
    if (this.insideLine) {
      this.takeLine(this.slab.subarray(0, this.filled), this.filled)
      this.counters.unterminated++
      this.lineStart = this.scan = this.filled
      this.closeUnit(this.base + this.lineStart)
      this.flush()
      return undefined
    }
    return this.settle()
  }

  /**
   * Reading has been stopped: gives out what is whole. A line that is still open is left to the next reading, which
   * finds all of it: sent now, its beginning would be a record besides that of the whole line.
   * @returns as `settle`
   */
  stop(): number | undefined {
    this.filled = this.scan = this.lineStart
    this.midLine = false
    return this.settle()
  }

  /**
   * Nothing has come for a while: gives out the unit in hand, without the line that is still open.
   * @returns where the unit ends, if a line to come could go on with it: a cut
   */
  settle(): number | undefined {
    let cut: number | undefined
    if (this.unitStart >= 0) {
      const offset = this.base + this.lineStart
      this.closeUnit(offset)
      if (this.joiner?.open) this.behindCut = cut = offset
    }
    this.flush()
    return cut
  }

  /** Closes the batch in hand. */
  flush(): void {
    if (this.columns.count === 0) return
    const {envelope} = this.envelopes[this.range] as EnvelopeRange
    this.ready.push(this.columns.take(this.slab, this.ofContinuations ? {...envelope, continuation: true} : envelope))
  }

  private takeLine(bytes: Buffer, lineEnd: number): void {
    const start = this.lineStart
    if (this.base + start >= this.nextCut) this.cut(this.base + start)
    let end = lineEnd
    if (end > start && bytes[end - 1] === 13) end--
    if (this.midLine) {
      this.midLine = false
      if (!isBlank(bytes, start, end)) this.openPiece(start, end)
      this.sealed = true
      return
    }
    this.lineNumber++
    this.counters.lines++
    if (isBlank(bytes, start, end)) {
      this.takeBlank()
      return
    }
    if (this.joiner?.continues(bytes, start, end) && (this.unitStart >= 0 || this.behindCut >= 0)) {
      if (this.behindCut >= 0) this.continued.push(this.behindCut)
      else if (!this.sealed && end - this.unitStart <= this.maxJoinedBytes && this.unitLines < this.maxUnitLines) {
        this.unitEnd = end
        this.unitLines++
        this.counters.joined += 1 + this.blankRun
        this.blankRun = 0
        return
      } else this.counters.oversize++
      this.beginAfresh(bytes, start, end)
      this.openUnit(start, end, true)
      return
    }
    if (this.unitStart >= 0 && end - this.unitStart > this.maxJoinedBytes) {
      // Perhaps the joiner has a limit of its own, and still remembers what it cut off.
      this.beginAfresh(bytes, start, end)
    }
    this.openUnit(start, end)
  }

  /** The line begins a unit as if none had been before it. */
  private beginAfresh(bytes: Buffer, start: number, end: number): void {
    this.joiner?.reset()
    this.joiner?.continues(bytes, start, end)
  }

  private takeBlank(): void {
    if (this.unitStart < 0) {
      this.counters.blank++
      return
    }
    this.blankRun++
    this.unitLines++
    const long = this.unitLines >= this.maxUnitLines || this.lineStart - this.unitStart > this.maxJoinedBytes
    if (long) this.sealed = true
  }

  /** The line, or piece of one, at `offset` begins behind a cut: the unit in hand ends here. */
  private cut(offset: number): void {
    if (this.unitStart >= 0) this.closeUnit(offset)
    while (offset >= this.nextCut) {
      this.behindCut = this.nextCut
      this.nextCut = this.cuts[++this.cutIndex] ?? Number.POSITIVE_INFINITY
    }
    if (offset >= this.handOutFrom) this.counters = this.handedOut
  }

  /** The line in hand is longer than a unit may be: its first part becomes one. */
  private cutPiece(bytes: Buffer): void {
    const start = this.lineStart
    if (this.base + start >= this.nextCut) this.cut(this.base + start)
    const end = characterStart(bytes, start + this.maxUnitBytes)
    const blank = isBlank(bytes, start, end)
    if (this.midLine) {
      if (!blank) this.openPiece(start, end)
    } else {
      this.lineNumber++
      this.counters.lines++
      if (blank) this.takeBlank()
      else this.openUnit(start, end)
    }
    if (!blank) this.counters.oversize++
    this.midLine = true
    this.sealed = true
    this.joiner?.reset()
    this.lineStart = end
    this.scan = Math.max(this.scan, end)
  }

  private openPiece(start: number, end: number): void {
    this.counters.pieces++
    this.openUnit(start, end, true)
  }

  private openUnit(start: number, end: number, continuing = false): void {
    const offset = this.base + start
    if (this.unitStart >= 0) this.closeUnit(offset)
    this.unitStart = start
    this.unitEnd = end
    this.unitOffset = offset
    this.unitLine = this.lineNumber
    this.unitLines = 1
    this.sealed = false
    this.continuing = continuing
    this.behindCut = -1
  }

  /** Puts the unit in hand, which reaches up to the next unit's offset, into the batch. */
  private closeUnit(nextOffset: number): void {
    if (this.unitStart < 0) return
    const offset = this.unitOffset
    if (offset < this.handOutFrom) {
      this.unitStart = -1
      this.blankRun = 0
      return
    }
    if (this.continuing !== this.ofContinuations) {
      this.flush()
      this.ofContinuations = this.continuing
    }
    if (offset >= this.boundary) this.nextRange(offset)
    if (!this.columns.takes(this.unitEnd)) this.flush()
    this.columns.add(this.unitStart, this.unitEnd, offset, nextOffset - offset, this.unitLine)
    this.counters.units++
    this.counters.blank += this.blankRun
    this.blankRun = 0
    this.unitStart = -1
  }

  private rangeEnd(): number {
    const {envelopes} = this
    return this.range < envelopes.length - 1 ? (envelopes[this.range] as EnvelopeRange).upTo : Number.POSITIVE_INFINITY
  }

  private nextRange(offset: number): void {
    this.flush()
    while (offset >= this.rangeEnd()) this.range++
    this.boundary = this.rangeEnd()
  }
}
