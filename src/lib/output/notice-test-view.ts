import type {NoticeTest} from '../alerts/alerts.js'
import {escapeLine} from './escape-controls.js'
import {formatDuration} from './numbers.js'
import {paletteFor} from './palette.js'
import type {Screen} from './screen.js'

/** One line: `✓ webhook of High error rate took the test notice after 38 ms: answered 200`. */
export function noticeTestText(
  {rule, channel, sent, detail, retriable, duration_ms}: NoticeTest,
  screen: Screen,
): string {
  const palette = paletteFor(screen.color)
  const mark = sent ? palette.good(screen.ascii ? 'ok' : '✓') : palette.bad(screen.ascii ? '!!' : '✗')
  const what = sent ? 'took the test notice' : 'did not take the test notice'
  const why = detail === undefined ? '' : `: ${detail}`
  const again =
    retriable === undefined ? '' : retriable ? '; a real one would be tried again' : '; it would not be tried again'
  const text = `${channel} of ${rule} ${what} after ${formatDuration(duration_ms)}${why}${again}`
  return `${mark} ${escapeLine(text)}\n`
}
