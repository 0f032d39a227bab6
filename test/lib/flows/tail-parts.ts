// A bus and a lake for tests of tails, filled with numbered lines, and a tail read to a condition.

import {join} from 'node:path'
import {onTestFinished} from 'vitest'
import type {Bus} from '../../../src/lib/bus/bus.js'
import {type EmbeddedBusOptions, openEmbeddedBus} from '../../../src/lib/bus/embedded/embedded-bus.js'
import {processUnits} from '../../../src/lib/flows/process-units.js'
import type {Gap} from '../../../src/lib/flows/tail-arrivals.js'
import type {TailEvent} from '../../../src/lib/flows/tail-records.js'
import type {LogRecord} from '../../../src/lib/record/record.js'
import {openLake} from '../../../src/lib/store/lake/lake.js'
import type {Store} from '../../../src/lib/store/store.js'
import {numbered, sendAll} from '../../contracts/bus-reader.js'
import {tempFolder} from '../../support/temp-folder.js'

export const TOPIC = 'logs'
export const GROUP = 'g'
export const ALL = {query: {kind: 'all'}} as const

export async function pipeline(
  options: Partial<EmbeddedBusOptions> = {},
): Promise<{bus: Bus; store: Store; dir: string}> {
  const dir = tempFolder()
  const bus = await openEmbeddedBus({dir: join(dir, 'bus'), ...options})
  onTestFinished(() => bus.close())
  const store = await openLake({dir: join(dir, 'lake')})
  onTestFinished(() => store.close())
  return {bus, store, dir}
}

/** Sends the lines `app <from>` to `app <to - 1>`, `batch` at a time. */
export async function send(bus: Bus, from: number, to: number, batch = 10): Promise<void> {
  const batches = []
  for (let at = from; at < to; at += batch) batches.push(numbered('app', at, Math.min(batch, to - at)))
  await sendAll(bus, TOPIC, batches)
}

/** Processes everything that is on the bus now. */
export async function process(bus: Bus, store: Store): Promise<void> {
  const writer = await store.openWriter()
  const until = new Map((await bus.describe(TOPIC)).partitions.map(({partition, next}) => [partition, next]))
  const signal = new AbortController().signal
  await processUnits(writer, {bus, store, topic: TOPIC, group: GROUP, until, signal, now: () => new Date()})
  await writer.close()
}

export const numberOf = ({message}: LogRecord): number => Number(message.split(' ')[1])

export const range = (from: number, to: number): number[] => Array.from({length: to - from}, (_, i) => from + i)

export interface Tailed {
  numbers: number[]
  gaps: Gap[]
  events: TailEvent[]
}

/** Reads a tail until `enough` says so after an event, then aborts it and sees that it ends. */
export async function readTail(
  events: AsyncIterable<TailEvent>,
  stop: AbortController,
  enough: (tailed: Tailed) => boolean | Promise<boolean>,
): Promise<Tailed> {
  const tailed: Tailed = {numbers: [], gaps: [], events: []}
  for await (const event of events) {
    tailed.events.push(event)
    if (event.kind === 'records') tailed.numbers.push(...event.records.map(numberOf))
    if (event.kind === 'gap') tailed.gaps.push(event.gap)
    if (await enough(tailed)) stop.abort()
  }
  return tailed
}
