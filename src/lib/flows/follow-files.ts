// `logflow ship --follow`: what is followed goes onto the bus as it comes and, in embedded use, on into the store.

import type {Bus} from '../bus/bus.js'
import type {Follow} from '../sources/follow/open-follow.js'
import type {SourceProgress} from '../sources/open-sources.js'
import type {Store} from '../store/store.js'
import type {UnitBatch} from '../units/unit-batch.js'
import type {Patience} from './patience.js'
import {type ProcessOptions, type ProcessReport, sumReports} from './process-units.js'
import {closeSums} from './receipt/close-sums.js'
import type {UnitLedger} from './receipt/unit-ledger.js'
import {runProcessor} from './run-processor.js'
import {settleBacklog} from './settle-backlog.js'
import type {ShipFilesReport, ShipNotice} from './ship-files.js'
import {type ShipReport, shipTo} from './ship-units.js'

/** What was shipped is waited for so long at the end, when another process does the storing. */
const LAST_WAIT_MS = 30_000

export interface FollowFilesOptions {
  /** Follows until the signal aborts. */
  openSources: (signal: AbortSignal) => Follow
  /** Takes what the bus acknowledges. */
  ledger: UnitLedger
  bus: Bus
  topic: string
  /** The message key; see ProducerOptions. */
  key?: string
  group: string
  /** Where what was shipped is processed to, all the time; absent: the bus is the end of the road. */
  store?: Store
  /** Ends the following. What has been read is still sent and stored. */
  signal: AbortSignal
  now: () => Date
  /** Wait for a bus or a store that can take nothing now, instead of failing. */
  patient?: boolean
  onProgress?: (progress: SourceProgress) => void
  onNotice?: (notice: ShipNotice) => void
  /** Count and trace what is done; silent unless given. */
  signals?: ProcessOptions['signals']
}

/** Ships and stores until the signal. Rejects where the sources, the bus or the store fail for good. */
export async function followFiles(options: FollowFilesOptions): Promise<ShipFilesReport> {
  const {bus, topic, store, ledger, signal} = options
  const stopProcessing = new AbortController()
  const processing = store && runProcessor({...options, store, once: false, signal: stopProcessing.signal})
  // Told below. Until then the following would go on in silence.
  const stop = new AbortController()
  processing?.catch(() => stop.abort())
  const ended = AbortSignal.any([signal, stop.signal])
  const sources = options.openSources(ended)
  const patience: Patience | undefined = options.patient ? {signal: ended, onNotice: options.onNotice} : undefined
  let drained = false
  const read = (async function* () {
    yield* sources
    drained = true
  })()
  let shipped: ShipReport
  try {
    const onAcknowledged = ({positions}: ShipReport, batch: UnitBatch) => {
      ledger.add(batch)
      ledger.positions = positions
      sources.acknowledged(batch)
      options.onProgress?.(sources.progress())
    }
    shipped = await shipTo(bus, {topic, key: options.key}, read, {onAcknowledged, signal: ended, patience})
  } finally {
    // A last checkpoint that cannot be written must not leave the processor running.
    await sources.close().finally(() => stopProcessing.abort())
  }
  const cutShort = !drained || shipped.unacknowledged > 0
  closeSums({files: sources.results, read: sources.progress(), acknowledged: ledger.list(), cutShort})
  const processed = store && (await rest(options, store, shipped, await processing))
  return {shipped, processed, progress: sources.progress(), files: sources.results, problems: sources.problems}
}

async function rest(
  options: FollowFilesOptions,
  store: Store,
  {positions}: ShipReport,
  before?: ProcessReport,
): Promise<ProcessReport> {
  const signal = AbortSignal.timeout(LAST_WAIT_MS)
  const last = await settleBacklog({...options, store, until: positions, signal})
  return before ? sumReports(before, last) : last
}
