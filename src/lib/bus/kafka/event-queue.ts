// The bounded queue between kafkajs, which pushes, and the reader, who pulls.

import type {BusEvent} from '../bus.js'

export class EventQueue {
  readonly #events: BusEvent[] = []
  readonly #waiters = new Set<() => void>()
  #ended = false
  #failure: Error | undefined

  /** `most`: events that may wait before `hasRoom` says no. */
  constructor(private readonly most: number) {}

  get hasRoom(): boolean {
    return this.#events.length < this.most
  }

  get isEmpty(): boolean {
    return this.#events.length === 0
  }

  get ended(): boolean {
    return this.#ended
  }

  /** True once nothing will be added: it was ended, or it failed. */
  get over(): boolean {
    return this.#ended || this.#failure !== undefined
  }

  /** Events after the end are let go: their units are read again by whoever comes next. */
  push(event: BusEvent): void {
    if (this.#ended) return
    this.#events.push(event)
    this.wake()
  }

  /** The oldest event; throws what `fail` was given, once nothing is left before it. */
  shift(): BusEvent | undefined {
    const event = this.#events.shift()
    if (!event && this.#failure) throw this.#failure
    this.wake()
    return event
  }

  /** Lets go of what waits for partitions that are no longer ours. */
  keepOnly(partitions: ReadonlySet<number>): void {
    const kept = this.#events.filter((event) => event.kind === 'idle' || partitions.has(event.partition))
    this.#events.splice(0, this.#events.length, ...kept)
    this.wake()
  }

  fail(error: Error): void {
    this.#failure ??= error
    this.wake()
  }

  end(): void {
    this.#ended = true
    this.#events.length = 0
    this.wake()
  }

  wake(): void {
    for (const waiter of [...this.#waiters]) waiter()
  }

  /** Resolves at the next change, or after `ms`. */
  async change(ms: number): Promise<void> {
    if (this.#ended) return
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#waiters.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#waiters.add(done)
    })
  }
}
