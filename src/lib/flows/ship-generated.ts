import type {Bus} from '../bus/bus.js'
import {byService} from '../generate/by-service.js'
import type {GenerateOptions, Told} from '../generate/generate.js'
import type {Store} from '../store/store.js'
import {GENERATED_LIMITS, generatedUnits} from './generated-units.js'
import type {AwayNotice} from './patience.js'
import {emptyReport, type ProcessNotice, type ProcessReport, sumReports} from './process-units.js'
import {runProcessor} from './run-processor.js'
import {settleBacklog} from './settle-backlog.js'
import {type ShipReport, shipTo} from './ship-units.js'
import {eventBatches, type Live} from './write-generated.js'

/** Events sorted by service at a time: whole batches for the bus without much memory. */
const BATCH_EVENTS = 10_000

export interface ShipGeneratedOptions {
  options: GenerateOptions
  live?: Live
  bus: Bus
  topic: string
  group: string
  /** The shipping host. */
  host: string
  now: () => Date
  signal: AbortSignal
  /** Where what is shipped is also processed to: live beside the shipping, else after it. Absent: not here. */
  store?: Store
  onNotice?: (notice: ProcessNotice | AwayNotice | {kind: 'standby'}) => void
  onAcknowledged?: (report: ShipReport) => void
  told?: Told
}

/** Puts a generated run on the bus and, where a store is given, waits until the group has stored all of it. */
export async function shipGenerated(
  run: ShipGeneratedOptions,
): Promise<{shipped: ShipReport; processed: ProcessReport | undefined}> {
  const {store} = run
  const beside = new AbortController()
  const processing = store && run.live ? runProcessor({...run, store, once: false, signal: beside.signal}) : undefined
  // Told below. Until then a live run, which may have no end, would go on in silence.
  const stop = new AbortController()
  processing?.catch(() => stop.abort())
  const live = run.live && {...run.live, signal: AbortSignal.any([run.live.signal, stop.signal])}
  let shipped: ShipReport
  try {
    shipped = await ship({...run, live})
  } finally {
    beside.abort()
  }
  if (!store) return {shipped, processed: undefined}
  const first = (await processing) ?? emptyReport()
  const rest = await settleBacklog({...run, store, until: shipped.positions})
  return {shipped, processed: sumReports(first, rest)}
}

async function ship(run: ShipGeneratedOptions): Promise<ShipReport> {
  const {options, live, bus, topic, host, now, onAcknowledged, told} = run
  const shares = byService(eventBatches(options, live, BATCH_EVENTS, told), options, GENERATED_LIMITS)
  return shipTo(bus, {topic}, generatedUnits(shares, {host, now}), {onAcknowledged})
}
