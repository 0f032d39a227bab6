import type {Bus} from '../bus/bus.js'
import {LogflowError} from '../errors/logflow-error.js'
import type {Store, StoreWriter} from '../store/store.js'
import {emptyReport, type ProcessNotice, type ProcessReport, passed, processUnits} from './process-units.js'

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
  onNotice?: (notice: ProcessNotice | {kind: 'standby'}) => void
}

/**
 * Waits until the group has passed `until`: by processing the backlog itself whenever it gets the store's writer,
 * and by watching the group's position while another process has it. Returns what this process stored.
 */
export async function settleBacklog(options: SettleOptions): Promise<ProcessReport> {
  const {bus, store, topic, group, until, signal} = options
  let told = false
  while (!signal.aborted) {
    const writer = await tryOpenWriter(store)
    if (writer) {
      try {
        const report = await processUnits(writer, options)
        await writer.refresh()
        return report
      } finally {
        await writer.close()
      }
    }
    if (await passed(bus, topic, group, until)) break
    if (!told) options.onNotice?.({kind: 'standby'})
    told = true
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  return emptyReport()
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
