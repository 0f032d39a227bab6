import {whenText} from '../../output/alert-text.js'
import {formatCount} from '../../output/numbers.js'
import type {Zone} from '../../record/zone.js'
import {chosenLetter, type DeadLettersMode} from '../modes/dead-letters.js'
import {placeOf} from '../modes/list-place.js'
import type {DeadLetter} from '../pipeline.js'
import type {State} from '../state.js'
import {fitted, type Part, type Pen} from './pen.js'
import {inRows, type Place, windowOf} from './window.js'

/** Lines of a letter in the list: what and where, and its text. */
const LINES = 2

/** What could not be stored, or one of it whole. */
export function drawDeadLetters(state: State, mode: DeadLettersMode, place: Place, pen: Pen): string[] {
  const {columns} = place
  const {palette} = pen
  if (mode.whole) {
    const {title, lines, begin} = mode.whole
    const shown = lines.slice(begin).map((line) => fitted([[` ${line}`]], columns))
    return inRows([fitted([[` ${title}`, palette.bold]], columns), ...shown], place)
  }
  return drawList(state, {...place, chosen: chosenLetter(state, mode)?.id}, pen)
}

function drawList({letters, zone}: State, place: Place, pen: Pen): string[] {
  const {list, count, problem} = letters
  const {columns, rows, chosen} = place
  const {palette} = pen
  const counted = count === undefined ? '' : `  ${formatCount(count)}`
  const newest = count !== undefined && count > list.length ? `, the newest ${formatCount(list.length)} are shown` : ''
  const lines = [
    fitted(
      [
        [' dead letters', palette.bold],
        [counted + newest, palette.dim],
      ],
      columns,
    ),
  ]
  if (problem !== undefined) lines.push(fitted([[` ${problem}`, palette.warn]], columns))
  else if (count === undefined) lines.push(fitted([[' looking …', palette.dim]], columns))
  else if (count === 0) lines.push(fitted([[' none: everything that came could be stored', palette.good]], columns))
  const at = placeOf(list, ({id}) => id, chosen)
  const fits = Math.max(1, Math.floor((rows - lines.length) / LINES))
  for (const letter of windowOf(list, at, fits)) lines.push(...letterLines(letter, zone, place, pen))
  return inRows(lines, place)
}

/** When, from where, why; and below it what it says. */
function letterLines(letter: DeadLetter, zone: Zone, {columns, chosen}: Place, {palette, ascii, now}: Pen): string[] {
  const {id, at, status, tries, reason, service, preview} = letter
  const isChosen = id === chosen
  const words: Part[] = [
    [isChosen ? (ascii ? '>' : '▸') : ' ', palette.bold],
    [`${at === undefined ? '-' : whenText(at, {zone, now})}  `, palette.dim],
    [status === undefined ? '' : `${status}  `, palette.bad],
    [reason, isChosen ? (text) => palette.bold(palette.warn(text)) : palette.warn],
    [tries > 1 ? `  ${tries} tries` : ''],
    ...(service === undefined ? [] : [[`  ${service}`, (text) => palette.service(service, text)] as Part]),
    [`  ${letterPlace(letter)}`, palette.dim],
  ]
  const [first = '', ...more] = preview.split('\n')
  const rest = more.length > 0 ? (ascii ? ' ...' : ' …') : ''
  return [fitted(words, columns), fitted([['    '], [first], [rest, palette.dim]], columns)]
}

/** The file and line, or the source (a place on a bus among them) and the offset in it. */
function letterPlace({file, line, source, offset}: DeadLetter): string {
  if (file === undefined) return `${source} ${offset}`
  return line === undefined ? file : `${file}:${line}`
}
