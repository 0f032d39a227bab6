import {formatTime} from '../../output/times.js'
import {inAscii} from '../../output/trace-drawing.js'
import type {LogRecord} from '../../record/record.js'
import type {Zone} from '../../record/zone.js'
import {compared} from '../compare.js'
import {
  type CompareColumns,
  type CompareLine,
  columnsIn,
  compareLines,
  type Sign,
  TWO_COLUMNS,
} from '../compare-lines.js'
import type {CompareMode} from '../modes/compare.js'
import type {State} from '../state.js'
import {clamp} from '../view.js'
import {fitted, type Part, type Pen} from './pen.js'

/** Which record is which, and as many fields as fit, in exactly so many lines. */
export function drawCompare({zone}: State, mode: CompareMode, columns: number, rows: number, pen: Pen): string[] {
  const {pinned, record, begin, all} = mode
  const comparison = compared(pinned, record)
  const layout = columnsIn(columns, comparison, all)
  const head = headLines(mode, {columns, zone, ...layout}, pen)
  const lines = compareLines(comparison, columns, all)
  const room = Math.max(0, rows - head.length)
  const top = clamp(begin, 0, Math.max(0, lines.length - room))
  const shown = lines.slice(top, top + room).map((line) => partsOf(line, pen))
  const drawn = [...head, ...shown].slice(0, rows).map((parts) => fitted(parts, columns))
  while (drawn.length < rows) drawn.push(' '.repeat(columns))
  return pen.ascii ? drawn.map(inAscii) : drawn
}

function headLines(
  {pinned, record}: CompareMode,
  {columns, zone, name, value}: CompareColumns & {columns: number; zone: Zone},
  pen: Pen,
): Part[][] {
  const [left, right] = marks(pen)
  const first = titleParts(`${left} pinned  `, pinned, zone, pen)
  const second = titleParts(`${right} `, record, zone, pen)
  if (columns < TWO_COLUMNS) return [first, second]
  // Both columns have exactly their width, whatever a service calls itself.
  const cell = (parts: Part[]): Part => [
    fitted(
      parts.map(([text]) => [text]),
      value,
    ),
    pen.palette.bold,
  ]
  return [[[' '.repeat(name + 3)], cell(first), ['  '], cell(second)]]
}

function titleParts(mark: string, record: LogRecord, zone: Zone, {palette}: Pen): Part[] {
  return [
    [mark, palette.bold],
    [`${formatTime(record['@timestamp'], zone)} `],
    [`${record.level ?? '-'} `, (text) => palette.level(record.level, text)],
    [record.service ?? '', (text) => palette.service(record.service ?? '', text)],
  ]
}

/** Of the pinned record, and of the other one. */
function marks({ascii}: Pen): [string, string] {
  return ascii ? ['*', '>'] : ['◆', '▸']
}

function signText(sign: Sign, ascii: boolean): string {
  switch (sign) {
    case 'differs':
      return ascii ? '!' : '≠'
    case 'left':
      return '-'
    case 'right':
      return '+'
    case 'same':
      return ' '
  }
}

function partsOf(line: CompareLine, pen: Pen): Part[] {
  const {palette, ascii} = pen
  switch (line.kind) {
    case 'note':
      return [[line.text, palette.dim]]
    case 'value': {
      const [left, right] = marks(pen)
      return [[`  ${line.side === 'left' ? left : right} `, palette.dim], [line.text]]
    }
    case 'pair': {
      const paint = line.differs ? palette.warn : palette.dim
      return [
        [`${signText(line.sign, ascii)} `, paint],
        [`${line.name} `, paint],
        [line.left, line.differs ? undefined : palette.dim],
        ['  '],
        [line.right, line.differs ? undefined : palette.dim],
      ]
    }
  }
}
