// A pipeline whose store refuses what it is told to: what tests of dead letters begin with.

import {join} from 'node:path'
import type {Bus} from '../../../../src/lib/bus/bus.js'
import {openEmbeddedBus} from '../../../../src/lib/bus/embedded/embedded-bus.js'
import {endOf} from '../../../../src/lib/flows/process-units.js'
import {settleBacklog} from '../../../../src/lib/flows/settle-backlog.js'
import {openLake} from '../../../../src/lib/store/lake/lake.js'
import type {Store, StoreWriter, WriteBatch} from '../../../../src/lib/store/store.js'
import type {Envelope} from '../../../../src/lib/units/envelope.js'
import {toUnitBatch} from '../../../../src/lib/units/unit-batch.js'

export const TOPIC = 'logs'
export const ENVELOPE: Envelope = {
  source: 'src1',
  file: '/var/log/shop.log',
  host: 'web',
  timezone: 'UTC',
  observed: '2026-11-21T09:41:00.000Z',
}

export interface DeadLetterPipeline {
  bus: Bus
  /** Puts lines on the topic, the first at `offset` bytes. */
  ship(lines: string[], envelope?: Partial<Envelope>): Promise<void>
  /** Processes the backlog; the store refuses records with such messages. */
  process(refuses?: (message: string) => boolean, at?: string): Promise<{stored: number; deadLettered: number}>
  messages(): Promise<string[]>
  close(): Promise<void>
}

/** On an embedded bus in `dir` unless another one is given, which is closed with the rest. */
export async function openDeadLetterPipeline(
  dir: string,
  given: {bus?: Bus; topic?: string} = {},
): Promise<DeadLetterPipeline> {
  const {bus = await openEmbeddedBus({dir: join(dir, 'bus')}), topic = TOPIC} = given
  const store = await openLake({dir: join(dir, 'lake')})
  return {
    bus,
    async ship(lines, envelope = {}) {
      const producer = await bus.openProducer({topic})
      let offset = 0
      const units = lines.map((line, i) => {
        const unit = {bytes: Buffer.from(line, 'latin1'), offset, line: i + 1}
        offset += unit.bytes.length + 1
        return unit
      })
      await producer.send(toUnitBatch({...ENVELOPE, ...envelope}, units))
      await producer.close()
    },
    async process(refuses = () => false, at = '2026-11-21T09:41:07.000Z') {
      const until = await endOf(bus, topic)
      const signal = new AbortController().signal
      const picky = refusing(store, refuses)
      return settleBacklog({bus, store: picky, topic, group: 'g', until, signal, now: () => new Date(at)})
    },
    async messages() {
      const found: string[] = []
      for await (const page of store.search({query: {kind: 'all'}, order: 'oldest', limit: Infinity}))
        found.push(...page.map((record) => record.message))
      return found.sort()
    },
    async close() {
      await bus.close()
      await store.close()
    },
  }
}

function refusing(store: Store, refuses: (message: string) => boolean): Store {
  return Object.assign(Object.create(store) as Store, {
    async openWriter(): Promise<StoreWriter> {
      const writer = await store.openWriter()
      return Object.assign(Object.create(writer) as StoreWriter, {
        storedPosition: (topic: string, partition: number) => writer.storedPosition(topic, partition),
        refresh: () => writer.refresh(),
        close: () => writer.close(),
        async write(batch: WriteBatch) {
          const items = [...batch.items]
          const rejected = items.flatMap(({record: {message}}, index) =>
            refuses(message) ? [{index, reason: `Field too long: ${message}`, status: 400}] : [],
          )
          if (rejected.length > 0) await batch.onRejected?.(rejected)
          const bad = new Set(rejected.map(({index}) => index))
          const result = await writer.write({...batch, items: items.filter((_, index) => !bad.has(index))})
          return {...result, rejected}
        },
      })
    },
  })
}
