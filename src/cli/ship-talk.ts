import {type ShipReceipt, withoutBlocks} from '../lib/flows/receipt/receipt.js'
import type {ShipFilesReport, ShipNotice} from '../lib/flows/ship-files.js'
import {formatCount} from '../lib/output/numbers.js'
import {progressBar} from '../lib/output/progress-bar.js'
import {shipSummary, storedSummary} from '../lib/output/ship-summary.js'
import type {SourceProgress} from '../lib/sources/open-sources.js'
import type {Context, Talk} from './context.js'
import {tellSkipped} from './open-inputs.js'
import {showProcessNotice} from './process-notices.js'
import {showResultIfAsked} from './show-result.js'

/** What a person sees while a ship is under way: a bar for what is read, then for what is stored. */
export function shipProgress(talk: Talk) {
  const bar = progressBar({
    stream: talk.stream,
    screen: talk.screen,
    label: 'ship',
    now: () => performance.now(),
    quiet: talk.quiet,
  })
  const tell = showProcessNotice(talk)
  return {
    update: ({bytes, totalBytes, lines}: SourceProgress) => bar.update({bytes, totalBytes, lines}),
    end: () => bar.end(),
    notice: (notice: ShipNotice) => {
      if (notice.kind !== 'stored') bar.end()
      tell(notice)
    },
  }
}

/** The last lines of a ship: two for people on stderr, one object on stdout where JSON was asked for. */
export async function showReceipt(
  context: Context,
  receipt: ShipReceipt,
  {progress, processed, problems}: ShipFilesReport,
): Promise<void> {
  const {talk} = context
  tellSkipped(context, problems)
  talk.note(shipSummary(progress, (receipt.seconds ?? 0) * 1_000))
  if (processed) talk.note(storedSummary(processed))
  if (receipt.interrupted)
    talk.note('interrupted: the rest was not shipped, and what is on the bus may not be stored yet')
  if (receipt.unacknowledged)
    talk.note(`${formatCount(receipt.unacknowledged)} records were sent and not acknowledged: ship them again`)
  await showResultIfAsked(context, withoutBlocks(receipt))
}
