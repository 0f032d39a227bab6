// The processor: units from the bus become records in the store. A position is committed only after every unit
// before it is stored, was already there, or lies in the dead letters.

import type {Bus, BusConsumer, Delivery, Position} from '../bus/bus.js'
import {LogflowError} from '../errors/logflow-error.js'
import type {Rejection, Store, StoreWriter, WriteResult} from '../store/store.js'
import {type Signals, silentSignals} from '../telemetry/signals.js'
import {type DeadLetters, openDeadLetters} from './dead-letters.js'
import {eventsOf} from './events-of.js'
import {IndexedTally} from './indexed-tally.js'
import {type Outage, passes, pause} from './patience.js'
import {rejectionWord} from './rejection-word.js'
import {WriteBuffer} from './write-buffer.js'

/** Units, or bytes of them, for one write, about: enough to make one fsync or bulk request worth it. */
const MAX_WRITE_UNITS = 5_000
const MAX_WRITE_BYTES = 8_000_000
/** A group's position is for resuming only, so it may lag behind the store by this much. */
const COMMIT_EVERY_MS = 1_000

export interface ProcessOptions {
  bus: Bus
  store: Store
  topic: string
  group: string
  /** Stop once the group has passed these offsets, by partition; absent: run until the signal. */
  until?: ReadonlyMap<number, number>
  /** Told of a store that takes nothing now, which is tried again; without it that is a failure. */
  outage?: Outage
  /** Goes on with the counts of an earlier run. */
  report?: ProcessReport
  signal: AbortSignal
  now: () => Date
  onNotice?: (notice: ProcessNotice) => void
  /** Count and trace what is done; silent unless given. */
  signals?: Pick<Signals, 'counters' | 'tracer'>
}

export type ProcessNotice =
  | {kind: 'stored'; report: ProcessReport}
  | {kind: 'dead-letter'; id: string; reason: string}
  | {kind: 'gap'; partition: number; from: number; to: number}

/** What a run did; `read` is the sum of the four after it. */
export interface ProcessReport {
  read: number
  stored: number
  alreadyThere: number
  deadLettered: number
  /** Left out because a rule says so. There are no such rules yet. */
  dropped: number
  /** Units that retention removed before this group read them. */
  missed: number
  /** To where the run came, by partition: everything it read before is accounted for. */
  positions: Map<number, number>
}

/** Runs until the signal aborts or `until` is passed. The writer stays open: its owner closes it. */
export async function processUnits(writer: StoreWriter, options: ProcessOptions): Promise<ProcessReport> {
  const {bus, topic, group, until, report = emptyReport()} = options
  const kept = new KeptPositions(writer, bus, topic)
  await kept.load()
  // A store that was restored from an older copy has less than the group has passed.
  if (until && (await passed(bus, topic, group, until)) && kept.reach(until)) return report
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, options.signal])
  const consumer = await bus.openConsumer({topic, group, startAt: (partition) => kept.of(partition), signal})
  try {
    const deadLetters = openDeadLetters(bus, topic, options.now)
    const run = new ProcessorRun(writer, consumer, deadLetters, kept, {...options, report})
    try {
      for await (const event of eventsOf(consumer, options.outage)) {
        run.heard()
        if (event.kind === 'units') await run.take(event)
        else if (event.kind === 'gap') run.gap(event)
        else if (await run.isDone(event.positions)) break
        if (until && run.isPast(until)) break
      }
      await run.flush()
      return closed(run.report)
    } finally {
      stop.abort()
      await run.settle()
      await deadLetters.close()
    }
  } finally {
    stop.abort()
    await consumer.close()
  }
}

/** Whether a group has committed everything before these offsets. */
export async function passed(
  bus: Bus,
  topic: string,
  group: string,
  until: ReadonlyMap<number, number>,
): Promise<boolean> {
  if (until.size === 0) return true
  const {partitions} = await bus.describe(topic, group)
  const committed = new Map(partitions.map((state) => [state.partition, state.committed ?? 0]))
  return [...until].every(([partition, offset]) => (committed.get(partition) ?? 0) >= offset)
}

/** The end of a topic as it is now: what a run has to reach to have emptied the backlog. */
export async function endOf(bus: Bus, topic: string): Promise<Map<number, number>> {
  const {partitions} = await bus.describe(topic)
  return new Map(
    partitions.filter((state) => state.next > state.earliest).map((state) => [state.partition, state.next]),
  )
}

/** Positions that the store keeps itself, as far as they belong to the topic that is there now. */
class KeptPositions {
  private incarnation: string | undefined
  private next = new Map<number, number>()

  constructor(
    private readonly writer: StoreWriter,
    private readonly bus: Bus,
    private readonly topic: string,
  ) {}

  async load(): Promise<void> {
    const {incarnation, partitions} = await this.bus.describe(this.topic)
    this.incarnation = incarnation
    this.next = new Map(partitions.map((state) => [state.partition, state.next]))
  }

