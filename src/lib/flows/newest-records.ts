import {compareRecords} from '../record/order.js'
import type {LogRecord} from '../record/record.js'

/** Records held beyond those asked for before the older ones are let go. */
const SLACK = 1_000

/** Chooses the newest of all records it is given, each id once; holds little more than it chooses. */
export class NewestRecords {
  #chosen = new Map<string, LogRecord>()

  constructor(private readonly most: number) {}

  add(record: LogRecord): void {
    this.#chosen.set(record.id, record)
    if (this.#chosen.size > this.most + SLACK) this.#prune()
  }

  /** Oldest first. */
  inOrder(): LogRecord[] {
    return this.#prune()
  }

  #prune(): LogRecord[] {
    const sorted = [...this.#chosen.values()].sort(compareRecords)
    const kept = this.most === 0 ? [] : sorted.slice(-this.most)
    this.#chosen = new Map(kept.map((record) => [record.id, record]))
    return kept
  }
}
