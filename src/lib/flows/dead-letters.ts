import type {Bus, BusProducer} from '../bus/bus.js'
import {crc32c} from '../parse/decode-unit.js'
import {formatId} from '../record/id.js'
import type {Rejection} from '../store/store.js'
import {toUnitBatch, unitBytes} from '../units/unit-batch.js'
import type {BufferedUnit} from './write-buffer.js'

/** The topic that holds what a topic's processor could not store. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dlq`
}

/** Where refused units go: their bytes and envelope, with the reason, on a topic of their own. */
export interface DeadLetters {
  /** Resolves with the record's id once the unit is durable there. */
  add(unit: BufferedUnit, rejection: Rejection): Promise<string>
  close(): Promise<void>
}

/** Opens nothing until the first dead letter. */
export function openDeadLetters(bus: Bus, topic: string, now: () => Date): DeadLetters {
  let producer: Promise<BusProducer> | undefined
  return {
    async add({run, index, partition}, rejection) {
      const {units, busOffsets} = run
      const {envelope} = units
      producer ??= bus.openProducer({topic: deadLetterTopic(topic)})
      const dead = {
        reason: rejection.reason,
        ...(rejection.status === undefined ? {} : {status: rejection.status}),
        at: now().toISOString(),
        tries: (envelope.dead?.tries ?? 0) + 1,
        topic,
        partition,
        bus_offset: busOffsets[index] as number,
      }
      const unit = {
        bytes: unitBytes(units, index),
        offset: units.offsets[index] as number,
        span: units.spans[index] as number,
        line: units.lines[index] as number,
      }
      await (await producer).send(toUnitBatch({...envelope, dead}, [unit]))
      return formatId(envelope.source, unit.offset, crc32c(unit.bytes, 0, unit.bytes.length))
    },
    async close() {
      // One that could not be opened has said so to whoever added.
      const opened = await producer?.catch(() => undefined)
      await opened?.close()
    },
  }
}
