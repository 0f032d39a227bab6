// Reads a topic without a group: plain fetches from the leaders of its partitions, one under way a leader, so that
// nothing is left behind at the brokers and nothing is fetched far ahead of the reader.

import {setTimeout as sleep} from 'node:timers/promises'
import type {Admin, Kafka} from 'kafkajs'
import {LogflowError} from '../../errors/logflow-error.js'
import type {BusReader, DeliveredRun, PartitionState, ReaderEvent, ReaderOptions} from '../bus.js'
import {within} from './client.js'
import {isOutOfRange, isUnknownTopic, toLogflowError} from './errors.js'
import {type Cluster, createCluster, type FetchedPartition} from './internal-cluster.js'
import {recordBatchOf} from './kafkajs-patches.js'
import {type Fetched, keepCommitted} from './keep-committed.js'
import {EnvelopeReader, readRuns} from './read-runs.js'
import type {CompleteSettings} from './settings.js'
import {describeTopic} from './topics.js'

const FETCH_WAIT_MS = 250
const FETCH_BYTES_A_PARTITION = 1024 * 1024
const FETCH_BYTES = 4 * 1024 * 1024
/** Partitions added to a topic are found within so long. */
const METADATA_MS = 20_000
const IDLE_MS = 500
const RETRY_MS = 300
const ASK_MS = 5_000
/** A partition that cannot be fetched for so long fails the reading: long enough to elect another leader. */
const AWAY_MS = 15_000
/** A topic counts as deleted when it was missing so many times in a row: a broker that starts may not know all yet. */
const LOOKS_UNTIL_GONE = 4
const CLOSE_MS = 2_000

export interface ReaderContext {
  /** Gives up soon: the reader has its own patience. */
  kafka: Kafka
  admin: Admin
  clusterId: string
  settings: CompleteSettings
  options: ReaderOptions
  /** The topic's partitions while the reader was opened; none where it was not there. */
  partitions: PartitionState[]
  log: (line: string) => void
}

/** Where a partition is read. */
interface Place {
  next: number
  /** Its end as last heard; Infinity before anything was. */
  end: number
  failingSince: number | undefined
}

interface Answer {
  leader: number
  partitions?: FetchedPartition[]
  asked: number[]
  error?: unknown
}

export class KafkaReader implements BusReader {
  readonly #context: ReaderContext
  readonly #end = new AbortController()
  readonly #envelopes = new EnvelopeReader()
  readonly #places = new Map<number, Place>()
  /** By leader. */
  readonly #underWay = new Map<number, Promise<Answer>>()
  #cluster: Cluster | undefined
  #lastIdle = 0
  #closing: Promise<void> | undefined

