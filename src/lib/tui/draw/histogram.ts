import {formatCount, plural} from '../../output/numbers.js'
import {formatTime} from '../../output/times.js'
import {STRETCHES, type Stretch} from '../counts.js'
import {chosenStretch, type HistogramMode} from '../modes/histogram.js'
import type {State} from '../state.js'
import {apart, fitted, type Part, type Pen} from './pen.js'
import {inRows} from './window.js'

const BLOCKS = [...' ▁▂▃▄▅▆▇█']
const ASCII = [...'   ..::##']
/** Columns between two times below the bars, the time itself and a gap. */
const TIME_ROOM = 10

interface Bars {
  values: readonly number[]
  rows: number
  /** Columns of a bar. */
  each: number
  /** Columns left of the bars, for the greatest number. */
  margin: number
  paint(text: string): string
}

/** Records above, errors below, the time under them and what the chosen stretch holds, in exactly so many lines. */
export function drawHistogram(state: State, mode: HistogramMode, columns: number, rows: number, pen: Pen): string[] {
  const {counts} = state
  const {palette} = pen
  if (counts.whole.length === 0) return inRows([fitted([[' no records yet', palette.dim]], columns)], {columns, rows})
  const chosen = chosenStretch(counts, mode)
  const greatest = Math.max(...counts.whole.map((one) => one.records))
  const margin = formatCount(greatest).length + 2
  // Where not all fit, those before are left out.
  const most = Math.max(1, Math.min(STRETCHES, columns - margin - 1))
  const each = Math.max(1, Math.floor((columns - margin - 1) / most))
  const shown = counts.whole.slice(-most)
  const bars = Math.max(2, rows - 4)
  const above = Math.ceil(bars * 0.6)
  const first = counts.newest - shown.length + 1
  const drawn = (one: Omit<Bars, 'each' | 'margin'>) => barLines({...one, each, margin}, columns, pen)
  return inRows(
    [
      headLine(state, chosen, columns, pen),
      ...drawn({values: shown.map((one) => one.records), rows: above, paint: palette.good}),
      fitted([[' errors', palette.bold]], columns),
      ...drawn({values: shown.map((one) => one.errors), rows: bars - above, paint: palette.bad}),
      markLine(margin + (chosen - first) * each, each, columns, pen),
      timeLine(state, first, shown.length, each, margin, columns, pen),
    ],
    {columns, rows},
  )
}

function headLine({counts, zone}: State, chosen: number, columns: number, {palette, ascii}: Pen): string {
  const {records, errors} = counts.whole[STRETCHES - 1 - (counts.newest - chosen)] as Stretch
  const begin = formatTime(new Date(chosen * counts.everyMs).toISOString(), zone).slice(0, 8)
  const share = records === 0 ? '' : ` (${((errors / records) * 100).toFixed(1)} %)`
  const said: Part[] = [
    [`${ascii ? '^' : '▲'} ${begin}  `, palette.bold],
    [plural(records, 'record')],
    [`  ${plural(errors, 'error')}${errors > 0 ? share : ''} `, errors > 0 ? palette.bad : palette.dim],
  ]
  const title: Part[] = [
    [' records', palette.bold],
    [`  ${counts.everyMs / 1_000} s each`, palette.dim],
  ]
  return apart(title, said, columns)
}

/** Bars from the bottom up, a line of the terminal having eight heights; the greatest number beside their top. */
function barLines({values, rows, each, margin, paint}: Bars, columns: number, {ascii, palette}: Pen): string[] {
  const greatest = Math.max(...values, 0)
  const steps = ascii ? ASCII : BLOCKS
  const full = steps.length - 1
  const heights = values.map((value) =>
    value === 0 ? 0 : Math.max(1, Math.round((value / Math.max(1, greatest)) * rows * full)),
  )
  return Array.from({length: rows}, (_, row) => {
    const below = (rows - 1 - row) * full
    const cells = heights.map((height) => (steps[Math.max(0, Math.min(full, height - below))] as string).repeat(each))
    const label = row === 0 ? formatCount(greatest) : row === rows - 1 ? '0' : ''
    return fitted(
      [
        [`${label.padStart(margin - 1)} `, palette.dim],
        [cells.join(''), paint],
      ],
      columns,
    )
  })
}

function markLine(at: number, each: number, columns: number, {ascii, palette}: Pen): string {
  const mark = (ascii ? '^' : '▲').repeat(each)
  return fitted([[' '.repeat(Math.max(0, at))], [mark, palette.bold]], columns)
}

/** As many times as there is room for, each beginning below its bar. */
function timeLine(
  {counts: {everyMs}, zone}: State,
  first: number,
  count: number,
  each: number,
  margin: number,
  columns: number,
  {palette}: Pen,
): string {
  const every = Math.max(1, Math.ceil(TIME_ROOM / each))
  let line = ' '.repeat(margin)
  for (let at = 0; at < count; at += every) {
    const time = formatTime(new Date((first + at) * everyMs).toISOString(), zone).slice(0, 8)
    line = line.padEnd(margin + at * each) + time
  }
  return fitted([[line, palette.dim]], columns)
}
