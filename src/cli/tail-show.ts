import type {Arrivals} from '../lib/flows/tail-arrivals.js'
import type {TailEvent} from '../lib/flows/tail-records.js'
import {heartbeat} from '../lib/output/heartbeat.js'
import type {RecordWriter} from '../lib/output/record-writer.js'
import {liveStats} from '../lib/output/stats-line.js'
import type {Context} from './context.js'

/**
 * Shows a tail as it comes, each event at once; returns how many records it had. With `stats`, figures stand on the last
 * line of a terminal meanwhile, in the place of the line that says that nothing comes.
 */
export async function showTail(
  context: Context,
  writer: RecordWriter,
  arrivals: Arrivals,
  events: AsyncIterable<TailEvent>,
  stats = false,
): Promise<number> {
  const {talk} = context
  const options = {
    stream: talk.stream,
    screen: talk.screen,
    quiet: talk.quiet,
    lag: () => arrivals.lag(),
    now: () => performance.now(),
  }
  const beat = stats ? liveStats(options) : heartbeat(options)
  talk.clearLine = beat.clear
  let toldFollowing = false
  let shown = 0
  try {
    for await (const event of events) {
      if (event.kind !== 'caught-up') beat.came()
      if (event.kind === 'records') {
        shown += event.records.length
        for (const record of event.records) await writer.write(record)
      } else if (event.kind === 'gap') {
        await writer.mark(event.gap)
        // On one screen the mark in the stream is enough.
        if (!(context.format === 'pretty' && context.screen.isTerminal)) talk.warn(`gap: ${event.gap.message}`)
      } else if (event.kind === 'back') {
        talk.note(`back after ${Math.max(1, Math.round(event.afterMs / 1_000))} s: going on from the last position`)
      } else if (!toldFollowing && talk.screen.isTerminal) {
        toldFollowing = true
        await writer.flush()
        talk.note('── following; Ctrl-C ends ──')
      }
      await writer.flush()
      beat.went(event.kind === 'records' ? event.records : [])
    }
  } finally {
    beat.end()
    delete talk.clearLine
  }
  await writer.end()
  return shown
}
