import type {ReadOptions} from './read-units.js'
import type {KnownSource, SourceTable} from './source-table.js'

/**
 * What a reading of a source that the table knows needs to cut where the readings before did, and to tell those after
 * it where it cut. @param from where the reading begins: what lies before it is not passed
 */
export function cutKeeper(
  table: SourceTable,
  {id, cuts, tentative}: KnownSource,
  from = 0,
): Required<Pick<ReadOptions, 'cuts' | 'onCut' | 'onContinuation'>> {
  const known = new Set(cuts)
  const kept = new Set(cuts.filter((cut) => cut !== tentative))
  let mark = tentative
  return {
    cuts,
    async onCut(offset) {
      if (known.has(offset)) return
      const passed = mark !== undefined && mark > from && mark < offset ? mark : undefined
      await table.markCut(id, offset, passed)
      known.add(offset)
      mark = offset
    },
    async onContinuation(cut) {
      if (!known.has(cut) || kept.has(cut)) return
      await table.keepCut(id, cut)
      kept.add(cut)
    },
  }
}
