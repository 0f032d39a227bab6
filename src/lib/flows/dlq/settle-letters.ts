// Letters leave the topic of dead letters in this order: what has to be done is durable, then a mark says so, then
// the beginning of the topic that nobody needs is cut off. Killed in between, the next run does at worst a step again.

import {LogflowError} from '../../errors/logflow-error.js'
import {type Envelope, encodeEnvelope, type Settlement} from '../../units/envelope.js'
import {MAX_BATCH_BYTES, MAX_BATCH_UNITS, toUnitBatch, type UnitBatch, unitBytes} from '../../units/unit-batch.js'
import {openDeadLetterProducer, sendAll, unitAt} from '../dead-letters.js'
import {type FindOptions, type FoundLetters, findLetters} from './find-letters.js'
import {type Mark, toMarks} from './ledger.js'
import {envelopeForRedrive, type Letter} from './letter.js'
import {readChosen, readOn} from './read-letters.js'

/** Letters settled in one go, and their bytes: what is in memory at a time. */
const CHUNK_LETTERS = 2_000
const CHUNK_BYTES = 8 * 1024 * 1024

export interface SettleOptions extends FindOptions {
  now: () => Date
  /** Changes nothing: the report says what would be done. */
  dryRun?: boolean
  /** Asked before anything is changed, where something would be; nothing is changed where the answer is no. */
  confirm?: (chosen: number) => Promise<boolean>
  /** Called after each go. */
  onProgress?: (settled: number, chosen: number) => void
}

export interface SettleReport {
  /** Pending letters that fit. */
  chosen: number
  settled: number
  /** Letters of the topic that are still pending. */
  pending: number
  /** Why the settled letters still take space on the bus, where they do. */
  untrimmed?: string
}

/** Puts letters back on their topic, as they first came, for `process` to take them again. */
export async function redriveLetters(options: SettleOptions): Promise<SettleReport> {
  const found = await findLetters(options)
  const {bus, topic} = options
  return settle(options, found, 'redriven', async (settled) => {
    const producer = await bus.openProducer({topic})
    const chunk = new Chunk()
    const flush = async () => {
      const letters = chunk.take()
      await sendAll(batchesOf(letters), producer, (batch) => batch)
      await settled(letters)
    }
    try {
      const take = async (letters: Letter[]) => {
        for (const letter of letters) {
          if (options.signal?.aborted) return
          chunk.add(letter)
          if (chunk.isFull()) await flush()
        }
      }
      await readChosen(bus, topic, found.chosen, take, options.signal)
      await flush()
    } finally {
      await producer.close()
    }
  })
}

/** Gives letters up: they are gone for good. */
export async function dropLetters(options: SettleOptions): Promise<SettleReport> {
  const found = await findLetters(options)
  return settle(options, found, 'dropped', async (settled) => {
    for (let from = 0; from < found.chosen.length && !options.signal?.aborted; from += CHUNK_LETTERS)
      await settled(found.chosen.slice(from, from + CHUNK_LETTERS))
  })
}

async function settle(
  options: SettleOptions,
  {state, chosen}: FoundLetters,
  how: Settlement['how'],
  work: (settled: (letters: readonly Mark[]) => Promise<void>) => Promise<void>,
): Promise<SettleReport> {
  const {bus, topic, now, signal, dryRun} = options
  const report: SettleReport = {chosen: chosen.length, settled: 0, pending: state.ledger.count}
  if (dryRun || chosen.length === 0) return report
  if (options.confirm && !(await options.confirm(chosen.length))) return report
  const marks = await openDeadLetterProducer(bus, topic)
  try {
    await work(async (letters) => {
      await sendAll(toMarks(letters, {how, at: now().toISOString()}), marks, (batch) => batch)
      report.settled += letters.length
      options.onProgress?.(report.settled, chosen.length)
    })
  } finally {
    await marks.close()
  }
  if (signal?.aborted) return {...report, pending: report.pending - report.settled}
  await readOn(bus, topic, state, () => false, signal)
  return {...report, pending: state.ledger.count, ...(await trim(options, state))}
}

/** Cuts off what nobody needs. What cannot be cut stays settled, and takes space. */
async function trim(
  {bus, topic, signal}: SettleOptions,
  {ledger, ends}: FoundLetters['state'],
): Promise<Pick<SettleReport, 'untrimmed'>> {
  if (signal?.aborted) return {}
  try {
    const [first] = ends
    if (first) await bus.trim(first.topic, ledger.needed(ends))
    return {}
  } catch (error) {
    if (!(error instanceof LogflowError)) throw error
    return {untrimmed: `${error.message} (topic ${topic})`}
  }
}

/** Letters that go back together. */
class Chunk {
  #letters: Letter[] = []
  #bytes = 0

  add(letter: Letter): void {
    this.#letters.push(letter)
    this.#bytes += unitBytes(letter.units, letter.index).length
  }

  isFull(): boolean {
    return this.#letters.length >= CHUNK_LETTERS || this.#bytes >= CHUNK_BYTES
  }

  take(): Letter[] {
    const letters = this.#letters
    this.#letters = []
    this.#bytes = 0
    return letters
  }
}

/** Batches of units that share an envelope, in the order in which the letters came. */
function batchesOf(letters: Letter[]): UnitBatch[] {
  const groups = new Map<string, {envelope: Envelope; letters: Letter[]; bytes: number}>()
  const batches: UnitBatch[] = []
  const close = (group: {envelope: Envelope; letters: Letter[]}) => {
    const units = group.letters.map(({units, index}) => unitAt(units, index))
    batches.push(toUnitBatch(group.envelope, units))
  }
  for (const letter of letters) {
    const envelope = envelopeForRedrive(letter.units.envelope)
    const key = encodeEnvelope(envelope)
    const size = unitBytes(letter.units, letter.index).length
    const group = groups.get(key)
    const fits = group && group.letters.length < MAX_BATCH_UNITS && group.bytes + size <= MAX_BATCH_BYTES
    if (group && fits) {
      group.letters.push(letter)
      group.bytes += size
    } else {
      if (group) close(group)
      groups.set(key, {envelope, letters: [letter], bytes: size})
    }
  }
  for (const group of groups.values()) close(group)
  return batches
}
