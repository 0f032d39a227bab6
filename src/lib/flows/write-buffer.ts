import type {DeliveredRun} from '../bus/bus.js'
import {crc32c, decodeUnit} from '../parse/decode-unit.js'
import {toRecord} from '../parse/to-record.js'
import type {StoreItem, WriteBatch} from '../store/store.js'

/** A unit as it came off the bus: its run, its index in the run, and the partition. */
export interface BufferedUnit {
  run: DeliveredRun
  index: number
  partition: number
}

/** Parsed records waiting for one write, with the way back to the units they came from. */
export class WriteBuffer {
  readonly items: StoreItem[] = []
  /** What the position of each partition becomes once the items are stored. */
  readonly positions = new Map<number, number>()
  private readonly runs: Array<{run: DeliveredRun; firstItem: number; partition: number}> = []

  constructor(private readonly topic: string) {}

  isEmpty(): boolean {
    return this.positions.size === 0
  }

  /** Parses a run; `nextOffset` is what the partition's position becomes once it is stored. */
  add(run: DeliveredRun, partition: number, nextOffset: number): void {
    this.runs.push({run, firstItem: this.items.length, partition})
    this.parse(run, partition)
    this.positions.set(partition, nextOffset)
  }

  /** @param topic what the topic is called in the store */
  positionsOf(topic: string): WriteBatch['positions'] {
    return [...this.positions].map(([partition, nextOffset]) => ({topic, partition, nextOffset}))
  }

  unitOf(item: number): BufferedUnit {
    const at = this.runs.findLastIndex((entry) => entry.firstItem <= item)
    const entry = this.runs[at] as (typeof this.runs)[number]
    return {run: entry.run, index: item - entry.firstItem, partition: entry.partition}
  }

  private parse(run: DeliveredRun, partition: number): void {
    const {units, busOffsets} = run
    const {data, starts, ends, offsets, lines, spans, envelope} = units
    for (let i = 0; i < units.count; i++) {
      const start = starts[i] as number
      const end = ends[i] as number
      const key = {source: envelope.source, offset: offsets[i] as number, crc: crc32c(data, start, end)}
      const place = {topic: this.topic, partition, offset: busOffsets[i] as number}
      const {text, raw} = decodeUnit(data, start, end)
      const record = toRecord(text, envelope, key, lines[i] as number, place, raw)
      this.items.push({record, key, span: spans[i] as number})
    }
  }
}
