import {setTimeout as sleep} from 'node:timers/promises'
import type {StoreWriter} from '../store/store.js'
import {
  emptyReport,
  endOf,
  type ProcessNotice,
  type ProcessOptions,
  type ProcessReport,
  processUnits,
} from './process-units.js'
import {settleBacklog, tryOpenWriter} from './settle-backlog.js'

/** How often a processor that stands by asks for the store's writer. */
const ASK_EVERY_MS = 500

export interface RunProcessorOptions extends Omit<ProcessOptions, 'until' | 'onNotice'> {
  /** Stop when everything that was on the bus at the start is stored; else run until the signal. */
  once: boolean
  /** Without `once`: wait for a store that can take nothing now, unless false. */
  patient?: boolean
  onNotice?: (notice: ProcessNotice | {kind: 'standby'}) => void
}

/** `logflow process`: the backlog of now and an end, or everything that comes until the signal. */
export async function runProcessor(options: RunProcessorOptions): Promise<ProcessReport> {
  const {once, patient = true, ...rest} = options
  const {bus, topic} = rest
  if (once) return settleBacklog({...rest, until: await endOf(bus, topic)})
  const writer = await writerInTurn(options)
  if (!writer) return emptyReport()
  try {
    return await processUnits(writer, {...rest, patient})
  } finally {
    await writer.close()
  }
}

/** The store's writer, waited for while another process has it; `undefined` when the signal came first. */
async function writerInTurn(options: RunProcessorOptions): Promise<StoreWriter | undefined> {
  for (let told = false; !options.signal.aborted; told = true) {
    const writer = await tryOpenWriter(options.store)
    if (writer) return writer
    if (!told) options.onNotice?.({kind: 'standby'})
    await sleep(ASK_EVERY_MS, undefined, {signal: options.signal}).catch(() => undefined)
  }
  return undefined
}
