import type {ProcessReport} from '../lib/flows/process-units.js'
import {type RunEnd, type ShipReceipt, shipReceipt} from '../lib/flows/receipt/receipt.js'
import {UnitLedger} from '../lib/flows/receipt/unit-ledger.js'
import type {ShipFilesReport} from '../lib/flows/ship-files.js'
import type {Problem} from '../lib/sources/input.js'
import type {Sources} from '../lib/sources/open-sources.js'
import {newCounters} from '../lib/sources/read-counters.js'
import type {RunReceipt} from './run-receipt.js'

/** What a ship reads from, and how. */
export interface Shipping {
  sources: () => Pick<Sources, 'progress' | 'results' | 'problems'> | undefined
  /** Found before the sources were opened. */
  problems: readonly Problem[]
  multiline: 'auto' | 'off'
}

/** The receipt of a ship from its first moment to its last, whichever way it ends. */
export class ShipAccount {
  readonly ledger: UnitLedger

  constructor(
    private readonly receipt: RunReceipt,
    private readonly shipping: Shipping,
  ) {
    this.ledger = new UnitLedger(receipt.wanted)
  }

  /** Writes a receipt that says that the run has not ended: what stays there where it is killed. */
  begin(): Promise<void> {
    return this.receipt.write(this.now())
  }

  async fail(error: unknown, interrupted: boolean): Promise<void> {
    await this.receipt.writeFailed(this.now(this.receipt.end(interrupted, error)))
  }

  async end(interrupted: boolean, {shipped, processed}: ShipFilesReport): Promise<ShipReceipt> {
    const receipt = this.now(this.receipt.end(interrupted), shipped.unacknowledged, processed)
    await this.receipt.write(receipt)
    return receipt
  }

  private now(end?: RunEnd, unacknowledged?: number, processed?: ProcessReport): ShipReceipt {
    const {ledger} = this
    const {problems, multiline} = this.shipping
    const sources = this.shipping.sources()
    const figures = {
      read: sources?.progress() ?? newCounters(),
      files: sources?.results ?? [],
      problems: [...problems, ...(sources?.problems ?? [])],
      acknowledged: ledger.list(),
      positions: ledger.positions,
      multiline,
      unacknowledged,
      processed,
    }
    return shipReceipt(this.receipt.facts, figures, end)
  }
}