  /** What the topic is called in the store. */
  async name(): Promise<string> {
    if (this.incarnation === undefined) await this.load()
    return `${this.topic}@${this.incarnation}`
  }

  of(partition: number): number | undefined {
    if (this.incarnation === undefined) return undefined
    const stored = this.writer.storedPosition(`${this.topic}@${this.incarnation}`, partition)
    // Beyond the end of the topic it can only mean another one of the same name.
    return stored !== undefined && stored <= (this.next.get(partition) ?? 0) ? stored : undefined
  }

  /** Whether the store, as far as it keeps positions, has everything before these offsets. */
  reach(until: ReadonlyMap<number, number>): boolean {
    return [...until].every(([partition, offset]) => (this.of(partition) ?? offset) >= offset)
  }

  /** All of them. */
  all(): Map<number, number> {
    const known = [...this.next.keys()].map((partition) => [partition, this.of(partition)] as const)
    return new Map(known.filter((entry): entry is [number, number] => entry[1] !== undefined))
  }
}

/** One run: fills a buffer while the one before it is being written. */
class ProcessorRun {
  readonly report: ProcessReport
  private filling: WriteBuffer
  private writing: Promise<void> = Promise.resolve()
  private failure: unknown
  /** Next offset by partition: everything before it is stored or dead-lettered. */
  private readonly done: Map<number, number>
  /** Partitions that moved since the last commit: one that went to another member and came back is not set back. */
  private readonly moved: Set<number>
  private committedAt: number
  private storeAway = false
  private readonly signals: Pick<Signals, 'counters' | 'tracer'>
  /** Absent where nobody counts. */
  private readonly indexed: IndexedTally | undefined

  constructor(
    private readonly writer: StoreWriter,
    private readonly consumer: BusConsumer,
    private readonly deadLetters: DeadLetters,
    private readonly kept: KeptPositions,
    private readonly options: ProcessOptions & {report: ProcessReport},
  ) {
    this.report = options.report
    this.filling = new WriteBuffer(options.topic)
    this.done = kept.all()
    this.moved = new Set(this.done.keys())
    this.committedAt = options.now().getTime()
    this.signals = options.signals ?? silentSignals
    this.indexed = options.signals && new IndexedTally()
  }

  /** The bus has given something. */
  heard(): void {
    if (!this.storeAway) this.options.outage?.over()
  }

  /** Writes run by run: what waits for less long costs the collector less. */
  async take({partition, runs, nextOffset}: Delivery): Promise<void> {
    for (const [i, run] of runs.entries()) {
      this.filling.add(run, partition, runs[i + 1]?.busOffsets[0] ?? nextOffset)
      this.report.read += run.units.count
      if (this.filling.count >= MAX_WRITE_UNITS || this.filling.bytes >= MAX_WRITE_BYTES) await this.write()
    }
  }

  gap(event: {partition: number; from: number; to: number}): void {
    this.report.missed += event.to - event.from
    this.signals.counters.dropped('unit', 'retention', event.to - event.from)
    this.options.onNotice?.({kind: 'gap', ...event})
  }

  /**
   * True at the end of the backlog, when `until` is passed by this run or by others of the group.
   * @param ends to where everything has been taken
   */
  async isDone(ends: Position[]): Promise<boolean> {
    await this.flush()
    for (const {partition, nextOffset} of ends)
      if (nextOffset > (this.done.get(partition) ?? 0)) this.pass(partition, nextOffset)
    await this.commit()
    const {until, bus, topic, group} = this.options
    if (!until) return false
    return this.isPast(until) || (await passed(bus, topic, group, until))
  }

  isPast(until: ReadonlyMap<number, number>): boolean {
    return [...until].every(([partition, offset]) => {
      const next = Math.max(this.done.get(partition) ?? 0, this.filling.positions.get(partition) ?? 0)
      return next >= offset
    })
  }

  /** Waits for a write under way, whatever its end: nothing may touch the store after the run. */
  async settle(): Promise<void> {
    await this.writing
  }

  /** Waits until everything taken is stored and the group's position says so. */
  async flush(): Promise<void> {
    await this.write()
    await this.writing
    if (this.failure) throw this.failure
    if (this.options.signal.aborted) await this.commitIfPossible()
    else await this.commit()
  }

  /** Starts writing what is buffered, once the write before it has ended. */
  private async write(): Promise<void> {
    if (!this.writer.streams) this.filling.parse()
    await this.writing
    if (this.failure) throw this.failure
    if (this.filling.isEmpty()) return
    const buffer = this.filling
    this.filling = new WriteBuffer(this.options.topic)
    this.writing = this.store(buffer).catch((error: unknown) => {
      this.failure = error
    })
  }

