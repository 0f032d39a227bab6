// What was typed at prompts, the newest last, and how up and down go through it.

import {type Line, lineOf} from '../line-editor.js'

/** Lines that are kept of each prompt. */
export const MOST_REMEMBERED = 500

/** How far back in what was typed one is, and what was being typed before. */
export interface Recall {
  back: number
  typed: string
}

/** With one more line, which stands there once. */
export function remembered(lines: readonly string[], line: string): readonly string[] {
  if (line.trim() === '' || lines.at(-1) === line) return lines
  return [...lines.filter((one) => one !== line), line].slice(-MOST_REMEMBERED)
}

/** The line that up (`step` 1) or down (-1) leads to; undefined where there is none. */
export function recalled(
  lines: readonly string[],
  line: Line,
  recall: Recall | undefined,
  step: 1 | -1,
): {line: Line; recall?: Recall} | undefined {
  const typed = recall?.typed ?? line.text
  const others = lines.filter((one) => one !== typed)
  const back = (recall?.back ?? 0) + step
  if (back < 0 || back > others.length) return undefined
  if (back === 0) return {line: lineOf(typed)}
  return {line: lineOf(others[others.length - back] as string), recall: {back, typed}}
}
