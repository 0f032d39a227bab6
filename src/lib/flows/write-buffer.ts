import type {DeliveredRun} from '../bus/bus.js'
import {keyOf, unitToRecord} from '../parse/to-record.js'
import type {StoreItem, WriteBatch} from '../store/store.js'

/** Spans that one write tells as its origin. */
const MOST_TRACES = 32

/** A unit as it came off the bus: its run, its index in the run, and the partition. */
export interface BufferedUnit {
  run: DeliveredRun
  index: number
  partition: number
}

/** Units waiting for one write, and the records they become. */
export class WriteBuffer {
  /** Units waiting. */
  count = 0
  /** Bytes of them, about. */
  bytes = 0
  /** What the position of each partition becomes once the units are stored. */
  readonly positions = new Map<number, number>()
  private readonly runs: Array<{run: DeliveredRun; first: number; partition: number}> = []
  private parsed: StoreItem[] | undefined

  constructor(private readonly topic: string) {}

  isEmpty(): boolean {
    return this.positions.size === 0
  }

  /** Takes a run; `nextOffset` is what the partition's position becomes once it is stored. */
  add(run: DeliveredRun, partition: number, nextOffset: number): void {
    this.runs.push({run, first: this.count, partition})
    const {count, starts, ends} = run.units
    this.count += count
    if (count > 0) this.bytes += (ends[count - 1] as number) - (starts[0] as number)
    this.positions.set(partition, nextOffset)
  }

  /** @param topic what the topic is called in the store */
  positionsOf(topic: string): WriteBatch['positions'] {
    return [...this.positions].map(([partition, nextOffset]) => ({topic, partition, nextOffset}))
  }

  /** Parses all units now: for stores that need the whole batch before its first byte goes out. */
  parse(): void {
    if (this.parsed?.length !== this.count) this.parsed = [...this.makeItems()]
  }

  /** The records; each is made when it is asked for, unless all are parsed already. */
  items(): Iterable<StoreItem> {
    return this.parsed?.length === this.count ? this.parsed : {[Symbol.iterator]: () => this.makeItems()}
  }

  /** The traceparents of the spans that sent what is here, each once, the first few. */
  traces(): string[] {
    const traces = new Set<string>()
    for (const {run} of this.runs) {
      const {trace} = run.units.envelope
      if (typeof trace === 'string' && traces.size < MOST_TRACES) traces.add(trace)
    }
    return [...traces]
  }

  unitOf(index: number): BufferedUnit {
    const entry = this.runs.findLast(({first}) => first <= index) as (typeof this.runs)[number]
    return {run: entry.run, index: index - entry.first, partition: entry.partition}
  }

  private *makeItems(): Generator<StoreItem> {
    for (const {run, partition} of this.runs)
      for (let i = 0; i < run.units.count; i++) yield toItem(run, i, {topic: this.topic, partition})
  }
}

function toItem({units, busOffsets}: DeliveredRun, i: number, bus: {topic: string; partition: number}): StoreItem {
  const key = keyOf(units, i)
  const place = {topic: bus.topic, partition: bus.partition, offset: busOffsets[i] as number}
  const length = (units.ends[i] as number) - (units.starts[i] as number)
  return {record: unitToRecord(units, i, place, key), key, span: units.spans[i] as number, length}
}
