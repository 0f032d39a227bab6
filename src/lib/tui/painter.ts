import {textWidth} from '../output/text-width.js'

/** A terminal that holds back what it shows until all of it has come (those that do not know the mode ignore it). */
const BEGIN = '\u001b[?2026h'
const END = '\u001b[?2026l'
/** Whether what is longer than a line goes on in the next one. */
const NO_WRAP = '\u001b[?7l'
const WRAP = '\u001b[?7h'
const HIDE_CURSOR = '\u001b[?25l'
const CLEAR_SCREEN = '\u001b[2J'
const CLEAR_REST = '\u001b[K'
const PLAIN_STYLE = '\u001b[m'

const STYLES = /\u001b\[[\d;:]*m/g

/**
 * Puts frames on a terminal's own screen, line by line and only the lines that differ from those it shows: a frame is
 * made as wide as the terminal, so that nothing is left to lay out.
 */
export class Painter {
  #shown: readonly string[] | undefined
  #columns = 0

  constructor(private readonly write: (text: string) => void) {}

  /** What the terminal shows is not known any more. */
  forget(): void {
    this.#shown = undefined
  }

  /** @param lines safe for a terminal but for the colours in them; what is wider than the terminal is cut there */
  paint(lines: readonly string[], columns: number): void {
    if (columns !== this.#columns) this.forget()
    this.#columns = columns
    const before = this.#shown
    let changed = before ? '' : HIDE_CURSOR + CLEAR_SCREEN
    const rows = Math.max(lines.length, before?.length ?? 0)
    for (let row = 0; row < rows; row++) {
      const line = lines[row] ?? ''
      if (before && line === (before[row] ?? '')) continue
      // Behind a line that fills its row the cursor still stands on the last column: clearing there would take its last sign.
      const full = textWidth(line.replace(STYLES, '')) >= columns
      changed += `\u001b[${row + 1};1H${line}${full ? '' : CLEAR_REST}`
    }
    this.#shown = lines
    if (changed !== '') this.write(BEGIN + NO_WRAP + PLAIN_STYLE + changed + WRAP + END)
  }
}
