/**
 * The stretches of each source that are stored, as merged, sorted, half-open ranges [from, to): the lake's memory of
 * what is already there. Sources mostly grow at their end, so that a source is mostly one range.
 */
export class StoredRanges {
  /** Flat pairs: from, to, from, to … */
  readonly #bySource = new Map<string, number[]>()
  #lastSource = ''
  #last: number[] | undefined

  /** Whether all of [from, to) is stored. */
  has(source: string, from: number, to: number): boolean {
    const pairs = this.#pairs(source)
    if (!pairs || pairs.length === 0) return false
    if (from >= (pairs[pairs.length - 1] as number)) return false
    const at = firstEndAfter(pairs, from)
    return (pairs[at] as number) <= from && to <= (pairs[at + 1] as number)
  }

  add(source: string, from: number, to: number): void {
    let pairs = this.#pairs(source)
    if (!pairs) {
      pairs = []
      this.#bySource.set(source, pairs)
      this.#last = pairs
    }
    const end = pairs[pairs.length - 1]
    if (end === undefined || from > end) {
      pairs.push(from, to)
      return
    }
    if (from === end) {
      pairs[pairs.length - 1] = to
      return
    }
    insert(pairs, from, to)
  }

  /** Takes in all of another's ranges. */
  merge(ranges: Record<string, number[]>): void {
    for (const [source, pairs] of Object.entries(ranges)) {
      for (let i = 0; i + 1 < pairs.length; i += 2) this.add(source, pairs[i] as number, pairs[i + 1] as number)
    }
  }

  /** Forgets all of another's ranges. */
  subtract(ranges: Record<string, number[]>): void {
    for (const [source, pairs] of Object.entries(ranges)) {
      const own = this.#bySource.get(source)
      if (!own) continue
      for (let i = 0; i + 1 < pairs.length; i += 2) cutOut(own, pairs[i] as number, pairs[i + 1] as number)
      if (own.length === 0) this.#bySource.delete(source)
    }
    this.#last = undefined
  }

  toJSON(): Record<string, number[]> {
    return Object.fromEntries(this.#bySource)
  }

  get size(): number {
    return this.#bySource.size
  }

  clear(): void {
    this.#bySource.clear()
    this.#lastSource = ''
    this.#last = undefined
  }

  #pairs(source: string): number[] | undefined {
    if (this.#last && source === this.#lastSource) return this.#last
    this.#lastSource = source
    this.#last = this.#bySource.get(source)
    return this.#last
  }
}

/** Index of the first pair whose end lies after `place`; `pairs.length` where there is none. */
function firstEndAfter(pairs: number[], place: number): number {
  let low = 0
  let high = pairs.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pairs[middle * 2 + 1] as number) > place) high = middle
    else low = middle + 1
  }
  return low * 2
}

/** Puts a range in its place, merged with all it touches. */
function insert(pairs: number[], from: number, to: number): void {
  let first = firstEndAfter(pairs, from)
  if (first > 0 && pairs[first - 1] === from) first -= 2
  let beyond = first
  let start = from
  let end = to
  while (beyond < pairs.length && (pairs[beyond] as number) <= end) {
    start = Math.min(start, pairs[beyond] as number)
    end = Math.max(end, pairs[beyond + 1] as number)
    beyond += 2
  }
  pairs.splice(first, beyond - first, start, end)
}

/** Takes [from, to) out of the ranges. */
function cutOut(pairs: number[], from: number, to: number): void {
  const first = firstEndAfter(pairs, from)
  const left: number[] = []
  let beyond = first
  while (beyond < pairs.length && (pairs[beyond] as number) < to) {
    const [start, end] = [pairs[beyond] as number, pairs[beyond + 1] as number]
    if (start < from) left.push(start, from)
    if (end > to) left.push(to, end)
    beyond += 2
  }
  pairs.splice(first, beyond - first, ...left)
}
