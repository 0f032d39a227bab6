import {resolve} from 'node:path'
import type {Receipt, RunEnd, RunFacts} from '../lib/flows/receipt/receipt.js'
import {openReceiptFile} from '../lib/flows/receipt/receipt-file.js'
import {newRunId} from '../lib/flows/receipt/run-id.js'
import type {Context} from './context.js'

/** A run that can account for itself: with a file of its own where `--receipt` names one. */
export interface RunReceipt {
  facts: RunFacts
  /** `--receipt` names a file. */
  wanted: boolean
  /** Writes it, where it is wanted. */
  write(receipt: Receipt): Promise<void>
  /** Writes that of a run that failed: that this failed too must not hide why. */
  writeFailed(receipt: Receipt): Promise<void>
  /** How the run ends now, by itself or by a failure. */
  end(interrupted: boolean, error?: unknown): RunEnd
}

/** @param path what `--receipt` says; a file that is no receipt is refused at once, before anything is done */
export async function openRunReceipt(
  {config, talk}: Context,
  version: string,
  path: string | undefined,
): Promise<RunReceipt> {
  const now = new Date()
  const {topic, group, bus, store} = config
  const facts = {run_id: newRunId(now, Math.random), version, started: now.toISOString(), topic, group, bus, store}
  const file = path === undefined ? undefined : await openReceiptFile(resolve(path), facts.run_id)
  const write = async (receipt: Receipt) => file?.write(receipt)
  return {
    facts,
    wanted: file !== undefined,
    write,
    writeFailed: (receipt) => write(receipt).catch((error: Error) => talk.warn(`no receipt: ${error.message}`)),
    end: (interrupted, error) => ({ended: new Date(), interrupted, error}),
  }
}
