import {formatTime} from '../../output/times.js'
import {inAscii} from '../../output/trace-drawing.js'
import type {DetailMode} from '../modes/detail.js'
import {type RecordLine, recordLines} from '../record-lines.js'
import type {State} from '../state.js'
import {clamp} from '../view.js'
import {fitted, type Part, type Pen} from './pen.js'

/** A title, and as many lines of the record as fit, in exactly so many. */
export function drawDetail(
  {zone}: State,
  {record, begin, open}: DetailMode,
  columns: number,
  rows: number,
  pen: Pen,
): string[] {
  const {palette, ascii} = pen
  const all = recordLines(record, columns, open)
  const room = rows - 1
  const top = clamp(begin, 0, Math.max(0, all.length - room))
  const title: Part[] = [
    [`${formatTime(record['@timestamp'], zone)} `, palette.dim],
    [`${record.level ?? '-'} `, (text) => palette.level(record.level, text)],
    [`${record.service ?? ''} `, (text) => palette.service(record.service ?? '', text)],
    [`  record ${record.id}`, palette.bold],
  ]
  const lines = all.slice(top, top + room).map((line) => partsOf(line, record.level, pen))
  const drawn = [title, ...lines].map((parts) => fitted(parts, columns))
  while (drawn.length < rows) drawn.push(' '.repeat(columns))
  return ascii ? drawn.map(inAscii) : drawn
}

function partsOf({kind, name = '', text}: RecordLine, level: DetailMode['record']['level'], {palette}: Pen): Part[] {
  switch (kind) {
    case 'message':
      return [[text, (shown) => (level === 'ERROR' || level === 'FATAL' ? palette.bad(shown) : palette.bold(shown))]]
    case 'heading':
      return [[text, palette.bold]]
    case 'folded':
      return [[name], [text, palette.dim]]
    case 'field':
      return [[name, palette.dim], [text]]
    default:
      return [[text]]
  }
}
