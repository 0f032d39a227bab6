/** Items that are held, and let go of, together. */
const CHUNK = 1_000

/**
 * A list that only grows at its end and forgets from its front, as a value: `append` gives a new one, and the old one stays
 * what it was. Neighbours share their items, so that appending costs what is appended, and no list holds more than a
 * chunk beyond what it keeps. Places are numbers that never change: the first item ever appended has 0.
 */
export class Growing<T> {
  private constructor(
    /** Full but for the last, which the newest list alone appends to. */
    private readonly chunks: readonly T[][],
    /** Place of the first item that is held. */
    private readonly base: number,
    /** Place of the first item that is kept. */
    readonly first: number,
    /** Place behind the last one. */
    readonly end: number,
    private readonly most: number,
  ) {}

  /** @param most items that are kept */
  static empty<T>(most: number): Growing<T> {
    return new Growing<T>([], 0, 0, 0, most)
  }

  get size(): number {
    return this.end - this.first
  }

  at(place: number): T | undefined {
    if (place < this.first || place >= this.end) return undefined
    const index = place - this.base
    return this.chunks[Math.floor(index / CHUNK)]?.[index % CHUNK]
  }

  append(more: readonly T[]): Growing<T> {
    if (more.length === 0) return this
    const chunks = [...this.chunks]
    let last = this.ownLast()
    if (last) chunks[chunks.length - 1] = last
    for (const item of more) {
      if (!last || last.length === CHUNK) {
        last = []
        chunks.push(last)
      }
      last.push(item)
    }
    const end = this.end + more.length
    const first = Math.max(this.first, end - this.most)
    const gone = Math.floor((first - this.base) / CHUNK)
    return new Growing(chunks.slice(gone), this.base + gone * CHUNK, first, end, this.most)
  }

  /** The items from one place to before another. */
  slice(from: number, to: number): T[] {
    const begin = Math.max(from, this.first) - this.base
    const end = Math.min(to, this.end) - this.base
    const items: T[] = []
    for (let at = begin; at < end; ) {
      const index = Math.floor(at / CHUNK)
      const chunk = this.chunks[index] as T[]
      for (const stop = Math.min(end, (index + 1) * CHUNK); at < stop; at++) items.push(chunk[at - index * CHUNK] as T)
    }
    return items
  }

  /** The last chunk; a copy where somebody went on from here already. */
  private ownLast(): T[] | undefined {
    const last = this.chunks.at(-1)
    const length = this.end - this.base - (this.chunks.length - 1) * CHUNK
    return last && last.length > length ? last.slice(0, length) : last
  }
}