  private async store(buffer: WriteBuffer): Promise<void> {
    const result = await this.traced(buffer, () => this.writeWithPatience(buffer))
    this.signals.counters.logsProcessed(buffer.count)
    this.indexed?.tell(this.signals.counters)
    this.report.stored += result.stored
    this.report.alreadyThere += result.alreadyThere
    this.report.deadLettered += result.rejected.length
    for (const [partition, offset] of buffer.positions) this.pass(partition, offset)
    this.options.onNotice?.({kind: 'stored', report: this.report})
    // A clock that was set back must not hold up the commits.
    if (Math.abs(this.options.now().getTime() - this.committedAt) >= COMMIT_EVERY_MS) await this.commitIfPossible()
  }

  /** In a span that goes on the trace of whoever sent what is written; where several did, it tells of the others. */
  private traced<T>(buffer: WriteBuffer, work: () => Promise<T>): Promise<T> {
    const {tracer} = this.signals
    if (!tracer.on || buffer.count === 0) return work()
    const {topic, group} = this.options
    const [parent, ...links] = buffer.traces()
    const attributes = {'span.kind': 'consumer', topic, group, units: buffer.count, bytes: buffer.bytes}
    return tracer.span(`process ${topic}`, attributes, work, parent, links)
  }

  private async writeWithPatience(buffer: WriteBuffer): Promise<WriteResult> {
    const batch = {
      items: buffer.items(),
      positions: buffer.positionsOf(await this.kept.name()),
      onRejected: (rejected: Rejection[]) => this.deadLetter(buffer, rejected),
      onStored: this.indexed?.add,
    }
    const {outage, signal} = this.options
    for (;;) {
      try {
        this.indexed?.begin()
        const result = await this.writer.write(batch)
        if (this.storeAway) outage?.over()
        this.storeAway = false
        return result
      } catch (error) {
        if (!outage || signal.aborted || !passes(error)) throw error
        this.storeAway = true
        if (!(await pause(outage.failed(error), signal))) throw error
      }
    }
  }

  private async deadLetter(buffer: WriteBuffer, rejected: Rejection[]): Promise<void> {
    const ids = await this.deadLetters.add(
      rejected.map((rejection) => ({unit: buffer.unitOf(rejection.index), rejection})),
    )
    for (const [i, rejection] of rejected.entries()) {
      this.signals.counters.deadLettered(rejectionWord(rejection), 1)
      this.options.onNotice?.({kind: 'dead-letter', id: ids[i] as string, reason: rejection.reason})
    }
  }

  private pass(partition: number, nextOffset: number): void {
    this.done.set(partition, nextOffset)
    this.report.positions.set(partition, nextOffset)
    this.moved.add(partition)
  }

  private async commit(): Promise<void> {
    this.committedAt = this.options.now().getTime()
    if (this.moved.size === 0) return
    const {topic} = this.options
    const moved = [...this.moved]
    this.moved.clear()
    try {
      await this.consumer.commit(
        moved.map((partition) => ({topic, partition, nextOffset: this.done.get(partition) as number})),
      )
    } catch (error) {
      for (const partition of moved) this.moved.add(partition)
      throw error
    }
  }

  /** A commit that cannot be made now is made up for later; without it, units come again that are known by their ids. */
  private async commitIfPossible(): Promise<void> {
    try {
      await this.commit()
    } catch (error) {
      if (!this.options.outage || !passes(error)) throw error
    }
  }
}

/** Units that have come to their end. */
function finished({stored, alreadyThere, deadLettered, dropped}: ProcessReport): number {
  return stored + alreadyThere + deadLettered + dropped
}

/** Units read and not finished will be read again: they count then. */
export function takeBackUnfinished(report: ProcessReport): void {
  report.read = finished(report)
}

/** The report, if it accounts for every unit. */
function closed(report: ProcessReport): ProcessReport {
  const {read} = report
  const known = finished(report)
  if (read === known) return report
  throw new LogflowError('INTERNAL', `the sums do not close: ${read} units were read, and ${known} accounted for`, {})
}

export function emptyReport(): ProcessReport {
  return {read: 0, stored: 0, alreadyThere: 0, deadLettered: 0, dropped: 0, missed: 0, positions: new Map()}
}

export function sumReports(a: ProcessReport, b: ProcessReport): ProcessReport {
  return {
    read: a.read + b.read,
    stored: a.stored + b.stored,
    alreadyThere: a.alreadyThere + b.alreadyThere,
    deadLettered: a.deadLettered + b.deadLettered,
    dropped: a.dropped + b.dropped,
    missed: a.missed + b.missed,
    positions: furthest(a.positions, b.positions),
  }
}

function furthest(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): Map<number, number> {
  const positions = new Map(a)
  for (const [partition, next] of b) positions.set(partition, Math.max(next, positions.get(partition) ?? 0))
  return positions
}
