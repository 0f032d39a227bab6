// `logflow verify`: whether everything a run sent is in the store, and what is not, by name.

import {setTimeout as sleep} from 'node:timers/promises'
import type {Bus} from '../../bus/bus.js'
import {LogflowError} from '../../errors/logflow-error.js'
import {parseId} from '../../record/id.js'
import type {Store} from '../../store/store.js'
import {readLedger} from '../dlq/read-letters.js'
import {unitsBehind} from '../pipeline-status.js'
import {compareBlocks, type SentBlock, sentBlocks} from './compare-blocks.js'
import {type Finding, judge} from './name-missing.js'
import type {ShipReceipt} from './receipt.js'
import {SentUnits} from './sent-units.js'
import type {UnitKey} from './unit-digest.js'

/** How often the group's position is looked at while it is behind. */
const LOOK_EVERY_MS = 250

export interface VerifyOptions {
  receipt: ShipReceipt
  store: Pick<Store, 'keys'>
  /** Asked only where something is missing from the store. */
  bus: () => Promise<Bus>
  /** How long to wait for a pipeline that has not caught up; 0: not at all. */
  waitMs: number
  signal: AbortSignal
  /** Checked, and all of them. */
  onProgress?: (records: number, total: number) => void
  /** The pipeline has so many units to go. */
  onWait?: (behind: number) => void
  onFinding: (finding: Finding) => Promise<void>
}

/** `sent` is the sum of stored, missing and dead_lettered. */
export interface Verification {
  sent: number
  stored: number
  missing: number
  dead_lettered: number
  /** Records that are there more than once. */
  doubled: number
  /** Records in the same stretches that this run did not send. */
  extra: number
  /** Of the missing, those that could not be named. */
  unnamed: number
  /** Units of the run's topic that the group has yet to process; absent where it was not asked. */
  behind?: number
  /** Why the dead letters could not be looked through, where they had to be. */
  bus_error?: LogflowError
}

/** Asks the store for every unit a receipt speaks of. Constant memory but for the dead letters of its sources. */
export async function verifyReceipt(options: VerifyOptions): Promise<Verification> {
  const {receipt, signal} = options
  const blocks = sentBlocks(receipt)
  const sent = blocks.reduce((sum, {digest}) => sum + digest.count, 0)
  if (sent !== receipt.records)
    throw new LogflowError('USAGE', `the receipt says ${receipt.records} records, and has digests of ${sent}`)
  const result = {sent, stored: 0, missing: 0, dead_lettered: 0, doubled: 0, extra: 0, unnamed: 0} as Verification
  let {differing} = await disagreeing(options, blocks, sent, result)
  if (differing.length === 0 || signal.aborted) return result
  // Before the store is asked again: what the group has passed by then must be there.
  result.behind = await waitForGroup(options, result)
  const again = await disagreeing(options, differing, sent, result)
  differing = again.differing
  if (signal.aborted) return result
  if (result.behind) {
    result.stored += again.there
    result.missing = sent - result.stored
    result.unnamed = result.missing
  } else await nameAll(options, differing, result)
  return result
}

/** Waits as long as it may; returns how far the group is behind then. A bus that does not answer is taken note of. */
async function waitForGroup(options: VerifyOptions, result: Verification): Promise<number | undefined> {
  const deadline = performance.now() + options.waitMs
  try {
    for (;;) {
      const behind = await behindReceipt(options)
      if (behind === 0 || performance.now() >= deadline) return behind
      options.onWait?.(behind)
      await sleep(LOOK_EVERY_MS, undefined, {signal: options.signal})
    }
  } catch (error) {
    if (!(error instanceof LogflowError)) throw error
    result.bus_error = error
    return undefined
  }
}

/** The blocks of which the store has something else, and about what it has of them; what it has of others is counted. */
async function disagreeing(
  {store, signal, onProgress}: VerifyOptions,
  blocks: SentBlock[],
  total: number,
  result: Verification,
): Promise<{differing: SentBlock[]; there: number}> {
  const differing: SentBlock[] = []
  let there = 0
  let checked = total - blocks.reduce((sum, {digest}) => sum + digest.count, 0)
  for await (const {block, keys, agrees} of compareBlocks(store, blocks, signal)) {
    if (agrees) result.stored += block.digest.count
    else {
      differing.push(block)
      there += Math.min(keys.length, block.digest.count)
    }
    checked += block.digest.count
    onProgress?.(checked, total)
  }
  return {differing, there}
}

/** How far the group is behind where the run ended; 0 where the topic is another one by now, or gone. */
async function behindReceipt({receipt, bus}: VerifyOptions): Promise<number> {
  const {partitions} = await (await bus()).describe(receipt.topic, receipt.group)
  return unitsBehind(partitions, ({partition, next}) => {
    const sent = receipt.positions[partition]
    return sent !== undefined && sent <= next ? sent : undefined
  })
}

/** Looks closely at the blocks that differ: with the file, where it is still there, and with the dead letters. */
async function nameAll(options: VerifyOptions, blocks: SentBlock[], result: Verification): Promise<void> {
  const {receipt, store, signal, onFinding} = options
  const dead = await deadLetters(options, blocks).catch((error: unknown) => {
    if (!(error instanceof LogflowError)) throw error
    result.bus_error = error
    return new Map<string, UnitKey[]>()
  })
  const sentUnits = new SentUnits(receipt.multiline, signal)
  try {
    for await (const stored of compareBlocks(store, blocks, signal)) {
      const {block} = stored
      const own = dead.get(block.file.source) ?? []
      const verdict = judge(stored, own, await sentUnits.of(block))
      result.stored += verdict.stored
      result.missing += verdict.missing
      result.dead_lettered += verdict.deadLettered
      const named = verdict.findings.filter(({state}) => state === 'missing').length
      result.unnamed += verdict.missing - named
      for (const finding of verdict.findings) {
        if (finding.state === 'doubled' || finding.state === 'extra') result[finding.state]++
        await onFinding(finding)
      }
    }
  } finally {
    await sentUnits.close()
  }
}

/** Keys of the pending dead letters of these sources. */
async function deadLetters(
  {receipt, bus, signal}: VerifyOptions,
  blocks: SentBlock[],
): Promise<Map<string, UnitKey[]>> {
  const found = new Map<string, UnitKey[]>(blocks.map(({file}) => [file.source, []]))
  const {ledger} = await readLedger(await bus(), receipt.topic, () => false, signal)
  for (const {id} of ledger.pending()) {
    const key = parseId(id)
    if (key) found.get(key.source)?.push(key)
  }
  return found
}
