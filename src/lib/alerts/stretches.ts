// Cuts time so that the counts of a few stretches say how many records lie in any of the windows of many evaluations.

import type {Interval} from '../metrics/question.js'

/** What one question asks for: [since, until), as a whole or in steps of `every`. Times are ms since 1970. */
export interface Stretch {
  since: number
  until: number
  every?: Interval
}

/** Evaluations at `first`, `first + everyMs`, … `last`. */
export interface Moments {
  first: number
  last: number
  everyMs: number
}

/** Where the time between two stretches in steps is no longer than so many steps, it is asked in steps too. */
const MOST_STEPS_BETWEEN = 240

/**
 * The stretches, one after the other without a gap, whose edges include T − offset for every evaluation T and every one
 * of the offsets. Around each offset lies a part that must be known in steps, as the window's edge moves through it;
 * what lies between two such parts is in all windows or in none, and is counted as a whole.
 * @param offsets ms, falling, two at least
 */
export function stretchesOf({first, last, everyMs}: Moments, offsets: readonly number[]): Stretch[] {
  const edges = offsets.map((offset) => first - offset)
  if (first === last) return edges.slice(1).map((until, i) => ({since: edges[i] as number, until}))
  const stepMs = offsets.reduce(gcd, everyMs)
  const moving: Stretch[] = []
  for (const since of edges) {
    const until = since + last - first
    const before = moving.at(-1)
    if (before && since - before.until <= MOST_STEPS_BETWEEN * stepMs) {
      before.until = until
      before.every = {ms: stepMs, origin: since % stepMs}
    } else moving.push({since, until, every: {ms: everyMs, origin: since % everyMs}})
  }
  return moving.flatMap((stretch, i) => {
    const before = moving[i - 1]
    return before ? [{since: before.until, until: stretch.since}, stretch] : [stretch]
  })
}

/** Counts of the pieces of stretches, added up so that any window is one subtraction. */
export class Pieces {
  /** Place of each edge in time. */
  readonly #places = new Map<number, number>()

  constructor(stretches: readonly Stretch[]) {
    for (const {since, until, every} of stretches) {
      for (let edge = since; edge < until; edge += every?.ms ?? until - since) this.#addEdge(edge)
      this.#addEdge(until)
    }
  }

  #addEdge(edge: number): void {
    if (!this.#places.has(edge)) this.#places.set(edge, this.#places.size)
  }

  /** Place of the piece that begins there, or of an edge: pieces `from` to `to` (exclusive) lie between two. */
  placeOf(edge: number): number {
    return this.#places.get(edge) as number
  }

  /** Nothing counted yet: how many records lie before each edge, once `addUp` was called. */
  empty(): Float64Array {
    return new Float64Array(this.#places.size)
  }

  /** Counts noted at `placeOf(start) + 1` become the number of records before each edge. */
  addUp(counts: Float64Array): void {
    for (let i = 1; i < counts.length; i++) counts[i] = (counts[i] as number) + (counts[i - 1] as number)
  }
}

export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
