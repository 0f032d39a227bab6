import type {LogEvent} from './log-event.js'

/** The lines of one request or job, sorted by time, and how many of them are already written. */
interface Strand {
  events: LogEvent[]
  next: number
  at: number
  /** Breaks ties, so that the order never depends on the shape of the heap. */
  order: number
}

/** Merges sorted runs of events into one order of time: a binary heap of the runs' first events. */
export class EventQueue {
  readonly #heap: Strand[] = []
  #order = 0

  /** Time of the earliest event, Infinity when there is none. */
  get earliest(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY
  }

  /** `events` is sorted by time and not empty. */
  add(events: LogEvent[]): void {
    const strand = {events, next: 0, at: (events[0] as LogEvent).at, order: this.#order++}
    const heap = this.#heap
    let i = heap.push(strand) - 1
    while (i > 0) {
      const above = (i - 1) >> 1
      if (before(heap[above] as Strand, strand)) break
      heap[i] = heap[above] as Strand
      i = above
    }
    heap[i] = strand
  }

  /** Takes the earliest event; call only when there is one. */
  take(): LogEvent {
    const top = this.#heap[0] as Strand
    const event = top.events[top.next++] as LogEvent
    const following = top.events[top.next]
    if (following !== undefined) {
      top.at = following.at
      this.#sink(top)
    } else {
      const last = this.#heap.pop() as Strand
      if (this.#heap.length > 0) this.#sink(last)
    }
    return event
  }

  /** Puts a strand where it belongs, from the root down. */
  #sink(strand: Strand): void {
    const heap = this.#heap
    let i = 0
    for (;;) {
      let below = 2 * i + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && before(heap[below + 1] as Strand, heap[below] as Strand)) below++
      if (before(strand, heap[below] as Strand)) break
      heap[i] = heap[below] as Strand
      i = below
    }
    heap[i] = strand
  }
}

function before(a: Strand, b: Strand): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
