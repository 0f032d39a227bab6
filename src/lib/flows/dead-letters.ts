import type {Bus, BusProducer} from '../bus/bus.js'
import {keyOf} from '../parse/to-record.js'
import {formatId} from '../record/id.js'
import type {Rejection} from '../store/store.js'
import type {Envelope} from '../units/envelope.js'
import {toUnitBatch, type UnitBatch, unitBytes} from '../units/unit-batch.js'
import type {BufferedUnit} from './write-buffer.js'

/** Sends under way at once: the bus lets those that wait share a transaction or a request. */
const SENDS_AT_ONCE = 256

/** The topic that holds what a topic's processor could not store. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dlq`
}

export interface RefusedUnit {
  unit: BufferedUnit
  rejection: Rejection
}

/** Where refused units go: their bytes and envelope, with the reason, on a topic of their own. */
export interface DeadLetters {
  /** Resolves with the records' ids, in the same order, once every unit is durable there. */
  add(refused: RefusedUnit[]): Promise<string[]>
  close(): Promise<void>
}

/** Opens nothing until the first dead letter. */
export function openDeadLetters(bus: Bus, topic: string, now: () => Date): DeadLetters {
  let producer: Promise<BusProducer> | undefined
  return {
    async add(refused) {
      producer ??= openDeadLetterProducer(bus, topic)
      const opened = await producer.catch((error) => {
        producer = undefined
        throw error
      })
      const at = now().toISOString()
      await sendAll(refused, opened, (one) => letterOf(one, topic, at))
      return refused.map(({unit}) => idOf(unit.run.units, unit.index))
    },
    async close() {
      // One that could not be opened has said so to whoever added.
      const opened = await producer?.catch(() => undefined)
      await opened?.close()
    },
  }
}

/** What is written there is never removed but by `dlq redrive` and `dlq drop`. */
export function openDeadLetterProducer(bus: Bus, topic: string): Promise<BusProducer> {
  return bus.openProducer({topic: deadLetterTopic(topic), keep: 'until-trimmed'})
}

/** The id of the record that a unit becomes. */
export function idOf(units: UnitBatch, index: number): string {
  const {source, offset, crc} = keyOf(units, index)
  return formatId(source, offset, crc)
}

/**
 * Sends a batch for each item, in order and a bounded number at a time; resolves when all are durable. Waits for those
 * under way also where one fails; then throws the first failure.
 */
export async function sendAll<T>(
  items: readonly T[],
  producer: BusProducer,
  toBatch: (item: T) => UnitBatch,
): Promise<void> {
  for (let from = 0; from < items.length; from += SENDS_AT_ONCE) {
    const sends = items.slice(from, from + SENDS_AT_ONCE).map((item) => producer.send(toBatch(item)))
    const failed = (await Promise.allSettled(sends)).find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }
}

/** A batch of its own for each: reason and place on the bus are in the envelope. */
function letterOf({unit: {run, index, partition}, rejection}: RefusedUnit, topic: string, at: string): UnitBatch {
  const {units, busOffsets} = run
  const {tries = 0, ...envelope} = units.envelope
  const dead = {
    reason: rejection.reason,
    ...(rejection.status === undefined ? {} : {status: rejection.status}),
    at,
    tries: tries + 1,
    topic,
    partition,
    bus_offset: busOffsets[index] as number,
  }
  return toUnitBatch({...envelope, dead} satisfies Envelope, [unitAt(units, index)])
}

/** One unit of a batch, to be put into another one. */
export function unitAt(units: UnitBatch, index: number): {bytes: Buffer; offset: number; span: number; line: number} {
  return {
    bytes: unitBytes(units, index),
    offset: units.offsets[index] as number,
    span: units.spans[index] as number,
    line: units.lines[index] as number,
  }
}
