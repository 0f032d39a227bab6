import {type ShipReceipt, withoutBlocks} from '../lib/flows/receipt/receipt.js'
import type {ShipFilesReport, ShipNotice} from '../lib/flows/ship-files.js'
import {formatCount, plural} from '../lib/output/numbers.js'
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
  // A run that was cut short cannot know who will process the rest.
  const elsewhere = processed && !receipt.interrupted ? Math.max(0, receipt.records - processed.read) : 0
  if (processed) talk.note(storedSummary({...processed, elsewhere}))
  if (receipt.interrupted) talk.note(interruption(receipt.records, processed !== undefined))
  if (receipt.unacknowledged)
    talk.note(`${formatCount(receipt.unacknowledged)} records were sent and not acknowledged: ship them again`)
  await showResultIfAsked(context, withoutBlocks(receipt))
}

function interruption(shipped: number, stores: boolean): string {
  const said = `interrupted: ${plural(shipped, 'record')} shipped`
  return stores && shipped > 0 ? `${said}; those that are not stored yet are on the bus: logflow process --once` : said
}
