// Batches that every group of their topic has committed are kept for a while, for a second look, and then removed.
// A topic without a group keeps everything. One small step at a time: a step is a few milliseconds of the writer's lock.

import type {Database, Statement} from 'libsql'
import {LogflowError} from '../../errors/logflow-error.js'
import type {BusFile} from './bus-file.js'
import {rowOf} from './topics.js'
import type {Writer} from './writer.js'

export interface RetentionLimits {
  /** Milliseconds since it was sent that a consumed batch is kept. */
  maxAgeMs: number
  /** Bytes of consumed batches of a topic that are kept. */
  maxBytes: number
}

export const DEFAULT_RETENTION: RetentionLimits = {maxAgeMs: 60 * 60 * 1000, maxBytes: 256 * 1024 * 1024}

/** Looks for something to remove are so far apart, in milliseconds, unless the last one left something over. */
const BETWEEN_LOOKS = 1_000
const BATCHES_A_STEP = 64
/** Free pages are reused by later batches; the file shrinks when they are many and more than a quarter of it. */
const FREE_PAGES = 64
const FREE_SHARE = 1 / 4
const PAGES_A_STEP = 256
const STEPS_WHEN_IDLE = 4

interface Consumed {
  topic: number
  /** Every group has committed everything before this offset. */
  next: number
}

export class Retention {
  readonly #consumed: Statement
  readonly #newest: Statement
  readonly #oldest: Statement
  readonly #pages: Statement
  readonly #remove: Statement
  #lastLook = Number.NEGATIVE_INFINITY
  #leftOver = false
  #busy = false

  constructor(
    private readonly file: BusFile,
    reader: Database,
    private readonly writer: Writer,
    private readonly limits: RetentionLimits,
    private readonly now: () => number,
  ) {
    this.#consumed = reader.prepare('select topic, min(next) as next from positions group by topic')
    this.#newest = reader.prepare('select total from batches where topic = ? and next <= ? order by next desc limit 1')
    this.#oldest = reader.prepare(
      `select next, total, stored from batches where topic = ? and next <= ? order by next limit ${BATCHES_A_STEP}`,
    )
    this.#pages = reader.prepare(
      'select freelist_count as free, page_count as pages from pragma_freelist_count, pragma_page_count',
    )
    this.#remove = writer.db.prepare('delete from batches where topic = ? and next <= ?')
  }

  /**
   * Does a step where one is due, some with time to spare. A full disk or a lock that is not given is no fault of the
   * caller's: a later step tries again.
   */
  async step(idle: boolean): Promise<void> {
    const due = this.#leftOver || this.now() - this.#lastLook >= BETWEEN_LOOKS
    if (!due || this.#busy) return
    this.#busy = true
    try {
      for (let steps = idle ? STEPS_WHEN_IDLE : 1; steps > 0; steps--) {
        this.#leftOver = (await this.#removeSome()) || (idle && (await this.#shrink()))
        if (!this.#leftOver) break
      }
      this.#lastLook = this.now()
    } catch (error) {
      if (!(error instanceof LogflowError && (error.code === 'DISK_FULL' || error.code === 'LOCK_HELD'))) throw error
    } finally {
      this.#busy = false
    }
  }

  /** True when there is more to remove. */
  async #removeSome(): Promise<boolean> {
    let more = false
    for (const {topic, next} of await this.file.patiently('read', () => this.#consumed.all([]) as Consumed[])) {
      const {upTo, removed} = await this.file.patiently('read', () => this.#removable(topic, next))
      if (upTo === undefined) continue
      await this.writer.run(() => this.#remove.run([topic, upTo]))
      more ||= removed === BATCHES_A_STEP
    }
    return more
  }

  #removable(topic: number, consumed: number): {upTo?: number; removed: number} {
    const total = rowOf<{total: number}>(this.#newest, topic, consumed)?.total ?? 0
    const rows = this.#oldest.all([topic, consumed]) as Array<{next: number; total: number; stored: number}>
    const kept = rows.findIndex(
      (row) => row.total > total - this.limits.maxBytes && row.stored > this.now() - this.limits.maxAgeMs,
    )
    const removed = kept === -1 ? rows.length : kept
    return {upTo: rows[removed - 1]?.next, removed}
  }

  /** True when there is more to give back. */
  async #shrink(): Promise<boolean> {
    const read = () => rowOf<{free: number; pages: number}>(this.#pages) ?? {free: 0, pages: 0}
    const {free, pages} = await this.file.patiently('read', read)
    if (free < FREE_PAGES || free < pages * FREE_SHARE) return false
    await this.writer.run(() => this.writer.db.exec(`pragma incremental_vacuum(${PAGES_A_STEP})`))
    return true
  }
}
