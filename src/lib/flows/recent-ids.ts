/**
 * The last ids seen, at least `least` and at most twice as many: what a stream has shown already. Two sets that take
 * turns, so that forgetting costs nothing.
 */
export class RecentIds {
  #young = new Set<string>()
  #old = new Set<string>()

  constructor(private readonly least: number) {}

  /** True where the id is new; it is remembered. */
  add(id: string): boolean {
    if (this.#young.has(id) || this.#old.has(id)) return false
    this.#young.add(id)
    if (this.#young.size >= this.least) {
      this.#old = this.#young
      this.#young = new Set()
    }
    return true
  }
}
