import {escapeLine} from '../../output/escape-controls.js'
import {textWidth} from '../../output/text-width.js'
import type {Line} from '../line-editor.js'
import type {PromptMode} from '../modes/prompt.js'
import type {Offered} from '../prompt/completion.js'
import {PURPOSES} from '../prompt/purposes.js'
import {fitted, type Part, type Pen} from './pen.js'

/** The line that is typed, as much of it as fits before its cursor, and behind it what is wrong with it, if that fits. */
export function drawPrompt(mode: PromptMode, columns: number, pen: Pen): string {
  const {line, purpose} = mode
  const wrong: Part[] = hasRoom(mode, columns) ? [[`   ${mode.problem}`, pen.palette.bad]] : []
  const looks: Part[] = mode.waiting ? [[`   looking ${pen.ascii ? '...' : '…'}`, pen.palette.dim]] : []
  return drawTyped({title: PURPOSES[purpose].title, line}, columns, pen, [...looks, ...wrong])
}

/** A title and a line that is typed, as much of it as fits before its cursor; behind it what fits of something else. */
export function drawTyped(
  {title, line}: {title: string; line: Line},
  columns: number,
  {palette, ascii}: Pen,
  behind: readonly Part[] = [],
): string {
  const chars = [...line.text]
  const before = endOf(chars.slice(0, line.at), columns - textWidth(title) - 2, ascii)
  const after = chars.slice(line.at + 1).join('')
  const at: Part = [chars[line.at] ?? ' ', invert]
  return fitted([[title, palette.bold], [before], at, [after], ...behind], columns)
}

/**
 * What covers the line above the prompt: what Tab offers, or what is wrong where the prompt has no room for it. Nothing
 * moves for it.
 */
export function drawAbovePrompt(mode: PromptMode, columns: number, pen: Pen): string | undefined {
  if (mode.offered) return drawOffered(mode.offered, columns, pen)
  if (mode.problem === undefined || hasRoom(mode, columns)) return undefined
  return fitted([[mode.problem, pen.palette.bad]], columns)
}

/** Whether the problem, if there is one, fits behind the line. */
function hasRoom({purpose, line, problem}: PromptMode, columns: number): boolean {
  return problem !== undefined && widthOf([PURPOSES[purpose].title, line.text, '    ', problem]) <= columns
}

function drawOffered({candidates, at}: Offered, columns: number, {palette, ascii}: Pen): string {
  if (candidates.length === 0) return fitted([['nothing fits', palette.dim]], columns)
  const end = ` ${at < 0 ? '' : `${at + 1}/`}${candidates.length}`
  const room = columns - textWidth(end)
  const labels = candidates.map(({label, value}) => label ?? value)
  let first = 0
  while (first < at && widthOf(labels.slice(first, at + 1)) + 2 * (at - first) > room - 2) first++
  const more: Part = [first > 0 ? (ascii ? '< ' : '‹ ') : '', palette.dim]
  const parts = labels
    .slice(first)
    .flatMap((label, index): Part[] => [[index > 0 ? '  ' : ''], [label, first + index === at ? invert : undefined]])
  return fitted([more, ...parts], room) + fitted([[end, palette.dim]], columns - room)
}

/** As many of the last characters as fit. */
function endOf(chars: readonly string[], room: number, ascii: boolean): string {
  const text = chars.join('')
  if (widthOf([text]) <= room) return text
  let first = chars.length
  let width = 1
  while (first > 0) {
    width += widthOf([chars[first - 1] as string])
    if (width > room) break
    first--
  }
  return `${ascii ? '<' : '‹'}${chars.slice(first).join('')}`
}

function widthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + textWidth(escapeLine(text)), 0)
}

function invert(text: string): string {
  return `\u001b[7m${text}\u001b[27m`
}
