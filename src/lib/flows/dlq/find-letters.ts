import type {Bus} from '../../bus/bus.js'
import {LogflowError} from '../../errors/logflow-error.js'
import {deadLetterTopic} from '../dead-letters.js'
import {checkIds, type LetterFilter, toMatcher} from './choose.js'
import type {PendingLetter} from './ledger.js'
import {detailsOf, type Letter, type LetterDetails, type LetterSummary, summaryOf} from './letter.js'
import {type LedgerState, readChosen, readLedger} from './read-letters.js'

export interface FindOptions {
  bus: Bus
  /** The topic whose dead letters are meant. */
  topic: string
  filter: LetterFilter
  signal?: AbortSignal
}

export interface FoundLetters {
  state: LedgerState
  /** Partition by partition, in the order of the topic. */
  chosen: PendingLetter[]
}

/**
 * The pending letters that fit the filter; none where the signal ended the reading. NO_MATCH or USAGE where an id of
 * the filter names none or several. Holds an id a letter, and no bytes.
 */
export async function findLetters({bus, topic, filter, signal}: FindOptions): Promise<FoundLetters> {
  const state = await readLedger(bus, topic, toMatcher(filter), signal)
  if (signal?.aborted) return {state, chosen: []}
  const chosen = [...state.ledger.pending()].filter((letter) => letter.chosen)
  checkIds(filter.ids ?? [], chosen)
  return {state, chosen}
}

export interface LetterList {
  /** Oldest first. */
  letters: LetterSummary[]
  /** How many there are in all: more than `letters` where a limit was in the way. */
  count: number
}

/** The newest letters that fit, at most `limit` of them. */
export async function listLetters(options: FindOptions & {limit: number}): Promise<LetterList> {
  const {bus, topic, limit, signal} = options
  const {chosen} = await findLetters(options)
  const newest = chosen.sort((a, b) => a.at - b.at || a.partition - b.partition || a.offset - b.offset).slice(-limit)
  const summaries = new Map<string, LetterSummary>()
  const take = (letters: Letter[]) => {
    for (const letter of letters) summaries.set(placeOf(letter), summaryOf(letter))
  }
  await readChosen(bus, topic, newest, take, signal)
  const letters = newest.flatMap((letter) => summaries.get(placeOf(letter)) ?? [])
  return {letters, count: chosen.length}
}

function placeOf({partition, offset}: {partition: number; offset: number}): string {
  return `${partition}/${offset}`
}

export interface ShownLetter {
  details: LetterDetails
  bytes: Buffer
}

/** The letter with that id, or that beginning of an id: everything of it. `undefined` where the signal ended it. */
export async function showLetter(
  options: Omit<FindOptions, 'filter'> & {id: string},
): Promise<ShownLetter | undefined> {
  const {bus, topic, id, signal} = options
  const {chosen} = await findLetters({...options, filter: {ids: [id]}})
  // A whole id may be the beginning of a longer one.
  const one = chosen.find((letter) => letter.id === id) ?? chosen[0]
  let shown: ShownLetter | undefined
  const take = ([letter]: Letter[]) => {
    if (letter) shown = {details: detailsOf(letter), bytes: bytesOf(letter)}
  }
  if (one) await readChosen(bus, topic, [one], take, signal)
  return shown
}

function bytesOf({units, index}: Letter): Buffer {
  return Buffer.from(units.data.subarray(units.starts[index], units.ends[index]))
}

export interface PendingCount {
  count: number
  /** False where the topic holds too much to read it all: then no more than `count` are pending. */
  exact: boolean
}

/**
 * How many letters are pending. Reads no more than `mostUnits` for it, and nothing of a bus that cannot be read from
 * here: then it says how many there are at most.
 */
export async function countPending(bus: Bus, topic: string, mostUnits: number): Promise<PendingCount> {
  const {partitions} = await bus.describe(deadLetterTopic(topic))
  const units = partitions.reduce((sum, {earliest, next}) => sum + next - earliest, 0)
  if (units === 0 || units > mostUnits) return {count: units, exact: units === 0}
  try {
    const {ledger} = await readLedger(bus, topic, () => false)
    return {count: ledger.count, exact: true}
  } catch (error) {
    if (error instanceof LogflowError && error.code === 'NOT_SUPPORTED') return {count: units, exact: false}
    throw error
  }
}
