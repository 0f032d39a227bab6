// A member of a consumer group, pulled by its reader: kafkajs fetches and pushes, a short queue lies between, and a
// full queue holds kafkajs back while heartbeats go on. Positions are ours: kafkajs is told where to begin at every
// assignment, so that nothing is read from where nobody asked, and a jump over removed records is seen.

import type {Admin, Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent, EachBatchPayload, Kafka} from 'kafkajs'
import {type ErrorCode, LogflowError} from '../../errors/logflow-error.js'
import type {BusConsumer, BusEvent, ConsumerOptions, DeliveredRun, Position} from '../bus.js'
import {byTopicAssigner} from './assigner.js'
import {within} from './client.js'
import {toLogflowError} from './errors.js'
import {EventQueue} from './event-queue.js'
import {loadKafkajs, recordBatchOf} from './kafkajs-patches.js'
import {EnvelopeReader, readRuns} from './read-runs.js'
import type {RecordBatchView} from './record-batch-view.js'
import type {CompleteSettings} from './settings.js'
import {committedOffsets} from './topics.js'

const MOST_WAITING = 4
const FETCH_BYTES_A_PARTITION = 1024 * 1024
/** Also how long a paused member sleeps, so how long an assignment takes to begin. */
const FETCH_WAIT_MS = 250
const HEARTBEAT_MS = 1_000
/** A member that died with its coordinator is waited for so long by those who join after it. */
const SESSION_MS = 10_000
/** kafkajs looks for a new coordinator only after it gave up on the old one and joins again, so it gives up soon. */
const RETRIES = 4
/** Partitions added to a topic are found within so long. */
const METADATA_MS = 20_000
const IDLE_MS = 500
const ANSWER_MS = 5_000
const COMMIT_PAUSE_MS = 200
/** A commit is tried for so long: a new coordinator takes some seconds to be found. */
const COMMIT_MS = 60_000
/** Codes after which a commit is not tried again; all else passes when the group has been joined anew. */
const FINAL: ErrorCode[] = ['UNAUTHORISED', 'USAGE']
const PLACING_TRIES = 10
const PLACING_PAUSE_MS = 500
const STOP_MS = 10_000
const STOP_AFTER_FAILURE_MS = 1_000

export interface ConsumerContext {
  kafka: Kafka
  admin: Admin
  clusterId: string
  settings: CompleteSettings
  options: ConsumerOptions
  log: (line: string) => void
}

export class KafkaConsumer implements BusConsumer {
  readonly #context: ConsumerContext
  readonly #consumer: Consumer
  readonly #queue = new EventQueue(MOST_WAITING)
  readonly #envelopes = new EnvelopeReader()
  /** By partition held and placed: the offset that comes next into the queue. */
  readonly #positions = new Map<number, number>()
  /** By partition: the end of the log as last heard. */
  readonly #ends = new Map<number, number>()
  #held: readonly number[] = []
  /** Counts assignments; 0 before the first. */
  #assignment = 0
  #placed = false
  #commits = 0
  #committing: Promise<unknown> = Promise.resolve()
  #lastWord = performance.now()
  #lastIdle = 0
  #closing: Promise<void> | undefined

