import {linesIn, type TextMode} from '../modes/text.js'
import {fitted, type Pen} from './pen.js'

/** A title, and lines as many as fit, in exactly so many. */
export function drawText(mode: TextMode, columns: number, rows: number, {palette}: Pen): string[] {
  const {title, begin} = mode
  const shown = linesIn(mode, columns)
    .slice(begin, begin + rows - 1)
    .map((line) => fitted([[line]], columns))
  while (shown.length < rows - 1) shown.push(' '.repeat(columns))
  return [fitted([[title, palette.bold]], columns), ...shown]
}
