// What the bus file says of topics and groups, read and written by name. Each call is one statement or runs in a job
// of the writer; nothing here keeps a row in memory.

import type {Database, Statement} from 'libsql'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Envelope} from '../../units/envelope.js'
import {encodeEnvelope} from '../../units/envelope.js'
import type {SendReceipt} from '../bus.js'
import {BATCH_FORMAT, type PackedBatch} from './batch-codec.js'

/** The embedded bus has one partition a topic. */
export const PARTITION = 0

/** Few enough that others who want to write do not wait long. */
const BATCHES_A_TRIM = 500

export interface TopicRow {
  id: number
  /** See TopicState. */
  incarnation: string
  /** Offset the next unit will get. */
  next: number
  /** Oldest offset still kept; `next` where nothing is. */
  earliest: number
}

/** A statement's first row; a lone Buffer as parameter would abort the process, hence always a list. */
export function rowOf<T>(statement: Statement, ...values: unknown[]): T | undefined {
  return statement.get(values) as T | undefined
}

/** Reads of topics and positions, on a connection of their own or the writer's. */
export class Topics {
  readonly #byName: Statement
  readonly #committed: Statement

  constructor(db: Database) {
    this.#byName = db.prepare(
      `select id, incarnation, next, ifnull((select b.next - b.count from batches b where b.topic = topics.id
        order by b.next limit 1), next) as earliest from topics where name = ?`,
    )
    this.#committed = db.prepare('select next from positions where topic = ? and grp = ?')
  }

  find(name: string): TopicRow | undefined {
    return rowOf<TopicRow>(this.#byName, name)
  }

  committed(topic: number, group: string): number | undefined {
    return rowOf<{next: number}>(this.#committed, topic, group)?.next
  }
}

/** Changes to topics; every method belongs inside `Writer.run`. */
export class TopicChanges {
  readonly #create: Statement
  readonly #ends: Statement
  readonly #insert: Statement
  readonly #advance: Statement
  readonly #commit: Statement
  readonly #trim: Statement

  constructor(
    db: Database,
    private readonly now: () => number,
  ) {
    this.#create = db.prepare('insert into topics(name, next, total) values (?, 0, 0) on conflict(name) do nothing')
    this.#ends = db.prepare('select id, next, total from topics where name = ?')
    this.#insert = db.prepare(
      `insert into batches(topic, next, total, stored, count, format, checksum, envelope, columns, data)
        values (?, ?, ?, ?, ?, ${BATCH_FORMAT}, ?, ?, ?, ?)`,
    )
    this.#advance = db.prepare('update topics set next = ?, total = ? where id = ?')
    this.#commit = db.prepare(
      `insert into positions(topic, grp, next, changed) select id, ?, ?, ? from topics where name = ?
        on conflict(topic, grp) do update set next = excluded.next, changed = excluded.changed`,
    )
    this.#trim = db.prepare(
      `delete from batches where id in (select b.id from batches b join topics t on t.id = b.topic
        where t.name = ? and b.next <= ? order by b.next limit ${BATCHES_A_TRIM})`,
    )
  }

  create(topic: string): void {
    this.#create.run([topic])
  }

  append(topic: string, envelope: Envelope, count: number, packed: PackedBatch): SendReceipt {
    const ends = rowOf<{id: number; next: number; total: number}>(this.#ends, topic)
    if (!ends) throw new LogflowError('INTERNAL', `The topic ${topic} is gone from the bus`)
    const next = ends.next + count
    const total = ends.total + packed.columns.length + packed.data.length
    const {columns, data, checksum} = packed
    const row = [ends.id, next, total, this.now(), count, checksum, encodeEnvelope(envelope), columns, data]
    this.#insert.run(row)
    this.#advance.run([next, total, ends.id])
    return {partition: PARTITION, firstOffset: ends.next, nextOffset: next}
  }

  commit(topic: string, group: string, next: number): void {
    this.#commit.run([group, next, this.now(), topic])
  }

  /** Removes some batches that end at or before `position`, the oldest first; true when there may be more. */
  trim(topic: string, position: number): boolean {
    return this.#trim.run([topic, position]).changes === BATCHES_A_TRIM
  }
}
