import type {Bus} from '../bus/bus.js'
import {LogflowError} from '../errors/logflow-error.js'
import type {Store, StoreWriter} from '../store/store.js'
import {beginAgain} from './begin-again.js'
import {type AwayNotice, Outage, pause} from './patience.js'
import {type ProcessNotice, type ProcessOptions, type ProcessReport, passed, processUnits} from './process-units.js'

/** How often the group's position is looked at while another process does the writing. */
const LOOK_EVERY_MS = 50

export interface SettleOptions {
  bus: Bus
  store: Store
  topic: string
  group: string
  /** The group's position must pass these offsets, by partition. */
  until: ReadonlyMap<number, number>
  signal: AbortSignal
  now: () => Date
  /** Wait for a bus or a store that can take nothing now, instead of failing. */
  patient?: boolean
  onNotice?: (notice: ProcessNotice | AwayNotice | {kind: 'standby'}) => void
  /** Count and trace what is done; silent unless given. */
  signals?: ProcessOptions['signals']
}

/**
 * Waits until the group has passed `until`: by processing the backlog itself whenever it gets the store's writer,
 * and by watching the group's position while another process has it. Returns what this process stored.
 */
export async function settleBacklog(options: SettleOptions): Promise<ProcessReport> {
  const {patient, signal, onNotice} = options
  const outage = patient ? new Outage('store', {signal, onNotice}) : undefined
  return beginAgain({outage, signal}, (report) => settle(options, outage, report))
}

async function settle(options: SettleOptions, outage: Outage | undefined, report: ProcessReport): Promise<void> {
  const {bus, store, topic, group, until, signal} = options
  for (let told = false; !signal.aborted; told = true) {
    const writer = await tryOpenWriter(store)
    if (writer) {
      try {
        await processUnits(writer, {...options, outage, report})
        await writer.refresh()
        outage?.over()
        return
      } finally {
        await writer.close()
      }
    }
    if (await passed(bus, topic, group, until)) return
    if (!told) options.onNotice?.({kind: 'standby'})
    await pause(LOOK_EVERY_MS, signal)
  }
}

/** The store's writer, or `undefined` while another process has it. */
export async function tryOpenWriter(store: Store): Promise<StoreWriter | undefined> {
  try {
    return await store.openWriter()
  } catch (error) {
    if (error instanceof LogflowError && error.code === 'LOCK_HELD') return undefined
    throw error
  }
}
