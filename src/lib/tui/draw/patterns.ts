import {percent} from '../../output/metrics-parts.js'
import {formatCount} from '../../output/numbers.js'
import {placeOf} from '../modes/list-place.js'
import {patternsListed} from '../modes/patterns.js'
import type {PatternCount, State} from '../state.js'
import {apart, fitted, type Part, type Pen} from './pen.js'
import {inRows, type Place, windowOf} from './window.js'

/** Columns from which on there is room for shares beside the texts. */
const WIDE = 60
const nameOf = ({text}: PatternCount) => text

/** Patterns of messages, the most frequent first, as many as fit. */
export function drawPatterns(state: State, place: Place, pen: Pen): string[] {
  const {palette} = pen
  const {columns, rows, chosen} = place
  const list = patternsListed(state)
  const wide = columns >= WIDE
  const muted = state.mutedPatterns.length
  const title: Part[] = [
    [' patterns', palette.bold],
    [muted === 0 ? '' : `  ${formatCount(muted)} muted`, palette.warn],
  ]
  const head = apart(title, wide ? [['   count    share   errors ', palette.dim]] : [], columns)
  const shown = windowOf(list, placeOf(list, nameOf, chosen), rows - 1)
  const lines = shown.map((pattern) => patternLine(state, pattern, place, pen))
  if (list.length === 0) lines.push(fitted([[' none yet: no message came', palette.dim]], columns))
  return inRows([head, ...lines], place)
}

function patternLine(state: State, {text, count, errors}: PatternCount, {columns, chosen}: Place, pen: Pen): string {
  const {palette, ascii} = pen
  const isMuted = state.mutedPatterns.includes(text)
  const isChosen = text === chosen
  const mark: Part = [isChosen ? (ascii ? '>' : '▸') : ' ', palette.bold]
  const said: Part[] = [
    [isMuted ? 'muted ' : '', palette.warn],
    [text === '' ? '(no message)' : text, isMuted ? palette.dim : isChosen ? palette.bold : undefined],
  ]
  if (columns < WIDE) return fitted([mark, [`${formatCount(count).padStart(7)} `, palette.dim], ...said], columns)
  const failing = count === 0 ? 0 : errors / count
  const all = state.patternsOf
  const share = all === 0 ? '-' : percent(count / all)
  const paint = failing > 0 ? palette.bad : palette.dim
  const numbers: Part[] = [
    [` ${formatCount(count).padStart(9)} ${share.padStart(8)} `],
    [`${percent(failing).padStart(8)} `, paint],
  ]
  return apart([mark, ...said], numbers, columns)
}
