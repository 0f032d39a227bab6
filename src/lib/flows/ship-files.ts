// `logflow ship`: everything the arguments name goes onto the bus and, in embedded use, on into the store.

import type {Bus} from '../bus/bus.js'
import type {Problem} from '../sources/input.js'
import type {SourceProgress, SourceResult, Sources} from '../sources/open-sources.js'
import type {Store} from '../store/store.js'
import type {UnitBatch} from '../units/unit-batch.js'
import type {AwayNotice, Patience} from './patience.js'
import {type ProcessNotice, type ProcessOptions, type ProcessReport, sumReports} from './process-units.js'
import {closeSums} from './receipt/close-sums.js'
import type {UnitLedger} from './receipt/unit-ledger.js'
import {settleBacklog} from './settle-backlog.js'
import {type ShipReport, shipTo} from './ship-units.js'

/** Units on the bus before it pays to start a second process for storing them. */
const BESIDE_AFTER_UNITS = 50_000

/** A processor in a process of its own, which stores while this one still ships. */
export interface ProcessorBeside {
  /** Lets it finish what it has in hand. What it stored, or, where it died, why: then nobody knows how much. */
  stop(): Promise<{report: ProcessReport; failure?: string}>
}

export interface ShipFilesOptions {
  sources: Sources
  bus: Bus
  topic: string
  /** Keeps what the bus acknowledged. */
  ledger: UnitLedger
  /** The message key; see ProducerOptions. */
  key?: string
  group: string
  /** Where what was shipped is waited for; absent: the bus is the end of the road. */
  store?: Store
  /** Starts a processor beside a long ship. */
  startBeside?: () => ProcessorBeside
  signal: AbortSignal
  now: () => Date
  onProgress?: (progress: SourceProgress) => void
  /** Called once everything is acknowledged by the bus, before waiting for the store. */
  onShipped?: (shipped: ShipReport) => void
  onNotice?: (notice: ShipNotice) => void
  /** Wait for a bus or a store that can take nothing now, instead of failing. */
  patient?: boolean
  /** Count and trace what is done; silent unless given. */
  signals?: ProcessOptions['signals']
}

/** `uncounted`: the processor beside died, so that the counts lack what it stored and dead-lettered. */
export type ShipNotice = ProcessNotice | AwayNotice | {kind: 'standby'} | {kind: 'uncounted'; reason: string}

export interface ShipFilesReport {
  shipped: ShipReport
  /** What this process stored; another may have stored some or all of it. Absent without a store. */
  processed?: ProcessReport
  progress: SourceProgress
  files: readonly SourceResult[]
  problems: readonly Problem[]
}

export async function shipFiles(options: ShipFilesOptions): Promise<ShipFilesReport> {
  const {sources, bus, topic, store, ledger, signal, onNotice} = options
  const patience: Patience | undefined = options.patient ? {signal, onNotice} : undefined
  let shipped: ShipReport
  let beside: ProcessorBeside | undefined
  const onAcknowledged = ({units, positions}: ShipReport, batch: UnitBatch) => {
    ledger.add(batch)
    ledger.positions = positions
    if (store && units >= BESIDE_AFTER_UNITS) beside ??= options.startBeside?.()
    options.onProgress?.(sources.progress())
  }
  try {
    shipped = await shipTo(bus, {topic, key: options.key}, sources, {onAcknowledged, signal, patience})
  } catch (error) {
    await beside?.stop()
    throw error
  }
  options.onShipped?.(shipped)
  const sums = {files: sources.results, read: sources.progress(), acknowledged: ledger.list()}
  closeSums({...sums, cutShort: signal.aborted})
  const processed = store ? await settle(shipped, store, options, beside) : undefined
  return {shipped, processed, progress: sources.progress(), files: sources.results, problems: sources.problems}
}

async function settle(
  shipped: ShipReport,
  store: Store,
  options: ShipFilesOptions,
  beside?: ProcessorBeside,
): Promise<ProcessReport> {
  const {bus, topic, group, signal, now, patient, signals} = options
  // That another process holds the writer is news only where it is not our own.
  const onNotice = (notice: ProcessNotice | AwayNotice | {kind: 'standby'}) => {
    if (notice.kind !== 'standby' || !beside) options.onNotice?.(notice)
  }
  const until = shipped.positions
  const own = await settleBacklog({bus, store, topic, group, until, signal, now, patient, onNotice, signals})
  if (!beside) return own
  const {report, failure} = await beside.stop()
  if (failure !== undefined) options.onNotice?.({kind: 'uncounted', reason: failure})
  return sumReports(own, report)
}
