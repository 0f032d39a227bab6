import type {TextMode} from '../modes/text.js'
import {fitted, type Pen} from './pen.js'

/** A title, and lines as many as fit, in exactly so many. */
export function drawText({title, lines, begin, of}: TextMode, columns: number, rows: number, pen: Pen): string[] {
  const shown = lines.slice(begin, begin + rows - 1)
  return [fitted([[title, pen.palette.bold]], columns), ...page(shown, columns, rows - 1, of === 'trace')]
}

/** Lines that are laid out already (`drawn`: safe, with colours) or a stranger's text. */
function page(lines: readonly string[], columns: number, rows: number, drawn: boolean): string[] {
  const shown = lines.map((line) => (drawn ? line : fitted([[line]], columns)))
  while (shown.length < rows) shown.push('')
  return shown.slice(0, rows)
}
