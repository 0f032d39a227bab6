import type {Bus, Delivery, Position, ReaderEvent} from '../../bus/bus.js'
import {unitBytes} from '../../units/unit-batch.js'
import {deadLetterTopic} from '../dead-letters.js'
import {passEvent} from '../pass-event.js'
import {Ledger, type PendingLetter, readMark} from './ledger.js'
import {type Letter, letterAt, timeOf} from './letter.js'

/** What is known of a topic of dead letters after reading it from one end to the other. */
export interface LedgerState {
  ledger: Ledger
  /** To where it was read, by partition. */
  ends: Position[]
}

/** Reads a topic's dead letters from the first to the end of now. `chosen` tells which of them are meant. */
export async function readLedger(
  bus: Bus,
  topic: string,
  chosen: (letter: Letter) => boolean,
  signal?: AbortSignal,
): Promise<LedgerState> {
  const {partitions} = await bus.describe(deadLetterTopic(topic))
  const start = partitions.map(({partition, earliest}) => [partition, earliest] as const)
  const state: LedgerState = {ledger: new Ledger(), ends: toPositions(topic, start)}
  await readOn(bus, topic, state, chosen, signal)
  return state
}

/** Takes in what has come since: its own marks among it. */
export async function readOn(
  bus: Bus,
  topic: string,
  state: LedgerState,
  chosen: (letter: Letter) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const from = new Map(state.ends.map(({partition, nextOffset}) => [partition, nextOffset]))
  const ends = await readUnits(bus, topic, from, (delivery) => fold(delivery, state.ledger, chosen), signal)
  state.ends = toPositions(topic, ends)
}

/** Reads the bytes of chosen letters again, partition by partition in the order of the topic. */
export async function readChosen(
  bus: Bus,
  topic: string,
  chosen: readonly PendingLetter[],
  take: (letters: Letter[]) => Promise<void> | void,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = new Map<number, Set<number>>()
  for (const {partition, offset} of chosen) {
    const offsets = wanted.get(partition) ?? new Set<number>()
    wanted.set(partition, offsets.add(offset))
  }
  const from = new Map<number, number>()
  const until = new Map<number, number>()
  for (const {partition, offset} of chosen) {
    from.set(partition, Math.min(from.get(partition) ?? offset, offset))
    until.set(partition, Math.max(until.get(partition) ?? 0, offset + 1))
  }
  const pick = async (delivery: Delivery) => {
    const offsets = wanted.get(delivery.partition)
    const letters = offsets ? [...lettersOf(delivery)].filter(({offset}) => offsets.has(offset)) : []
    if (letters.length > 0) await take(letters)
  }
  await readUnits(bus, topic, from, pick, signal, until)
}

function fold(delivery: Delivery, ledger: Ledger, chosen: (letter: Letter) => boolean): void {
  for (const letter of lettersOf(delivery)) {
    const {id, units, index, partition, offset} = letter
    if (!units.envelope.settled) ledger.add({id, partition, offset, at: timeOf(letter), chosen: chosen(letter)})
    else {
      const mark = readMark(unitBytes(units, index))
      if (mark) ledger.settle(mark, partition)
    }
  }
}

function* lettersOf({partition, runs}: Delivery): Generator<Letter> {
  for (const {units, busOffsets} of runs)
    for (let i = 0; i < units.count; i++) yield letterAt(units, i, {partition, offset: busOffsets[i] as number})
}

/**
 * Reads from given offsets to the end of now, or to `until` where that is given. Partitions that are not named are
 * not read. Returns to where it came; less far where the signal ended it.
 */
async function readUnits(
  bus: Bus,
  topic: string,
  from: ReadonlyMap<number, number>,
  take: (delivery: Delivery) => Promise<void> | void,
  signal?: AbortSignal,
  until?: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const name = deadLetterTopic(topic)
  const {partitions} = await bus.describe(name)
  const ends = new Map(partitions.map(({partition, next}) => [partition, until ? (until.get(partition) ?? 0) : next]))
  // A partition that is new since, or not wanted, is read from where nothing of it is missed, or not at all.
  const start = partitions.map(({partition, next}) => [partition, from.get(partition) ?? (until ? next : 0)] as const)
  const at = new Map(start)
  const isDone = () => [...ends].every(([partition, end]) => (at.get(partition) ?? 0) >= end)
  if (isDone()) return at
  const reader = await bus.openReader({topic: name, from: new Map(start), signal})
  try {
    for await (const event of reader as AsyncIterable<ReaderEvent>) {
      if (event.kind === 'units') await take(event)
      passEvent(at, event)
      if (isDone() || (event.kind === 'idle' && event.positions.length === at.size)) break
    }
  } finally {
    await reader.close()
  }
  return at
}

function toPositions(topic: string, offsets: Iterable<readonly [number, number]>): Position[] {
  return [...offsets].map(([partition, nextOffset]) => ({topic: deadLetterTopic(topic), partition, nextOffset}))
}
