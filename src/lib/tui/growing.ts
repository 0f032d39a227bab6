/**
 * A list that only grows at its end and forgets from its front, as a value: `append` gives a new one, and the old one stays
 * what it was. Neighbours share their items, so that appending costs what is appended. Places are numbers that never
 * change: the first item ever appended has 0.
 */
export class Growing<T> {
  private constructor(
    /** Items by place less `base`. Appended to by the newest list alone. */
    private readonly items: T[],
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
    return place < this.first || place >= this.end ? undefined : this.items[place - this.base]
  }

  append(more: readonly T[]): Growing<T> {
    if (more.length === 0) return this
    // Somebody went on from here already, or too much of what is forgotten is still held.
    const crowded = this.first - this.base > this.most
    const own = this.base + this.items.length === this.end && !crowded
    const items = own ? this.items : this.items.slice(this.first - this.base, this.end - this.base)
    const base = own ? this.base : this.first
    for (const item of more) items.push(item)
    const end = this.end + more.length
    return new Growing(items, base, Math.max(this.first, end - this.most), end, this.most)
  }

  /** The items from one place to before another. */
  slice(from: number, to: number): T[] {
    const begin = Math.max(from, this.first) - this.base
    return this.items.slice(begin, Math.max(begin, Math.min(to, this.end) - this.base))
  }
}
