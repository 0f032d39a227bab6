import type {ShipNotice} from '../lib/flows/ship-files.js'
import {formatCount, formatDuration} from '../lib/output/numbers.js'
import type {Talk} from './context.js'

/** So many are told one by one; the others are in `logflow dlq list`. */
const MOST_DEAD_LETTERS = 20

/** Tells a person what happens while records are stored: what is wrong always, progress only with --verbose. */
export function showProcessNotice(talk: Talk): (notice: ShipNotice) => void {
  let deadLetters = 0
  return (notice) => {
    switch (notice.kind) {
      case 'standby':
        return talk.note('another process writes to the store; standing by')
      case 'uncounted':
        return talk.warn(
          `the processor beside ended early (${notice.reason}) and was started again: the counts lack what it had stored`,
        )
      case 'dead-letter':
        if (++deadLetters <= MOST_DEAD_LETTERS) return talk.note(`dead letter ${notice.id}: ${notice.reason}`)
        if (deadLetters === MOST_DEAD_LETTERS + 1) talk.note('more dead letters follow: logflow dlq list')
        return talk.detail(`dead letter ${notice.id}: ${notice.reason}`)
      case 'bus-away':
      case 'store-away':
      case 'disk-away':
      case 'database-away':
        return talk.note(`${notice.reason}; waiting, next try in ${formatDuration(notice.afterMs)} (Ctrl-C ends)`)
      case 'slow':
        return talk.note(`the bus has acknowledged nothing for ${formatDuration(notice.forMs)}; reading is paused`)
      case 'silent':
        return talk.note(`no sign of life from the bus for ${formatDuration(notice.forMs)}; waiting`)
      case 'back':
        return talk.note(`the ${notice.what} is back after ${formatDuration(notice.afterMs)}`)
      case 'gap':
        return talk.warn(
          `gap: ${formatCount(notice.to - notice.from)} units of partition ${notice.partition} were removed by retention unread`,
        )
      case 'stored':
        return talk.detail(`stored ${formatCount(notice.report.stored)}`)
    }
  }
}