  constructor(context: ReaderContext) {
    this.#context = context
    const {signal} = context.options
    if (signal?.aborted) this.#end.abort()
    else signal?.addEventListener('abort', this.#stop, {once: true})
    for (const state of context.partitions) this.#places.set(state.partition, this.#startIn(state))
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReaderEvent, void, void> {
    try {
      yield* this.#events()
    } catch (error) {
      if (this.#ended) return
      const {settings, options} = this.#context
      throw toLogflowError(error, {doing: `read topic ${options.topic}`, brokers: settings.brokers})
    } finally {
      this.#disconnect()
    }
  }

  close(): Promise<void> {
    this.#stop()
    this.#context.options.signal?.removeEventListener('abort', this.#stop)
    this.#closing ??= Promise.resolve(this.#disconnect())
    return this.#closing
  }

  readonly #stop = (): void => this.#end.abort()

  get #ended(): boolean {
    return this.#end.signal.aborted
  }

  async *#events(): AsyncGenerator<ReaderEvent, void, void> {
    if (this.#places.size === 0) yield* this.#awaitTopic('earliest')
    while (!this.#ended) {
      await this.#askLeaders()
      const answer = await this.#firstAnswer()
      if (!answer || this.#ended) return
      this.#underWay.delete(answer.leader)
      if (answer.error === undefined) yield* this.#deliver(answer.partitions ?? [])
      else yield* this.#afterFailure(answer)
      if (this.#isCaughtUp() && performance.now() - this.#lastIdle >= IDLE_MS) {
        this.#lastIdle = performance.now()
        yield this.#idle()
      }
    }
  }

  /** Undefined at the end. Each call waits for it anew: a promise that outlives a race holds the answer that won it. */
  async #firstAnswer(): Promise<Answer | undefined> {
    const {signal} = this.#end
    let over = () => {}
    const ended = new Promise<undefined>((resolve) => {
      over = () => resolve(undefined)
    })
    if (signal.aborted) over()
    else signal.addEventListener('abort', over, {once: true})
    try {
      return await Promise.race([...this.#underWay.values(), ended])
    } finally {
      signal.removeEventListener('abort', over)
    }
  }

  #idle(): ReaderEvent {
    const {topic} = this.#context.options
    const positions = [...this.#places].map(([partition, {next}]) => ({topic, partition, nextOffset: next}))
    return {kind: 'idle', positions}
  }

  /** One fetch under way for each leader that has partitions of ours. */
  async #askLeaders(): Promise<void> {
    const byLeader = new Map<number, number[]>()
    try {
      this.#cluster ??= await this.#connect()
      await within(ASK_MS, this.#cluster.refreshMetadataIfNecessary())
      for (const {partitionId, leader} of this.#cluster.findTopicPartitionMetadata(this.#context.options.topic)) {
        if (!this.#places.has(partitionId))
          this.#places.set(partitionId, {next: 0, end: Infinity, failingSince: undefined})
        byLeader.set(leader, [...(byLeader.get(leader) ?? []), partitionId])
      }
    } catch (error) {
      const asked = [...this.#places.keys()]
      if (this.#underWay.size === 0) this.#underWay.set(-1, Promise.resolve({leader: -1, asked, error}))
      return
    }
    for (const [leader, partitions] of byLeader) {
      if (!this.#underWay.has(leader)) this.#underWay.set(leader, this.#fetch(leader, partitions))
    }
    if (this.#underWay.size === 0) {
      const error = new LogflowError('BUS_UNREACHABLE', 'no partition has a leader', {retriable: true})
      this.#underWay.set(-1, Promise.resolve({leader: -1, asked: [...this.#places.keys()], error}))
    }
  }

  async #connect(): Promise<Cluster> {
    const cluster = createCluster(this.#context.kafka, {metadataMaxAge: METADATA_MS})
    try {
      await within(ASK_MS, cluster.connect())
      await within(ASK_MS, cluster.addTargetTopic(this.#context.options.topic))
      return cluster
    } catch (error) {
      void cluster.disconnect().catch(() => undefined)
      throw error
    }
  }

  /** Never rejects: what went wrong is in the answer. */
  async #fetch(leader: number, partitions: number[]): Promise<Answer> {
    const {topic} = this.#context.options
    try {
      const broker = await (this.#cluster as Cluster).findBroker({nodeId: String(leader)})
      const {responses} = await broker.fetch({
        maxWaitTime: FETCH_WAIT_MS,
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        isolationLevel: 1,
        topics: [
          {
            topic,
            partitions: partitions.map((partition) => ({
              partition,
              fetchOffset: String(this.#places.get(partition)?.next ?? 0),
              maxBytes: FETCH_BYTES_A_PARTITION,
            })),
          },
        ],
      })
      return {leader, asked: partitions, partitions: responses.flatMap((response) => response.partitions)}
    } catch (error) {
      return {leader, asked: partitions, error}
    }
  }

  async *#deliver(partitions: FetchedPartition[]): AsyncGenerator<ReaderEvent, void, void> {
    const {topic} = this.#context.options
    for (const fetched of partitions) {
      const {partition} = fetched
      const place = this.#places.get(partition)
      if (!place || this.#ended) continue
      place.failingSince = undefined
      place.end = Number(fetched.lastStableOffset ?? fetched.highWatermark)
      const last = fetched.messages.at(-1)
      if (!last) continue
      const runs = await this.#read(fetched, place.next)
      const nextOffset = Math.max(place.next, Number(last.offset) + 1)
      const firstOffset = runs[0]?.busOffsets[0]
      place.next = nextOffset
      if (firstOffset !== undefined) yield {kind: 'units', topic, partition, firstOffset, nextOffset, runs}
    }
  }

  async #read(fetched: FetchedPartition, from: number): Promise<DeliveredRun[]> {
    const {clusterId, options} = this.#context
    const place = {clusterId, topic: options.topic, partition: fetched.partition}
    const runs: DeliveredRun[] = []
    for (const message of keepCommitted(options.topic, from, fetched as Fetched)) {
      runs.push(...(await readRuns(recordBatchOf(message, options.topic), from, place, this.#envelopes)))
    }
    return runs
  }

  async *#afterFailure({asked, error}: Answer): AsyncGenerator<ReaderEvent, void, void> {
    this.#context.log(`kafka: reading without a group: ${String(error)}`)
    if (isOutOfRange(error)) return yield* this.#relocate(asked)
    const known = toLogflowError(error, {doing: 'fetch', brokers: this.#context.settings.brokers})
    const now = performance.now()
    const failing = asked.map((partition) => this.#places.get(partition)).filter((place) => place !== undefined)
    for (const place of failing) place.failingSince ??= now
    const passes = known.retriable || isUnknownTopic(error)
    if (!passes || failing.some(({failingSince}) => now - (failingSince ?? now) > AWAY_MS)) throw known
    await this.#pause(RETRY_MS)
    if (isUnknownTopic(error) && (await this.#isGone())) return yield* this.#awaitTopic('restart')
    // Connections and leaders may both be others now.
    await within(ASK_MS, this.#cluster?.refreshMetadata() ?? Promise.resolve()).catch(() => this.#disconnect())
  }

  /** Positions that are not there any more: removed by retention, or the offsets began anew. */
  async *#relocate(partitions: number[]): AsyncGenerator<ReaderEvent, void, void> {
    const {topic} = this.#context.options
    for (const {partition, earliest, next: end} of await this.#ask()) {
      const place = this.#places.get(partition)
      if (!place || !partitions.includes(partition)) continue
      const from = place.next
      if (from >= earliest && from <= end) continue
      place.next = earliest
      place.end = end
      yield {kind: from < earliest ? 'gap' : 'restart', topic, partition, from, to: earliest}
    }
  }

  /**
   * Idle until the topic is there.
   * @param reason whether it has not been there yet, or was deleted
   */
  async *#awaitTopic(reason: 'earliest' | 'restart'): AsyncGenerator<ReaderEvent, void, void> {
    const {topic, from} = this.#context.options
    const before = new Map([...this.#places].map(([partition, {next}]) => [partition, next]))
    this.#places.clear()
    this.#disconnect()
    let states: PartitionState[] = []
    while (!this.#ended && states.length === 0) {
      yield {kind: 'idle', positions: []}
      await this.#pause(IDLE_MS)
      if (!this.#ended) states = await this.#ask()
    }
    for (const state of states) {
      const begin = from instanceof Map && reason === 'earliest' ? this.#startIn(state).next : state.earliest
      this.#places.set(state.partition, {next: begin, end: Infinity, failingSince: undefined})
      const left = before.get(state.partition)
      if (left !== undefined) {
        yield {kind: 'restart', topic, partition: state.partition, from: left, to: state.earliest}
      }
    }
  }

  async #isGone(): Promise<boolean> {
    for (let looks = 0; looks < LOOKS_UNTIL_GONE && !this.#ended; looks++) {
      if ((await this.#ask()).length > 0) return false
      await this.#pause(IDLE_MS)
    }
    return !this.#ended
  }

  /** The topic's partitions; waits out what passes. */
  async #ask(): Promise<PartitionState[]> {
    const since = performance.now()
    for (;;) {
      try {
        return (await within(ASK_MS, describeTopic(this.#context.admin, this.#context.options.topic))).partitions
      } catch (error) {
        const known = toLogflowError(error, {doing: 'ask for offsets', brokers: this.#context.settings.brokers})
        const passes = known.retriable || isUnknownTopic(error)
        if (this.#ended || !passes || performance.now() - since > AWAY_MS) throw known
        await this.#pause(RETRY_MS)
      }
    }
  }

  #isCaughtUp(): boolean {
    return [...this.#places.values()].every(({next, end, failingSince}) => failingSince === undefined && next >= end)
  }

  #startIn({partition, earliest, next: end}: PartitionState): Place {
    const {from} = this.#context.options
    const asked = from === 'latest' ? end : from === 'earliest' ? earliest : (from.get(partition) ?? earliest)
    // One that is not there is told of once it has been asked for.
    return {next: asked, end: Infinity, failingSince: undefined}
  }

  async #pause(ms: number): Promise<void> {
    if (!this.#ended) await sleep(ms, undefined, {signal: this.#end.signal}).catch(() => undefined)
  }

  #disconnect(): void {
    const cluster = this.#cluster
    this.#cluster = undefined
    this.#underWay.clear()
    if (cluster) void within(CLOSE_MS, cluster.disconnect()).catch(() => undefined)
  }
}
