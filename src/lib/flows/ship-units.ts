// Shipping: batches of units from the sources go onto the bus, several under way at once, each acknowledged.

import type {Bus, BusProducer, ProducerOptions, SendReceipt} from '../bus/bus.js'
import type {UnitBatch} from '../units/unit-batch.js'
import {keepTrying, type Patience} from './patience.js'
import {SendWindow} from './send-window.js'

/** What was acknowledged; `positions` is one past the last unit by partition. */
export interface ShipReport {
  units: number
  bytes: number
  batches: number
  positions: Map<number, number>
  /** Units that were handed to the bus and not acknowledged when the run was interrupted: it may have them or not. */
  unacknowledged: number
}

/**
 * Called once for each batch that is durable on the bus, those of one source in order: with the report so far and the
 * batch itself, which may be read until the call returns. A batch that was sent and not acknowledged, since the run
 * was ended first, is never seen here. What it throws ends the run.
 */
export type OnAcknowledged = (report: ShipReport, batch: UnitBatch) => void

export interface ShipUnitsOptions {
  onAcknowledged?: OnAcknowledged
  /** Ends the waiting: what is not acknowledged a moment later is given up, and counted as such. */
  signal?: AbortSignal
  /** Sends again what the bus cannot take now, until it can. Without it the first refusal ends the run. */
  patience?: Patience
}

/** Opens a producer, sends everything the sources give through it, and closes it; waits for a bus that is away. */
export async function shipTo(
  bus: Bus,
  topic: ProducerOptions,
  batches: AsyncIterable<UnitBatch>,
  options: ShipUnitsOptions = {},
): Promise<ShipReport> {
  const producer = await keepTrying('bus', () => bus.openProducer(topic), options.patience)
  let report: ShipReport | undefined
  try {
    report = await shipUnits(batches, producer, options)
    return report
  } finally {
    // What was given up is waited for no more.
    await producer.close({abandon: (report?.unacknowledged ?? 0) > 0})
  }
}

/**
 * Sends everything the sources give, and pulls nothing while the window is full or the bus is away. Resolves once all
 * of it is acknowledged or the signal has ended the waiting; rejects at a refusal that will not pass.
 */
export async function shipUnits(
  batches: AsyncIterable<UnitBatch>,
  producer: BusProducer,
  options: ShipUnitsOptions = {},
): Promise<ShipReport> {
  const report: ShipReport = {units: 0, bytes: 0, batches: 0, positions: new Map(), unacknowledged: 0}
  const window = new SendWindow(producer, {
    ...options,
    onAcknowledged(batch, receipt) {
      count(report, batch, receipt)
      options.onAcknowledged?.(report, batch)
    },
  })
  const iterator = batches[Symbol.asyncIterator]()
  let pulling = false
  try {
    while (await window.room()) {
      pulling = true
      const {value, done} = await window.unlessFailed(iterator.next())
      pulling = false
      if (done) break
      window.send(value)
    }
    report.unacknowledged = await window.finish()
  } catch (error) {
    const ended = iterator.return?.().catch(() => undefined)
    // A source that follows a silent file may answer much later.
    if (!pulling) await ended
    throw error
  } finally {
    window.close()
  }
  // What the source still has to put down at its end is part of the run.
  await iterator.return?.()
  return report
}

function count(report: ShipReport, batch: UnitBatch, receipt: SendReceipt): void {
  report.units += batch.count
  report.batches++
  report.bytes += batch.data.length
  const known = report.positions.get(receipt.partition) ?? 0
  report.positions.set(receipt.partition, Math.max(known, receipt.nextOffset))
}
