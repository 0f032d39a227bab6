// The embedded bus: one SQLite file, any number of processes, one partition a topic, nothing to install.
// It never keeps an acknowledged unit anywhere but on the disk, and never holds a read open between two calls.
// Start here; bus-file.ts is the file, writer.ts the fsync, reading.ts and consumer.ts the way out.

import type {Database} from 'libsql'
import type {Inspection, InspectOptions} from '../../errors/inspection.js'
import type {
  Bus,
  BusConsumer,
  BusProducer,
  BusReader,
  ConsumerOptions,
  Position,
  ProducerOptions,
  ReaderOptions,
  TopicState,
} from '../bus.js'
import {type BatchCodec, loadBatchCodec} from './batch-codec.js'
import {type BusFile, openBusFile} from './bus-file.js'
import {EmbeddedConsumer} from './consumer.js'
import {GroupLock} from './group-lock.js'
import {inspectBus} from './inspect.js'
import {EmbeddedProducer} from './producer.js'
import {EmbeddedReader} from './reader.js'
import {TopicReader} from './reading.js'
import {DEFAULT_RETENTION, Retention, type RetentionLimits} from './retention.js'
import {PARTITION, rowOf, TopicChanges, Topics} from './topics.js'
import {Writer} from './writer.js'

export interface EmbeddedBusOptions {
  /** Folder of bus.db, made for its owner alone where it is missing. */
  dir: string
  /** Milliseconds since 1970. */
  now?: () => number
  /** How long consumed batches are kept: an hour or 256 MB, whichever ends first, unless said. */
  keep?: RetentionLimits
  /** The file never grows past so many bytes: DISK_FULL instead. Bounded by the disk alone unless said. */
  capBytes?: number
  /** Milliseconds to wait for the lock of another process before LOCK_HELD; 15,000 unless said. */
  lockWait?: number
}

/** Rejects with PERMISSION, CORRUPT, DISK_FULL, LOCK_HELD, or BACKEND_REFUSED for a file of a newer logflow. */
export async function openEmbeddedBus(options: EmbeddedBusOptions): Promise<Bus> {
  const file = await openBusFile(options.dir, options.lockWait ?? 15_000)
  return new EmbeddedBus(file, await file.connect(), options)
}

/** What only writing and reading units needs; `status` opens none of it. */
interface Machinery {
  codec: BatchCodec
  writer: Writer
  changes: TopicChanges
  reader: TopicReader
  retention: Retention
}

class EmbeddedBus implements Bus {
  readonly kind = 'embedded'
  readonly #topics: Topics
  #machinery: Promise<Machinery> | undefined
  readonly #open = new Set<{close(): Promise<void>}>()
  #closing: Promise<void> | undefined

  constructor(
    private readonly file: BusFile,
    /** Never writes: its change counter moves with what every other connection writes, our own writer's included. */
    private readonly db: Database,
    private readonly options: EmbeddedBusOptions,
  ) {
    this.#topics = new Topics(db)
  }

  async openProducer({topic}: ProducerOptions): Promise<BusProducer> {
    const {codec, writer, changes} = await this.#machine()
    await writer.run(() => changes.create(topic))
    const producer = new EmbeddedProducer(topic, codec, writer, changes, this.#left)
    this.#open.add(producer)
    return producer
  }

  async openConsumer(options: ConsumerOptions): Promise<BusConsumer> {
    const {topic, group} = options
    const {writer, changes, reader, retention} = await this.#machine()
    const consumer = new EmbeddedConsumer(options, {
      file: this.file,
      topics: this.#topics,
      reader,
      dataVersion: this.db.prepare('pragma data_version'),
      lock: await GroupLock.of(this.file.dir, topic, group),
      async commit(next) {
        await writer.run(() => changes.commit(topic, group, next))
        await retention.step(false)
      },
      rest: () => retention.step(true),
      left: this.#left,
    })
    this.#open.add(consumer)
    return consumer
  }

  async trim(topic: string, positions: Position[]): Promise<void> {
    const position = positions.find(({partition}) => partition === PARTITION)?.nextOffset
    if (position === undefined) return
    const {writer, changes, retention} = await this.#machine()
    while (await writer.run(() => changes.trim(topic, position)));
    await retention.step(true)
  }

  /** Retention removes what every group has read, and nothing of a topic that has no group. */
  async expires(): Promise<boolean> {
    return false
  }

  async openReader(options: ReaderOptions): Promise<BusReader> {
    const {reader} = await this.#machine()
    const opened = new EmbeddedReader(options, {
      file: this.file,
      topics: this.#topics,
      reader,
      dataVersion: this.db.prepare('pragma data_version'),
      topic: await this.file.patiently('read', () => this.#topics.find(options.topic)),
      left: this.#left,
    })
    this.#open.add(opened)
    return opened
  }

  async describe(name: string, group?: string): Promise<TopicState> {
    return this.file.patiently('read', () => {
      const topic = this.#topics.find(name)
      if (!topic) return {topic: name, partitions: []}
      const {earliest, next, id, incarnation} = topic
      const committed = group === undefined ? undefined : this.#topics.committed(id, group)
      const state = {partition: PARTITION, earliest, next}
      return {topic: name, incarnation, partitions: [committed === undefined ? state : {...state, committed}]}
    })
  }

  async inspect(options: InspectOptions): Promise<Inspection> {
    const {reader} = await this.#machine()
    return inspectBus({file: this.file, db: this.db, reader}, options)
  }

  async version(): Promise<string> {
    const row = await this.file.patiently('read', () =>
      rowOf<{version: string}>(this.db.prepare('select sqlite_version() as version')),
    )
    return `embedded (SQLite ${row?.version})`
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#open].map((member) => member.close()))
    if (this.#machinery) await (await this.#machinery).writer.close()
    this.db.close()
  }

  readonly #left = (member: {close(): Promise<void>}): void => {
    this.#open.delete(member)
  }

  #machine(): Promise<Machinery> {
    this.#machinery ??= this.#assemble()
    return this.#machinery
  }

  async #assemble(): Promise<Machinery> {
    const {file, db} = this
    const {now = Date.now, keep = DEFAULT_RETENTION, capBytes} = this.options
    const codec = await loadBatchCodec()
    const writer = new Writer(file, await file.connect(capBytes))
    return {
      codec,
      writer,
      changes: new TopicChanges(writer.db, now),
      reader: new TopicReader(db, file.path, codec),
      retention: new Retention(file, db, writer, keep, now),
    }
  }
}
