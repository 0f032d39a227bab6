// What the bus contract works with: batches that can be told apart to the byte, and a reader that pulls by hand.

import type {Bus, BusConsumer, BusEvent, ConsumerOptions, Delivery, Position} from '../../src/lib/bus/bus.js'
import type {Envelope} from '../../src/lib/units/envelope.js'
import {toUnitBatch, type UnitBatch, unitBytes} from '../../src/lib/units/unit-batch.js'

/** One unit as it came back, with everything that travels with it. */
export interface Seen {
  source: string
  partition: number
  busOffset: number
  text: string
  offset: number
  span: number
  line: number
}

export function envelopeOf(source: string, extra: Partial<Envelope> = {}): Envelope {
  return {
    source,
    file: `/var/log/${source}.log`,
    host: 'web-1',
    timezone: 'Europe/Berlin',
    observed: '2026-03-01T12:00:00.123Z',
    ...extra,
  }
}

/** `count` units `<source> <n>`, numbered from `first`; offsets, spans and lines differ from each other. */
export function numbered(source: string, first: number, count: number): UnitBatch {
  return toUnitBatch(
    envelopeOf(source),
    Array.from({length: count}, (_, i) => ({
      bytes: Buffer.from(`${source} ${first + i}`),
      offset: (first + i) * 1_000,
      span: 100 + ((first + i) % 7),
      line: first + i + 1,
    })),
  )
}

export function seenIn(delivery: Delivery): Seen[] {
  return delivery.runs.flatMap(({units, busOffsets}) =>
    Array.from({length: units.count}, (_, i) => ({
      source: units.envelope.source,
      partition: delivery.partition,
      busOffset: busOffsets[i] as number,
      text: unitBytes(units, i).toString('latin1'),
      offset: units.offsets[i] as number,
      span: units.spans[i] as number,
      line: units.lines[i] as number,
    })),
  )
}

/** A consumer read by hand, so that a test decides when it pulls and when it stops. */
export class Reader {
  readonly deliveries: Delivery[] = []
  readonly #events: AsyncIterator<BusEvent>

  private constructor(
    private readonly bus: Bus,
    readonly consumer: BusConsumer,
    private readonly options: ConsumerOptions,
  ) {
    this.#events = consumer[Symbol.asyncIterator]()
  }

  static async open(bus: Bus, options: ConsumerOptions): Promise<Reader> {
    return new Reader(bus, await bus.openConsumer(options), options)
  }

  get seen(): Seen[] {
    return this.deliveries.flatMap(seenIn)
  }

  get count(): number {
    return this.deliveries.reduce((sum, {runs}) => sum + runs.reduce((n, run) => n + run.units.count, 0), 0)
  }

  /** The next event, `undefined` at the end. */
  async next(): Promise<BusEvent | undefined> {
    const result = await this.#events.next()
    if (result.done) return undefined
    if (result.value.kind === 'units') this.deliveries.push(result.value)
    return result.value
  }

  /** Reads on until `count` units have come in all. */
  async until(count: number): Promise<this> {
    while (this.count < count) if (!(await this.next())) throw new Error(`the bus ended at ${this.count} of ${count}`)
    return this
  }

  async untilIdle(): Promise<this> {
    for (;;) {
      const event = await this.next()
      if (!event) throw new Error('the bus ended before it was idle')
      if (event.kind === 'idle') return this
    }
  }

  /** Commits everything read so far. */
  async commit(): Promise<this> {
    const next = new Map(this.deliveries.map(({partition, nextOffset}) => [partition, nextOffset]))
    await this.consumer.commit([...next].map(([partition, nextOffset]) => this.position(partition, nextOffset)))
    return this
  }

  position(partition: number, nextOffset: number): Position {
    return {topic: this.options.topic, partition, nextOffset}
  }

  /** Leaves the group and joins it again, with nothing remembered but what the bus remembers. */
  async reopen(options: Partial<ConsumerOptions> = {}): Promise<Reader> {
    await this.consumer.close()
    return Reader.open(this.bus, {...this.options, ...options})
  }
}

/** Sends batches to a topic through a producer of its own. */
export async function sendAll(bus: Bus, topic: string, batches: UnitBatch[]): Promise<void> {
  const producer = await bus.openProducer({topic})
  for (const batch of batches) await producer.send(batch)
  await producer.close()
}