  constructor(context: ConsumerContext) {
    const {kafka, options} = context
    this.#context = context
    this.#consumer = kafka.consumer({
      groupId: options.group,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxBytesPerPartition: FETCH_BYTES_A_PARTITION,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      metadataMaxAge: METADATA_MS,
      allowAutoTopicCreation: false,
      partitionAssigners: [byTopicAssigner(loadKafkajs())],
      retry: {retries: RETRIES, restartOnFailure: async () => !this.#silentTooLong()},
    })
  }

  /** Joins the group; partitions come a little later. */
  async open(): Promise<this> {
    const consumer = this.#consumer
    const {events} = consumer
    consumer.on(events.GROUP_JOIN, (event) => this.#assign(event))
    consumer.on(events.CRASH, (event) => this.#crashed(event))
    consumer.on(events.COMMIT_OFFSETS, () => {
      this.#commits++
    })
    // a fetch that failed is reported as one that found nothing, so fetches are no word from Kafka
    consumer.on(events.HEARTBEAT, () => {
      this.#lastWord = performance.now()
    })
    // only batches of which nothing is left (markers of transactions) are missed by #take
    consumer.on(events.END_BATCH_PROCESS, ({payload}) => {
      if (payload.batchSize === 0) this.#advance(payload.partition, Number(payload.lastOffset) + 1)
    })
    await consumer.connect()
    // where the committed position is gone, kafkajs falls back to this: earliest loses nothing
    await consumer.subscribe({topic: this.#context.options.topic, fromBeginning: true})
    await consumer.run({autoCommit: false, eachBatchAutoResolve: false, eachBatch: (payload) => this.#take(payload)})
    return this
  }

  async *[Symbol.asyncIterator](): AsyncIterator<BusEvent> {
    const {signal} = this.#context.options
    const wake = () => this.#queue.wake()
    signal?.addEventListener('abort', wake)
    try {
      while (!signal?.aborted && !this.#queue.ended) {
        const event = this.#queue.shift()
        if (event) {
          this.#lastIdle = 0
          yield event
          continue
        }
        const positions = this.#idleIsDue() ? await this.#caughtUp() : undefined
        if (positions) {
          this.#lastIdle = performance.now()
          yield {kind: 'idle', positions}
        } else {
          await this.#queue.change(IDLE_MS)
          if (this.#silentTooLong()) await this.#makeSure()
        }
      }
    } finally {
      signal?.removeEventListener('abort', wake)
    }
  }

  commit(positions: Position[]): Promise<void> {
    const commit = this.#committing.then(() => this.#commitNow(positions))
    this.#committing = commit.catch(() => undefined)
    return commit
  }

  close(): Promise<void> {
    this.#closing ??= this.#leave()
    return this.#closing
  }

  async #leave(): Promise<void> {
    await this.#committing
    // with reading failed there is hardly a broker left to take leave of
    const patience = this.#queue.over ? STOP_AFTER_FAILURE_MS : STOP_MS
    this.#queue.end()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience)
    })
    const left = this.#consumer.disconnect().catch((error) => this.#log(`leaving the group: ${String(error)}`))
    await Promise.race([left, late])
    clearTimeout(timer)
  }

  /** A new assignment: what was lost is forgotten at once, what is held is read on once its place is known. */
  #assign({payload}: ConsumerGroupJoinEvent): void {
    const {topic} = this.#context.options
    this.#lastWord = performance.now()
    this.#held = [...(payload.memberAssignment[topic] ?? [])].map(Number)
    this.#assignment++
    this.#placed = false
    const held = new Set(this.#held)
    for (const partition of [...this.#positions.keys()]) {
      if (!held.has(partition)) this.#positions.delete(partition)
    }
    this.#queue.keepOnly(held)
    this.#consumer.pause([{topic}])
    void this.#placeAll(this.#assignment)
  }

  async #placeAll(assignment: number): Promise<void> {
    for (let tries = 1; assignment === this.#assignment && !this.#queue.ended; tries++) {
      try {
        await this.#place(assignment)
        return
      } catch (error) {
        this.#log(`finding the positions: ${String(error)}`)
        if (tries >= PLACING_TRIES) return this.#fail(error)
        await new Promise((resolve) => setTimeout(resolve, PLACING_PAUSE_MS))
      }
    }
  }

  async #place(assignment: number): Promise<void> {
    const {admin, options} = this.#context
    const {topic, group, startAt, from} = options
    const [marks, committed] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      committedOffsets(admin, topic, group),
    ])
    if (assignment !== this.#assignment || this.#queue.ended) return
    for (const partition of this.#held) {
      const mark = marks.find((one) => one.partition === partition)
      if (!mark) throw new LogflowError('BACKEND_REFUSED', `partition ${partition} of topic ${topic} has no offsets`)
      const [earliest, end] = [Number(mark.low), Number(mark.high)]
      const kept = this.#positions.get(partition)
      const given = committed.get(partition)
      // while this member was out of the group another may have gone further
      const known = kept === undefined ? (startAt?.(partition) ?? given) : Math.max(kept, given ?? 0)
      const wanted = known ?? (from === 'latest' ? end : earliest)
      const start = this.#startWithin(partition, wanted, earliest, end)
      this.#positions.set(partition, start)
      this.#ends.set(partition, end)
      this.#consumer.seek({topic, partition, offset: String(start)})
    }
    this.#placed = true
    this.#consumer.resume([{topic}])
    this.#queue.wake()
  }

  #startWithin(partition: number, wanted: number, earliest: number, end: number): number {
    const {topic} = this.#context.options
    if (wanted < earliest) {
      this.#queue.push({kind: 'gap', topic, partition, from: wanted, to: earliest})
      return earliest
    }
    if (wanted <= end) return wanted
    // the topic was made anew, or its end was lost: nothing here has been read
    this.#log(`position ${wanted} of ${topic}/${partition} lies behind its end ${end}: reading from ${earliest}`)
    return earliest
  }

  /** Takes a fetched batch into the queue, waiting for room. Nothing counts as read that did not get there. */
  async #take({batch, heartbeat, isRunning, isStale, resolveOffset}: EachBatchPayload): Promise<void> {
    this.#lastWord = performance.now()
    const {partition, messages} = batch
    const assignment = this.#assignment
    while (!this.#queue.hasRoom) {
      await this.#queue.change(HEARTBEAT_MS)
      if (!isRunning() || this.#queue.ended) return
      await heartbeat()
    }
    const position = this.#positions.get(partition)
    if (!this.#placed || position === undefined || isStale() || assignment !== this.#assignment) return
    this.#ends.set(partition, Number(batch.highWatermark))
    const batches = messages.map((message) => recordBatchOf(message, this.#context.options.topic))
    // also past the markers of transactions, which are not among the messages
    const nextOffset = Number(batch.lastOffset()) + 1
    const runs = await this.#read(partition, batches, position)
    if (assignment !== this.#assignment) return
    const [first] = runs
    if (first) {
      const firstOffset = first.busOffsets[0] as number
      if (firstOffset > position && !(await this.#reportGap(partition, position, assignment))) return
      const {topic} = this.#context.options
      this.#queue.push({kind: 'units', topic, partition, firstOffset, nextOffset, runs})
    }
    this.#advance(partition, nextOffset)
    resolveOffset(String(nextOffset - 1))
  }

  async #read(partition: number, batches: RecordBatchView[], from: number): Promise<DeliveredRun[]> {
    const {clusterId, options} = this.#context
    const place = {clusterId, topic: options.topic, partition}
    const runs: DeliveredRun[] = []
    for (const batch of batches) runs.push(...(await readRuns(batch, from, place, this.#envelopes)))
    return runs
  }

  /** Offsets are missing: a gap if they were removed, nothing if they never held a record. False: no longer ours. */
  async #reportGap(partition: number, from: number, assignment: number): Promise<boolean> {
    const {admin, options} = this.#context
    const {topic} = options
    const marks = await admin.fetchTopicOffsets(topic)
    if (assignment !== this.#assignment) return false
    const earliest = Number(marks.find((mark) => mark.partition === partition)?.low ?? 0)
    if (earliest > from) this.#queue.push({kind: 'gap', topic, partition, from, to: earliest})
    return true
  }

  #advance(partition: number, next: number): void {
    const position = this.#positions.get(partition)
    if (position !== undefined && next > position) this.#positions.set(partition, next)
  }

  #idleIsDue(): boolean {
    if (!this.#placed || performance.now() - this.#lastIdle < IDLE_MS) return false
    return this.#atEnd((partition) => this.#ends.get(partition))
  }

  #atEnd(endOf: (partition: number) => number | undefined): boolean {
    return this.#held.every((partition) => (this.#positions.get(partition) ?? -1) >= (endOf(partition) ?? Infinity))
  }

  /** After a long silence: fails the reading unless Kafka answers, for kafkajs would try on for ever. */
  async #makeSure(): Promise<void> {
    try {
      await this.#askForOffsets()
      this.#lastWord = performance.now()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Not for ever: the end of the reading, asked for meanwhile, must not wait for a broker that is gone. */
  #askForOffsets() {
    const {admin, options} = this.#context
    return within(ANSWER_MS, admin.fetchTopicOffsets(options.topic))
  }

  /** The ends that were read and handed out to; `undefined` where there is more. Asks Kafka: what was heard last may be old. */
  async #caughtUp(): Promise<Position[] | undefined> {
    const assignment = this.#assignment
    try {
      const marks = await this.#askForOffsets()
      if (assignment !== this.#assignment || !this.#queue.isEmpty) return undefined
      for (const {partition, high} of marks) this.#ends.set(partition, Number(high))
      if (!this.#placed || !this.#atEnd((partition) => this.#ends.get(partition))) return undefined
      const {topic} = this.#context.options
      return [...this.#positions].map(([partition, nextOffset]) => ({topic, partition, nextOffset}))
    } catch (error) {
      this.#log(`asking for the end of the topic: ${String(error)}`)
      await this.#queue.change(IDLE_MS)
      return undefined
    }
  }

  async #commitNow(positions: Position[]): Promise<void> {
    const deadline = performance.now() + COMMIT_MS
    for (let tries = 1; ; tries++) {
      const ours = positions.filter((position) => this.#holds(position))
      if (ours.length === 0) return
      const before = this.#commits
      let failure: unknown
      try {
        await this.#consumer.commitOffsets(
          ours.map(({topic, partition, nextOffset}) => ({topic, partition, offset: String(nextOffset)})),
        )
        // kafkajs returns without a word where it is not running just now
        if (this.#commits > before) return
        failure = new LogflowError('BUS_UNREACHABLE', 'the consumer group is not joined', {retriable: true})
      } catch (error) {
        failure = error
      }
      if (tries === 1) this.#log(`commit: ${String(failure)}; trying again`)
      const known = toLogflowError(failure, {doing: 'commit positions', brokers: this.#context.settings.brokers})
      if (FINAL.includes(known.code) || performance.now() > deadline || this.#queue.over) throw known
      await new Promise((resolve) => setTimeout(resolve, COMMIT_PAUSE_MS))
    }
  }

  /** A partition that went to another member is committed by that one. */
  #holds({topic, partition}: Position): boolean {
    const held = topic === this.#context.options.topic && this.#held.includes(partition)
    if (!held) this.#log(`commit of ${topic}/${partition} left out: it belongs to another member now`)
    return held
  }

  #crashed({payload}: ConsumerCrashEvent): void {
    this.#log(`consumer: ${String(payload.error)}${payload.restart ? ', joining again' : ''}`)
    if (!payload.restart) this.#fail(payload.error)
  }

  #silentTooLong(): boolean {
    return performance.now() - this.#lastWord > this.#context.settings.giveUpAfterMs
  }

  #fail(error: unknown): void {
    const {brokers} = this.#context.settings
    this.#queue.fail(toLogflowError(error, {doing: `read topic ${this.#context.options.topic}`, brokers}))
  }

  #log(line: string): void {
    this.#context.log(`kafka: ${line}`)
  }
}
