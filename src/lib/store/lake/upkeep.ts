import {existsSync} from 'node:fs'
import {relative} from 'node:path'
import {setImmediate as nextTurn} from 'node:timers/promises'
import type {Duck} from './duckdb.js'
import {remove} from './durable.js'
import type {Layout, SealLimits} from './layout.js'
import type {Manifest, SealedSegment, Segment} from './manifest.js'
import {mergeSegments, planMerge} from './merge.js'
import {makeWords, readWords} from './segment-words.js'

export interface UpkeepOptions {
  layout: Layout
  now: () => number
  limits: SealLimits
  startDuck: (memory: number) => Duck
  /** The segments as the manifest names them now. */
  segments: () => readonly Segment[]
  /** Makes the manifest name others. */
  replace: (segments: Segment[], replaced: Manifest['replaced']) => void
}

/** A writer that took fewer records than these in one `limits.restMs` has time for it. */
const FEW_WRITTEN = 30_000
/** How much of it is done at once. */
interface Share {
  merges: number
  /** Segments whose words are made. */
  words: number
  /** Newest segments whose words are read, to see that they can be; of the others it is seen that they are there. */
  read: number
}

const ALL: Share = {merges: Infinity, words: Infinity, read: Infinity}
/** Of a writer that closes: half a second or so. */
const ON_CLOSE: Share = {merges: 1, words: 4, read: 32}

/**
 * What makes a lake quick to search and may be left for later: words beside segments that have none, and many small
 * segments as few of the usual size. It is done while a writer rests, a little of it when one closes, and begun anew where it
 * was interrupted. What fails is left as it is: everything is stored, and found, without it.
 */
export class Upkeep {
  readonly #options: UpkeepOptions
  /** Whose words have been looked at, or could not be made. */
  readonly #seen = new Set<number>()
  #cannotMerge = false
  #written = 0
  #ended = false
  #timer: NodeJS.Timeout | undefined
  #work: Promise<void> | undefined
  #stop = new AbortController()

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  /** To be called with every write. */
  wrote(records: number): void {
    this.#written += records
  }

  /** There may be something to do: the writer was opened, or a segment sealed. */
  later(): void {
    if (this.#ended || this.#timer) return
    this.#written = 0
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#work || this.#written > FEW_WRITTEN) this.later()
      else this.#begin(ALL)
    }, this.#options.limits.restMs)
    this.#timer.unref()
  }

  /** Ends what is under way: two engines at once would take twice the memory. */
  async interrupt(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#stop.abort()
    await this.#work
  }

  /** A little of it, before the writer is gone. */
  async finish(): Promise<void> {
    await this.interrupt()
    if (!this.#ended) this.#begin(ON_CLOSE)
    await this.#work
  }

  /** From now on the lake may be another writer's. */
  async end(): Promise<void> {
    this.#ended = true
    await this.interrupt()
  }

  #begin(share: Share): void {
    this.#stop = new AbortController()
    const work = async () => {
      await this.#mergeSome(share)
      await this.#makeSomeWords(share)
    }
    this.#work = work()
      .catch(() => {})
      .finally(() => {
        this.#work = undefined
      })
  }

  async #mergeSome(share: Share): Promise<void> {
    const {layout, segments, now, limits} = this.#options
    for (let left = share.merges; left > 0 && !this.#stop.signal.aborted && !this.#cannotMerge; left--) {
      const plan = planMerge(layout, segments(), {now: now(), atOnce: limits.merge})
      if (!plan) return
      try {
        await this.#merge(plan)
      } catch {
        // A part is damaged, the disk full: searches tell of the one, and the next writer tries again.
        this.#cannotMerge = true
      }
    }
  }

  async #merge(plan: readonly SealedSegment[]): Promise<void> {
    const {layout, segments, replace, now} = this.#options
    const merged = await this.#withDuck((duck) => mergeSegments(duck, layout, plan, this.#stop.signal))
    if (!merged) return
    const named = segments()
    const first = named.indexOf(plan[0] as Segment)
    if (plan.some((segment, i) => named[first + i] !== segment)) {
      remove(layout.sealed(merged))
      return
    }
    const at = now()
    replace(
      [...named.slice(0, first), merged, ...named.slice(first + plan.length)],
      plan.map((segment) => ({file: relative(layout.dir, layout.sealed(segment)), at})),
    )
    for (const segment of plan) {
      remove(layout.words(segment))
      remove(layout.description(segment))
    }
  }

  /** The newest first, which are asked for most. */
  async #makeSomeWords(share: Share): Promise<void> {
    const {layout, segments} = this.#options
    const {signal} = this.#stop
    let left = share.words
    for (const [age, segment] of [...segments()].reverse().entries()) {
      if (segment.kind === 'hot' || this.#seen.has(segment.seq)) continue
      const there = age < share.read ? readWords(layout, segment) : existsSync(layout.words(segment))
      if (!there && left-- > 0) await this.#withDuck((duck) => makeWords(duck, layout, segment, signal)).catch(() => {})
      else await nextTurn()
      if (signal.aborted || left < 0) return
      if (age < share.read) this.#seen.add(segment.seq)
    }
  }

  async #withDuck<T>(work: (duck: Duck) => Promise<T>): Promise<T> {
    const duck = this.#options.startDuck(1)
    try {
      return await work(duck)
    } finally {
      await duck.close()
    }
  }
}
