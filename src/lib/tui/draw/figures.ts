import {formatCount} from '../../output/numbers.js'
import {sparkline} from '../../output/sparkline.js'
import {formatDate, formatTime} from '../../output/times.js'
import type {Zone} from '../../record/zone.js'
import {type Counts, STRETCHES, sum} from '../counts.js'
import type {State} from '../state.js'
import {apart, type Pen} from './pen.js'

const TITLE = ' volume '.length

/** Numbers of records and of errors over time, a line each, one above the other: what happened at once is in one column. */
export function drawFigures({counts}: State, columns: number, pen: Pen): string[] {
  const {palette} = pen
  const {records, errors} = sum(counts.whole)
  const ends = [records, errors].map((total) => ` ${formatCount(total)} `)
  const room = Math.max(1, columns - TITLE - Math.max(...ends.map((end) => end.length)))
  const line = (title: string, values: number[], end: string, paint: (text: string) => string) =>
    apart(
      [
        [` ${title} `, palette.dim],
        [bars(values, room, pen), paint],
      ],
      [[end]],
      columns,
    )
  return [
    line(
      'volume',
      counts.whole.map((one) => one.records),
      ends[0] as string,
      palette.good,
    ),
    line(
      'errors',
      counts.whole.map((one) => one.errors),
      ends[1] as string,
      palette.bad,
    ),
  ]
}

/** In a wide terminal a stretch takes several columns, in a narrow one neighbours are put together. */
function bars(values: readonly number[], room: number, {ascii}: Pen): string {
  const line = sparkline(values, {ascii, most: room})
  const each = Math.max(1, Math.floor(room / STRETCHES))
  return each === 1 ? line : [...line].map((bar) => bar.repeat(each)).join('')
}

/** The time that is counted: `last 15 min`; from when to when where its end is not now. */
export function stretchText({everyMs, newest}: Counts, now: number, zone: Zone): string {
  if (!Number.isFinite(newest)) return ''
  const end = (newest + 1) * everyMs
  const span = everyMs * STRETCHES
  if (Math.abs(now - end) < span) return `last ${Math.round(span / 60_000)} min`
  const begin = momentText(new Date(end - span).toISOString(), now, zone).slice(0, -3)
  return `${begin} to ${formatTime(new Date(end).toISOString(), zone).slice(0, 5)}`
}

/** `09:41:07`, with the date where it is another day than now. */
export function momentText(timestamp: string, now: number, zone: Zone): string {
  const date = formatDate(timestamp, now, zone)
  const time = formatTime(timestamp, zone).slice(0, 8)
  return date === formatDate(new Date(now).toISOString(), now, zone) ? time : `${date} ${time}`
}
