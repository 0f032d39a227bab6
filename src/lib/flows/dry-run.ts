import type {SourceProgress, Sources} from '../sources/open-sources.js'
import type {UnitLedger} from './receipt/unit-ledger.js'
import type {ShipFilesReport} from './ship-files.js'

/** Reads everything as `ship` would, and sends nothing. */
export async function dryRun(
  sources: Sources,
  ledger: UnitLedger,
  onProgress?: (progress: SourceProgress) => void,
): Promise<ShipFilesReport> {
  const shipped = {units: 0, bytes: 0, batches: 0, positions: new Map<number, number>(), unacknowledged: 0}
  for await (const batch of sources) {
    ledger.add(batch)
    shipped.units += batch.count
    shipped.batches++
    shipped.bytes += batch.data.length
    onProgress?.(sources.progress())
  }
  return {shipped, progress: sources.progress(), files: sources.results, problems: sources.problems}
}
