// A bus carries units from `ship` to `process`: durable, ordered within a partition, read by consumer groups.
// A member never parses a line and never drops one: what `send` acknowledged, a consumer sees at least once.
// embedded/ is the smallest; copy it. test/contracts/bus.ts is what every member must pass.

import type {Inspection, InspectOptions} from '../errors/inspection.js'
import type {UnitBatch} from '../units/unit-batch.js'

export interface Bus {
  readonly kind: 'embedded' | 'kafka' | 'remote'
  /** Opens a producer for one topic; the topic is created when it is missing. */
  openProducer(options: ProducerOptions): Promise<BusProducer>
  /** Joins a consumer group. Two consumers of one group never hold the same partition. */
  openConsumer(options: ConsumerOptions): Promise<BusConsumer>
  /**
   * Removes what lies before each position, for good and for every reader. Durable when it resolves; asking again, or
   * for a position that is passed already, changes nothing. What was sent together may be kept together: a batch that
   * reaches over a position can stay whole. A topic that does not exist has nothing to remove.
   */
  trim(topic: string, positions: Position[]): Promise<void>
  /** True where the bus removes units of a topic by age or size although nobody has read them. */
  expires(topic: string): Promise<boolean>
  /** Reads a topic without a group: no lock, no committed position, any number at once. For tails and dead letters. */
  openReader(options: ReaderOptions): Promise<BusReader>
  /** Where a topic and a group stand. A topic that does not exist has no partitions. */
  describe(topic: string, group?: string): Promise<TopicState>
  /** Name and version of what answered, for `status`; throws BUS_UNREACHABLE. */
  version(): Promise<string>
  /** Reads everything that is kept and says what is damaged. Absent where servers see to their own disks. */
  inspect?(options: InspectOptions): Promise<Inspection>
  close(): Promise<void>
}

export interface ProducerOptions {
  topic: string
  /** Sets the message key (Kafka) and nothing else: the partition is chosen by source. */
  key?: string
  /**
   * A topic that is made for this producer keeps everything until it is trimmed, whatever retention the bus has for
   * others. One that is there is used as it is: `Bus.expires` tells.
   */
  keep?: 'until-trimmed'
}

export interface BusProducer {
  /**
   * Resolves once the whole batch is durable (fsynced, or acknowledged by every in-sync replica) and not before.
   * Several sends may be under way at once; units of one source keep their order when sends are called in order.
   * Rejects with a LogflowError: BUS_UNREACHABLE (retriable), DISK_FULL, UNAUTHORISED, …; nothing is half kept silently.
   * A batch holds 1 to MAX_BATCH_UNITS units (INTERNAL otherwise) and belongs to the bus until the promise settles.
   */
  send(batch: UnitBatch): Promise<SendReceipt>
  /**
   * Waits for every send under way. With `abandon` those that wait for a bus that is away are given up: they reject,
   * and nobody knows whether they arrived.
   */
  close(options?: {abandon?: boolean}): Promise<void>
}

/** Bus offsets of a batch: `firstOffset` of its first unit, `nextOffset` one past its last. */
export interface SendReceipt {
  partition: number
  firstOffset: number
  nextOffset: number
}

export interface ConsumerOptions {
  topic: string
  group: string
  /** Where a partition with no committed position begins; `earliest` unless said. */
  from?: 'earliest' | 'latest'
  /** Overrides the group's committed position, where it answers: the store knows better what it has. */
  startAt?: (partition: number) => number | undefined
  signal?: AbortSignal
}

export interface BusConsumer {
  /** Ends when the signal aborts or `close` is called. Pulls: nothing is fetched far ahead of the reader. */
  [Symbol.asyncIterator](): AsyncIterator<BusEvent>
  /**
   * Records that everything before `nextOffset` of each partition is done with. Durable when it resolves.
   * Works until `close`, also after the signal has ended the iteration: the batch in hand can be finished.
   */
  commit(positions: Position[]): Promise<void>
  close(): Promise<void>
}

export interface ReaderOptions {
  topic: string
  /**
   * Offsets to begin at, by partition; a partition that is not named begins at its earliest. `earliest` and `latest`
   * mean the ends as they are while the reader is opened. A topic that is not there yet is waited for, and read from
   * its first unit.
   */
  from: 'earliest' | 'latest' | ReadonlyMap<number, number>
  signal?: AbortSignal
}

export interface BusReader {
  /**
   * Ends when the signal aborts or `close` is called. Idle events carry the ends that were reached. Throws
   * BUS_UNREACHABLE (retriable) when the bus has been away for some seconds: a reader opened at the last position of
   * each partition goes on with nothing missed and nothing twice.
   */
  [Symbol.asyncIterator](): AsyncIterator<ReaderEvent>
  close(): Promise<void>
}

export type ReaderEvent =
  | BusEvent
  /** The offsets began anew: the topic was made again, or lost its end. Reading goes on at `to`, its earliest. */
  | {kind: 'restart'; topic: string; partition: number; from: number; to: number}

export type BusEvent =
  | Delivery
  /**
   * Nothing new right now: every partition held has been read to its end. Repeated at least every second.
   * A member that holds no partition, since others of its group do, is idle too: `describe` tells where the group is.
   * `positions` are the ends it has come to, also past what is no unit (markers of transactions) or was removed.
   */
  | {kind: 'idle'; positions: Position[]}
  /** Offsets `from` to `to` (exclusive) were removed by retention before they were read. */
  | {kind: 'gap'; topic: string; partition: number; from: number; to: number}

export interface Delivery {
  kind: 'units'
  topic: string
  partition: number
  firstOffset: number
  /** One past the last; commit this once every unit is stored or dead-lettered. */
  nextOffset: number
  /** Runs of units of one envelope, in bus order. */
  runs: DeliveredRun[]
}

export interface DeliveredRun {
  units: UnitBatch
  /** Bus offset of each unit of the run. */
  busOffsets: Float64Array
}

/** The next offset a group will read on a partition. */
export interface Position {
  topic: string
  partition: number
  nextOffset: number
}

export interface TopicState {
  topic: string
  /**
   * Another one where the offsets begin anew under the same name (the bus was deleted, or is another one): a position
   * kept elsewhere means nothing then. Absent where the topic is not there.
   */
  incarnation?: string
  partitions: PartitionState[]
}

export interface PartitionState {
  partition: number
  /** Oldest offset still kept. */
  earliest: number
  /** Offset the next unit will get. */
  next: number
  /** The group's committed position; absent when it has none, or no group was named. */
  committed?: number
}

/** The source a message has that some other producer wrote: no envelope, so its place on the bus names it. */
export function foreignSource(cluster: string, topic: string, partition: number): string {
  return `kafka:${cluster}/${topic}/${partition}`
}
