// The processor: units from the bus become records in the store. A position is committed only after every unit
// before it is stored, was already there, or lies in the dead letters.

import type {Bus, BusConsumer, Delivery} from '../bus/bus.js'
import {LogflowError} from '../errors/logflow-error.js'
import type {Store, StoreWriter, WriteResult} from '../store/store.js'
import {type DeadLetters, openDeadLetters} from './dead-letters.js'
import {WriteBuffer} from './write-buffer.js'

/** Records handed to the store in one write, at the most: enough to make one fsync or bulk request worth it. */
const MAX_WRITE_RECORDS = 2_000
/** A group's position is for resuming only, so it may lag behind the store by this much. */
const COMMIT_EVERY_MS = 1_000
const FIRST_RETRY_MS = 200
const LAST_RETRY_MS = 15_000

export interface ProcessOptions {
  bus: Bus
  store: Store
  topic: string
  group: string
  /** Stop once the group has passed these offsets, by partition; absent: run until the signal. */
  until?: ReadonlyMap<number, number>
  /** Keep trying when the store cannot take anything now, instead of failing. */
  patient?: boolean
  signal: AbortSignal
  now: () => Date
  onNotice?: (notice: ProcessNotice) => void
}

export type ProcessNotice =
  | {kind: 'stored'; report: ProcessReport}
  | {kind: 'dead-letter'; id: string; reason: string}
  | {kind: 'retry'; reason: string; afterMs: number}
  | {kind: 'gap'; partition: number; from: number; to: number}

/** What a run did; `read` is the sum of the three after it. */
export interface ProcessReport {
  read: number
  stored: number
  alreadyThere: number
  deadLettered: number
  /** Units that retention removed before this group read them. */
  missed: number
}

/** Runs until the signal aborts or `until` is passed. The writer stays open: its owner closes it. */
export async function processUnits(writer: StoreWriter, options: ProcessOptions): Promise<ProcessReport> {
  if (options.until && (await passed(options.bus, options.topic, options.group, options.until))) return emptyReport()
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, options.signal])
  const consumer = await options.bus.openConsumer({
    topic: options.topic,
    group: options.group,
    startAt: (partition) => writer.storedPosition(options.topic, partition),
    signal,
  })
  const deadLetters = openDeadLetters(options.bus, options.topic, options.now)
  const run = new ProcessorRun(writer, consumer, deadLetters, options)
  try {
    for await (const event of consumer) {
      if (event.kind === 'units') await run.take(event)
      else if (event.kind === 'gap') run.gap(event)
      else if (await run.isDone()) break
      if (options.until && run.isPast(options.until)) break
    }
    await run.finish()
    return run.report
  } finally {
    stop.abort()
    await run.settle()
    await deadLetters.close()
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

/** One run: fills a buffer while the one before it is being written. */
class ProcessorRun {
  readonly report = emptyReport()
  private filling: WriteBuffer
  private writing: Promise<void> = Promise.resolve()
  private failure: unknown
  /** Next offset by partition: everything before it is stored or dead-lettered. */
  private readonly done = new Map<number, number>()
  private committedAt: number

  constructor(
    private readonly writer: StoreWriter,
    private readonly consumer: BusConsumer,
    private readonly deadLetters: DeadLetters,
    private readonly options: ProcessOptions,
  ) {
    this.filling = new WriteBuffer(options.topic)
    this.committedAt = options.now().getTime()
  }

  /** Parses and writes run by run: records that wait for less long cost the collector less. */
  async take({partition, runs, nextOffset}: Delivery): Promise<void> {
    for (const [i, run] of runs.entries()) {
      this.filling.add(run, partition, runs[i + 1]?.busOffsets[0] ?? nextOffset)
      this.report.read += run.units.count
      if (this.filling.items.length >= MAX_WRITE_RECORDS) await this.write()
    }
  }

  gap(event: {partition: number; from: number; to: number}): void {
    this.report.missed += event.to - event.from
    this.options.onNotice?.({kind: 'gap', ...event})
  }

  /** True at the end of the backlog, when `until` is passed by this run or by others of the group. */
  async isDone(): Promise<boolean> {
    await this.flush()
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

  /** Waits until everything taken is stored and the group's position says so. */
  async finish(): Promise<void> {
    await this.flush()
  }

  /** Waits for a write under way, whatever its end: nothing may touch the store after the run. */
  async settle(): Promise<void> {
    await this.writing
  }

  private async flush(): Promise<void> {
    await this.write()
    await this.writing
    if (this.failure) throw this.failure
    await this.commit()
  }

  /** Starts writing what is buffered, once the write before it has ended. */
  private async write(): Promise<void> {
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
    const result = await this.writeWithPatience(buffer)
    for (const rejection of result.rejected) {
      await this.deadLetters.add(buffer.unitOf(rejection.index), rejection)
      const id = buffer.items[rejection.index]?.record.id ?? ''
      this.options.onNotice?.({kind: 'dead-letter', id, reason: rejection.reason})
    }
    this.report.stored += result.stored
    this.report.alreadyThere += result.alreadyThere
    this.report.deadLettered += result.rejected.length
    for (const [partition, offset] of buffer.positions) this.done.set(partition, offset)
    this.options.onNotice?.({kind: 'stored', report: this.report})
    if (this.options.now().getTime() - this.committedAt >= COMMIT_EVERY_MS) await this.commit()
  }

  private async writeWithPatience(buffer: WriteBuffer): Promise<WriteResult> {
    const batch = {items: buffer.items, positions: buffer.positionList()}
    for (let afterMs = FIRST_RETRY_MS; ; afterMs = Math.min(afterMs * 2, LAST_RETRY_MS)) {
      try {
        return await this.writer.write(batch)
      } catch (error) {
        const again = this.options.patient && error instanceof LogflowError && error.retriable
        if (!again || this.options.signal.aborted) throw error
        this.options.onNotice?.({kind: 'retry', reason: error.message, afterMs})
        await pause(afterMs, this.options.signal)
      }
    }
  }

  private async commit(): Promise<void> {
    if (this.done.size === 0) return
    this.committedAt = this.options.now().getTime()
    const {topic} = this.options
    await this.consumer.commit([...this.done].map(([partition, nextOffset]) => ({topic, partition, nextOffset})))
  }
}

export function emptyReport(): ProcessReport {
  return {read: 0, stored: 0, alreadyThere: 0, deadLettered: 0, missed: 0}
}

export function sumReports(a: ProcessReport, b: ProcessReport): ProcessReport {
  return {
    read: a.read + b.read,
    stored: a.stored + b.stored,
    alreadyThere: a.alreadyThere + b.alreadyThere,
    deadLettered: a.deadLettered + b.deadLettered,
    missed: a.missed + b.missed,
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, {once: true})
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
