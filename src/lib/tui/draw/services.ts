import {percent} from '../../output/metrics-parts.js'
import {formatCount} from '../../output/numbers.js'
import {sparkline} from '../../output/sparkline.js'
import {byService, type ServiceCount} from '../counts.js'
import {placeOf} from '../modes/list-place.js'
import type {State} from '../state.js'
import {apart, fitted, type Part, type Pen} from './pen.js'
import {inRows, type Place, windowOf} from './window.js'

/** Columns from which on there is room for numbers of records and the trend of errors. */
const WIDE = 70
/** An error share from which on a service is shown as failing. */
const FAILING = 0.05
const nameOf = ({name}: ServiceCount) => name

/** Services, those with the most errors first, as many as fit. */
export function drawServices(state: State, place: Place, pen: Pen): string[] {
  const {palette} = pen
  const {columns, rows, chosen} = place
  const list = byService(state.counts)
  const wide = columns >= WIDE
  const trend = trendWidth(columns)
  const numbers = wide
    ? `   records    errors    share  ${'records'.padEnd(trend)}  ${'errors'.padEnd(trend)} `
    : '  errors '
  const head = apart([[' services', palette.bold]], [[numbers, palette.dim]], columns)
  const shown = windowOf(list, placeOf(list, nameOf, chosen), rows - 1)
  const lines = shown.map((service) => serviceLine(state, service, place, pen))
  if (list.length === 0) lines.push(fitted([[' none yet: no record named one', palette.dim]], columns))
  return inRows([head, ...lines], place)
}

function serviceLine(state: State, {name, records, errors, trend}: ServiceCount, place: Place, pen: Pen): string {
  const {columns, chosen} = place
  const {palette, ascii} = pen
  const isMuted = state.muted.includes(name)
  const left: Part[] = [
    [name === chosen ? (ascii ? '>' : '▸') : ' ', palette.bold],
    [name, isMuted ? palette.dim : (text) => palette.service(name, text)],
    [isMuted ? ' (muted)' : '', palette.warn],
  ]
  const most = trendWidth(columns)
  const bars = (of: (one: ServiceCount['trend'][number]) => number) =>
    sparkline(trend.map(of), {ascii, most}).padEnd(most)
  const share = records === 0 ? 0 : errors / records
  const paint = share >= FAILING ? palette.bad : share > 0 ? palette.warn : palette.dim
  const part: Part = [percent(share).padStart(8), paint]
  if (columns < WIDE) return apart(left, [[` ${bars((one) => one.records)} `], part], columns)
  const right: Part[] = [
    [` ${formatCount(records).padStart(9)} ${formatCount(errors).padStart(9)} `],
    part,
    [`  ${bars((one) => one.records)}  `],
    [`${bars((one) => one.errors)} `, palette.bad],
  ]
  return apart(left, right, columns)
}

function trendWidth(columns: number): number {
  if (columns < WIDE) return 10
  return Math.max(10, Math.min(30, Math.floor((columns - 60) / 2)))
}
