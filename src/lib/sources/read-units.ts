import type {Envelope} from '../units/envelope.js'
import type {UnitBatch} from '../units/unit-batch.js'
import type {ByteSource} from './byte-source.js'
import type {Problem} from './input.js'
import {toProblem} from './problem.js'
import {type SplitterOptions, UnitSplitter} from './split-units.js'

export interface ReadOptions extends SplitterOptions {
  /** For messages. */
  path: string
  /** Where reading stopped half-way. What was read before has been handed out. */
  onProblem: (problem: Problem) => void
  /** What `bytes.consumed` shows for the part that was read another time; 0 unless said. */
  consumedBefore?: number
  /** Bytes to come, where known: keeps buffers small for small files. */
  sizeHint?: number
  /** A pipe somebody may be writing to by hand: what is there is handed out when nothing follows for a while. */
  live?: boolean
  /** Of a live source: below, where an earlier reading has been, silence closes no unit; 0 unless said. */
  silentFrom?: number
  /** Asked before each read of a live source is taken, with its offset: the envelope of units that begin from there on. */
  onArrival?: (offset: number) => Promise<Envelope | undefined>
  /** Awaited before a unit that was closed for want of more is handed out: from now on it ends at `offset`. */
  onCut?: (offset: number) => Promise<void>
  /** Awaited before a continuation is handed out: the cut before it is needed for good. */
  onContinuation?: (cut: number) => Promise<void>
  signal?: AbortSignal
  /** Overridden by tests alone. */
  sizes?: ReadSizes
}

export interface ReadSizes {
  /** Bytes asked for at once. */
  read: number
  /** Bytes of one buffer, which several reads fill one after the other. */
  slab: number
  /** Free bytes before the first read of a buffer, for what the last one left open. */
  headroom: number
}

const SIZES: ReadSizes = {read: 1 << 20, slab: 4 << 20, headroom: 64 << 10}
/** A buffer with less room than this is left, and the next begun. */
const LEAST_READ = 16 << 10

/** A pipe that is silent this long gets its finished units handed out; then also the one in hand. */
const LINGER_MS = 20
const IDLE_MS = 1_000

interface Arrival {
  slab: Buffer
  at: number
  length: number
  error?: unknown
}

/**
 * Batches of the units of one source, in order. A batch owns the memory it points to: buffers are never written
 * again once handed out, so it stays valid for as long as somebody holds it. At most one read (1 MB) is under way
 * ahead of the consumer. Closes `bytes` at its end, also when the consumer leaves early.
 */
export async function* readUnits(bytes: ByteSource, options: ReadOptions): AsyncGenerator<UnitBatch, void, undefined> {
  const splitter = new UnitSplitter(options)
  const sizes = options.sizes ?? SIZES
  const {counters, signal} = options
  const base = counters.bytes - (options.consumedBefore ?? 0)
  let pending = fetch(bytes, Buffer.allocUnsafeSlow(firstSlab(sizes, options.sizeHint)), 0, sizes)
  let extended = false
  try {
    for (;;) {
      if (options.live) yield* handOutWhileSilent(pending, splitter, options)
      const arrival = await pending
      counters.bytes = base + bytes.consumed
      if (arrival.error !== undefined) {
        options.onProblem(toProblem(options.path, arrival.error))
        break
      }
      if (signal?.aborted && !options.live) return
      if (arrival.length === 0) {
        if (extended || !bytes.extend || !splitter.insideLine) break
        bytes.extend()
        extended = true
        pending = fetchNext(bytes, arrival, sizes)
        continue
      }
      pending = fetchNext(bytes, arrival, sizes)
      const envelope = await options.onArrival?.(splitter.nextOffset)
      if (envelope) splitter.changeEnvelope(envelope)
      take(splitter, arrival, extended)
      yield* handOut(splitter, options)
      if (extended && !splitter.insideLine) break
    }
    yield* handOut(splitter, options, signal?.aborted ? splitter.stop() : splitter.end())
  } finally {
    await bytes.close()
    await pending
  }
}

function firstSlab(sizes: ReadSizes, hint = Number.POSITIVE_INFINITY): number {
  return Math.min(sizes.slab, hint + LEAST_READ)
}

/** Never rejects: an error is part of what arrives, because nobody may be waiting yet. */
function fetch(bytes: ByteSource, slab: Buffer, at: number, sizes: ReadSizes): Promise<Arrival> {
  return bytes.read(slab, at, Math.min(sizes.read, slab.length - at)).then(
    (length) => ({slab, at, length}),
    (error: unknown) => ({slab, at, length: 0, error}),
  )
}

/** Goes on behind what arrived, or in a new buffer when that one is full. */
function fetchNext(bytes: ByteSource, last: Arrival, sizes: ReadSizes): Promise<Arrival> {
  const at = last.at + last.length
  if (last.slab.length - at >= Math.min(LEAST_READ, sizes.read)) return fetch(bytes, last.slab, at, sizes)
  return fetch(bytes, Buffer.allocUnsafeSlow(sizes.headroom + sizes.slab), sizes.headroom, sizes)
}

function take(splitter: UnitSplitter, {slab, at, length}: Arrival, oneLine: boolean): void {
  if (splitter.holds(slab)) {
    splitter.advance(at + length, oneLine)
    return
  }
  const carried = splitter.carried
  if (carried <= at) {
    splitter.moveTo(slab, at)
    splitter.advance(at + length, oneLine)
    return
  }
  const wide = Buffer.allocUnsafeSlow(carried + length)
  slab.copy(wide, carried, at, at + length)
  splitter.moveTo(wide, carried)
  splitter.advance(carried + length, oneLine)
}

async function* handOutWhileSilent(
  pending: Promise<Arrival>,
  splitter: UnitSplitter,
  options: ReadOptions,
): AsyncGenerator<UnitBatch> {
  if (await arrivesWithin(pending, LINGER_MS)) return
  splitter.flush()
  yield* handOut(splitter, options)
  if (splitter.nextOffset < (options.silentFrom ?? 0) || (await arrivesWithin(pending, IDLE_MS))) return
  yield* handOut(splitter, options, splitter.settle())
}

/** Gives what is finished, once the cuts around it are told. @param cut where the last unit was closed for want of more */
async function* handOut(splitter: UnitSplitter, options: ReadOptions, cut?: number): AsyncGenerator<UnitBatch> {
  for (const continued of splitter.continued.splice(0)) await options.onContinuation?.(continued)
  if (cut !== undefined && cut >= (options.silentFrom ?? 0)) await options.onCut?.(cut)
  yield* splitter.ready
  splitter.ready.length = 0
}

function arrivesWithin(pending: Promise<Arrival>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms)
    void pending.then(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
