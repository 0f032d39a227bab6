import {escapeLine} from '../../output/escape-controls.js'
import type {Palette} from '../../output/palette.js'
import {beginningOf, cutTo, textWidth} from '../../output/text-width.js'

/** What drawing needs to know of the terminal. */
export interface Pen {
  palette: Palette
  /** The locale has no UTF-8. */
  ascii: boolean
  /** Milliseconds since 1970: for dates and ages. */
  now: number
}

/** A part of a line: its text, which may be a stranger's, and how it is coloured. */
export type Part = readonly [text: string, paint?: (text: string) => string]

/** Columns that parts take. */
export function widthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, [text]) => sum + textWidth(escapeLine(text)), 0)
}

/** A line in which what is not ASCII takes as many columns as it did: for terminals whose locale has no UTF-8. */
export function inAscii(line: string): string {
  return line.replace(/[^\x00-\x7e]/gu, (char) => (char === '…' ? '~' : '?'.repeat(textWidth(char))))
}

/** Parts one after the other in exactly so many columns: what does not fit is cut, what is missing is blank. */
export function fitted(parts: readonly Part[], width: number): string {
  let left = width
  let line = ''
  for (const [text, paint] of parts) {
    if (left <= 0) break
    const safe = escapeLine(beginningOf(text, left))
    const cut = textWidth(safe) > left ? cutTo(safe, left) : safe
    left -= textWidth(cut)
    line += paint ? paint(cut) : cut
  }
  return left > 0 ? line + ' '.repeat(left) : line
}

/** Two texts at the ends of a line; the left one gives way. */
export function apart(left: readonly Part[], right: readonly Part[], width: number): string {
  const rightWidth = widthOf(right)
  if (rightWidth >= width) return fitted(right, width)
  return fitted(left, width - rightWidth) + fitted(right, rightWidth)
}
