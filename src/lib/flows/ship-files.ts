// `logflow ship`: everything the arguments name goes onto the bus and, in embedded use, on into the store.

import type {Bus} from '../bus/bus.js'
import type {Problem} from '../sources/input.js'
import type {SourceProgress, SourceResult, Sources} from '../sources/open-sources.js'
import type {Store} from '../store/store.js'
import type {ProcessNotice, ProcessReport} from './process-units.js'
import {settleBacklog} from './settle-backlog.js'
import {type ShipReport, shipUnits} from './ship-units.js'

export interface ShipFilesOptions {
  sources: Sources
  bus: Bus
  topic: string
  /** The message key; see ProducerOptions. */
  key?: string
  group: string
  /** Where what was shipped is waited for; absent: the bus is the end of the road. */
  store?: Store
  signal: AbortSignal
  now: () => Date
  onProgress?: (progress: SourceProgress) => void
  /** Called once everything is acknowledged by the bus, before waiting for the store. */
  onShipped?: (shipped: ShipReport) => void
  onNotice?: (notice: ProcessNotice | {kind: 'standby'}) => void
}

export interface ShipFilesReport {
  shipped: ShipReport
  /** What this process stored; another may have stored some or all of it. Absent without a store. */
  processed?: ProcessReport
  progress: SourceProgress
  files: readonly SourceResult[]
  problems: readonly Problem[]
}

export async function shipFiles(options: ShipFilesOptions): Promise<ShipFilesReport> {
  const {sources, bus, topic, group, store, signal, now, onNotice} = options
  const producer = await bus.openProducer({topic, key: options.key})
  let shipped: ShipReport
  try {
    shipped = await shipUnits(sources, producer, () => options.onProgress?.(sources.progress()))
  } finally {
    await producer.close()
  }
  options.onShipped?.(shipped)
  const processed = store
    ? await settleBacklog({bus, store, topic, group, until: shipped.positions, signal, now, onNotice})
    : undefined
  return {shipped, processed, progress: sources.progress(), files: sources.results, problems: sources.problems}
}
