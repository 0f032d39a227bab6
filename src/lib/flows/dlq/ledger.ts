// What is pending on a topic of dead letters: a fold over its units, which are letters, and marks that say which
// letters are settled. The topic is only ever appended to, so that whoever is killed leaves nothing half changed.

import type {Position} from '../../bus/bus.js'
import {parseId} from '../../record/id.js'
import type {Envelope, Settlement} from '../../units/envelope.js'
import {MAX_BATCH_UNITS, toUnitBatch, type UnitBatch} from '../../units/unit-batch.js'

/** Where a unit stands on the topic of dead letters. */
export interface Place {
  partition: number
  offset: number
}

/** A letter that awaits a decision. Its bytes stay on the bus. */
export interface PendingLetter extends Place {
  /** Id of the record it would be. */
  id: string
  /** When it was given up, ms since 1970; 0 where that is not known. */
  at: number
  /** Whether it is one of those that were asked for. */
  chosen: boolean
}

/** Names a letter that is settled; later letters of the same id are not. */
export interface Mark extends Place {
  id: string
}

/**
 * Letters and marks in, in the order of each partition; what is pending out. The same unit may be a letter several
 * times (a kill between the dead letter and the position that passes it, a second refusal): the last one counts.
 * Memory grows with the pending letters: an id and four numbers each.
 */
export class Ledger {
  /** By partition and id: a source stays in its partition, and so do its letters and their marks. */
  readonly #pending = new Map<number, Map<string, PendingLetter>>()
  /** Marks in another partition than their letter, which may not have been read yet. */
  readonly #early = new Map<string, number>()

  add(letter: PendingLetter): void {
    if ((this.#early.get(keyOf(letter)) ?? -1) >= letter.offset) return
    const letters = this.#pending.get(letter.partition) ?? new Map<string, PendingLetter>()
    this.#pending.set(letter.partition, letters)
    // Set anew, so that the order of the map stays the order of the topic.
    letters.delete(letter.id)
    letters.set(letter.id, letter)
  }

  /** @param partition where the mark itself was found */
  settle(mark: Mark, partition: number): void {
    const letters = this.#pending.get(mark.partition)
    const letter = letters?.get(mark.id)
    if (letter && letter.offset <= mark.offset) letters?.delete(mark.id)
    else if (!letter && partition !== mark.partition) this.#early.set(keyOf(mark), mark.offset)
  }

  get count(): number {
    let sum = 0
    for (const letters of this.#pending.values()) sum += letters.size
    return sum
  }

  /** Partition by partition, in the order of the topic. */
  *pending(): Generator<PendingLetter> {
    for (const letters of this.#pending.values()) yield* letters.values()
  }

  /** From where on each partition is still needed: its first pending letter, else its end. */
  needed(ends: Position[]): Position[] {
    return ends.map((end) => {
      const [first] = this.#pending.get(end.partition)?.values() ?? []
      return {...end, nextOffset: first?.offset ?? end.nextOffset}
    })
  }
}

function keyOf({partition, id}: {partition: number; id: string}): string {
  return `${partition}/${id}`
}

/** Batches of marks, which go to the partitions of their letters. */
export function toMarks(letters: Iterable<Mark>, settled: Settlement): UnitBatch[] {
  const bySource = new Map<string, Mark[]>()
  for (const letter of letters) {
    const source = parseId(letter.id)?.source ?? ''
    const marks = bySource.get(source)
    if (marks) marks.push(letter)
    else bySource.set(source, [letter])
  }
  const batches: UnitBatch[] = []
  for (const [source, marks] of bySource) {
    const envelope: Envelope = {source, host: '', timezone: 'UTC', observed: settled.at, settled}
    for (let from = 0; from < marks.length; from += MAX_BATCH_UNITS)
      batches.push(toUnitBatch(envelope, marks.slice(from, from + MAX_BATCH_UNITS).map(toUnit)))
  }
  return batches
}

function toUnit({id, partition, offset}: Mark) {
  return {bytes: Buffer.from(JSON.stringify({id, partition, offset})), offset: parseId(id)?.offset ?? 0}
}

/** The reverse; `undefined` where the bytes are no mark. */
export function readMark(bytes: Buffer): Mark | undefined {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const {id, partition, offset} = value as Partial<Mark>
  const whole = typeof id === 'string' && Number.isSafeInteger(partition) && Number.isSafeInteger(offset)
  return whole ? (value as Mark) : undefined
}
