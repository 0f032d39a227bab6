import {hostname} from 'node:os'
import {setTimeout as wait} from 'node:timers/promises'
import {openApp} from '../lib/compose.js'
import {type ProcessCounts, processCounts} from '../lib/flows/receipt/receipt.js'
import {shipGenerated} from '../lib/flows/ship-generated.js'
import {openTextFile} from '../lib/flows/text-file.js'
import {type Live, type Written, writeGenerated} from '../lib/flows/write-generated.js'
import type {GenerateOptions, Told} from '../lib/generate/generate.js'
import {storedSummary} from '../lib/output/ship-summary.js'
import type {Context} from './context.js'
import {showProcessNotice} from './process-notices.js'

export interface Sending {
  options: GenerateOptions
  live: Live | undefined
  context: Context
  /** Store what went onto the embedded bus. */
  process: boolean
  told?: Told
}

/** What was sent and, where it was also processed, what became of it. */
export type Sent = Written & Partial<ProcessCounts> & {topic?: string}

/** Sends a run to `stdout`, `bus` or the file of that name. The bus adds what became of the lines there. */
export async function sendGenerated(to: string, sending: Sending): Promise<Sent> {
  const {options, live, context, told} = sending
  if (to === 'bus') return sendToBus(sending)
  if (to === 'stdout') {
    if (live) context.watchOutput()
    const written = await writeGenerated(options, context.out, {live, told})
    await context.out.end()
    return written
  }
  const file = await openTextFile(to)
  try {
    return await writeGenerated(options, file, {live, told})
  } finally {
    await file.close()
  }
}

/** As `ship` does: what went onto the embedded bus is also stored, unless told otherwise. */
async function sendToBus({options, live, context, process, told}: Sending): Promise<Sent> {
  const {config, signal, talk} = context
  await using app = openApp(config, talk.detail, talk.warn)
  const {shipped, processed} = await shipGenerated({
    options,
    live,
    bus: await app.bus(),
    topic: config.topic,
    group: config.group,
    host: hostname(),
    now: () => new Date(),
    signal,
    store: process && config.bus === 'embedded' ? await app.store() : undefined,
    onNotice: showProcessNotice(talk),
    told,
  })
  if (processed) talk.note(storedSummary(processed))
  const {units, bytes} = shipped
  if (signal.aborted && processed && processed.read < units)
    talk.note('interrupted: what is on the bus may not be stored yet')
  return {lines: units, bytes, topic: config.topic, ...(processed ? processCounts(processed) : {})}
}

/** Paces lines by the clock; where another start was asked for, as far from it as it is from now. */
export function liveFrom(start: number, now: number, context: Context): Live {
  const ahead = start - now
  const sleep = (ms: number, signal?: AbortSignal) => wait(ms, undefined, {signal}).catch(() => undefined)
  return {clock: {now: () => Date.now() + ahead, sleep}, signal: context.signal}
}
