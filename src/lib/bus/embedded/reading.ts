// From rows of the bus file to deliveries: what comes next on a topic after a position, or that it is gone.

import type {Database, Statement} from 'libsql'
import {decodeEnvelope} from '../../units/envelope.js'
import type {DeliveredRun, Delivery} from '../bus.js'
import {BATCH_FORMAT, type BatchCodec} from './batch-codec.js'
import {damaged} from './errors.js'
import {PARTITION, rowOf} from './topics.js'

/** A delivery ends after so many batches or bytes: enough to share a commit, little enough to hold in memory. */
const DELIVERY_BATCHES = 8
const DELIVERY_BYTES = 4 * 1024 * 1024

interface BatchRow {
  /** End of the topic when the row was read. */
  end: number
  next: number | null
  count: number
  format: number
  checksum: number
  envelope: string
  columns: Buffer
  data: Buffer
}

export type Read = Delivery | {kind: 'gap'; topic: string; partition: number; from: number; to: number}

export class TopicReader {
  readonly #following: Statement

  constructor(
    db: Database,
    private readonly path: string,
    private readonly codec: BatchCodec,
  ) {
    // One statement, so one snapshot: a topic whose end lies ahead of a missing batch has lost that batch.
    this.#following = db.prepare(
      `select t.next as "end", b.next, b.count, b.format, b.checksum, b.envelope, b.columns, b.data from topics t
        left join batches b on b.id = (select id from batches where topic = t.id and next > ?1 order by next limit 1)
        where t.name = ?2`,
    )
  }

  /** What follows `position`; `undefined` at the end. */
  after(topic: string, position: number): Read | undefined {
    let next = position
    let bytes = 0
    const runs: DeliveredRun[] = []
    while (runs.length < DELIVERY_BATCHES && bytes < DELIVERY_BYTES) {
      const row = rowOf<BatchRow>(this.#following, next, topic)
      if (!row) break
      const first = row.next === null ? row.end : row.next - row.count
      if (first > next) {
        if (runs.length > 0) break
        return {kind: 'gap', topic, partition: PARTITION, from: next, to: first}
      }
      if (row.next === null) break
      const run = this.#run(row, row.next, next - first)
      // What is whole before a damaged batch is delivered first.
      if (!run && runs.length > 0) break
      if (!run) throw damaged(this.path, `units ${first} to ${row.next - 1} do not match their checksum`)
      runs.push(run)
      bytes += run.units.data.length
      next = row.next
    }
    if (runs.length === 0) return undefined
    return {kind: 'units', topic, partition: PARTITION, firstOffset: position, nextOffset: next, runs}
  }

  #run(row: BatchRow, next: number, skip: number): DeliveredRun | undefined {
    const envelope = decodeEnvelope(row.envelope)
    const known = row.format === BATCH_FORMAT
    const units = known && envelope ? this.codec.unpack(envelope, row, skip) : undefined
    if (units?.count !== row.count - skip) return undefined
    return {units, busOffsets: Float64Array.from(units.starts, (_, i) => next - units.count + i)}
  }
}
