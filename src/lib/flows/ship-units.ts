// Shipping: batches of units from the sources go onto the bus, several under way at once, each acknowledged.

import type {BusProducer, SendReceipt} from '../bus/bus.js'
import type {UnitBatch} from '../units/unit-batch.js'

/** Batches handed to the bus and not yet acknowledged: bounds memory and keeps the bus busy. */
const MAX_IN_FLIGHT = 8

/** What was acknowledged; `positions` is one past the last unit by partition. */
export interface ShipReport {
  units: number
  bytes: number
  batches: number
  positions: Map<number, number>
}

/**
 * Called once for each batch that is durable on the bus, those of one source in order: with the report so far and the
 * batch itself, which may be read until the call returns. A batch that was sent and not acknowledged, since the run
 * was ended first, is never seen here. What it throws ends the run.
 */
export type OnAcknowledged = (report: ShipReport, batch: UnitBatch) => void

/** Sends everything the sources give. Resolves once all of it is acknowledged; rejects at the first refusal. */
export async function shipUnits(
  batches: AsyncIterable<UnitBatch>,
  producer: BusProducer,
  onAcknowledged?: OnAcknowledged,
): Promise<ShipReport> {
  const report: ShipReport = {units: 0, bytes: 0, batches: 0, positions: new Map()}
  const inFlight = new Set<Promise<void>>()
  let failure: {error: unknown} | undefined
  for await (const batch of batches) {
    if (failure) break
    const sending = producer
      .send(batch)
      .then((receipt) => {
        count(report, batch, receipt)
        onAcknowledged?.(report, batch)
      })
      .catch((error: unknown) => {
        failure ??= {error}
      })
      .finally(() => inFlight.delete(sending))
    inFlight.add(sending)
    if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
  if (failure) throw failure.error
  return report
}

function count(report: ShipReport, batch: UnitBatch, receipt: SendReceipt): void {
  report.units += batch.count
  report.batches++
  report.bytes += batch.data.length
  const known = report.positions.get(receipt.partition) ?? 0
  report.positions.set(receipt.partition, Math.max(known, receipt.nextOffset))
}
