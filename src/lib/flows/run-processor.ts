import type {StoreWriter} from '../store/store.js'
import {beginAgain} from './begin-again.js'
import {type AwayNotice, Outage, pause} from './patience.js'
import {endOf, type ProcessNotice, type ProcessOptions, type ProcessReport, processUnits} from './process-units.js'
import {settleBacklog, tryOpenWriter} from './settle-backlog.js'

/** How often a processor that stands by asks for the store's writer. */
const ASK_EVERY_MS = 500

export interface RunProcessorOptions extends Omit<ProcessOptions, 'until' | 'onNotice' | 'outage' | 'report'> {
  /** Stop when everything that was on the bus at the start is stored; else run until the signal. */
  once: boolean
  /** Without `once`: wait for a bus or a store that can take nothing now, unless false. */
  patient?: boolean
  onNotice?: (notice: ProcessNotice | AwayNotice | {kind: 'standby'}) => void
}

/** `logflow process`: the backlog of now and an end, or everything that comes until the signal. */
export async function runProcessor(options: RunProcessorOptions): Promise<ProcessReport> {
  const {once, patient = true, ...rest} = options
  const {bus, topic, signal, onNotice} = rest
  if (once) return settleBacklog({...rest, until: await endOf(bus, topic)})
  const outage = patient ? new Outage('store', {signal, onNotice}) : undefined
  return beginAgain({outage, signal}, async (report) => {
    const writer = await writerInTurn(options)
    if (!writer) return
    try {
      await processUnits(writer, {...rest, outage, report})
    } finally {
      await writer.close()
    }
  })
}

/** The store's writer, waited for while another process has it; `undefined` when the signal came first. */
async function writerInTurn(options: RunProcessorOptions): Promise<StoreWriter | undefined> {
  for (let told = false; !options.signal.aborted; told = true) {
    const writer = await tryOpenWriter(options.store)
    if (writer) return writer
    if (!told) options.onNotice?.({kind: 'standby'})
    await pause(ASK_EVERY_MS, options.signal)
  }
  return undefined
}
