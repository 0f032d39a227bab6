import type {TimeseriesRow} from '../metrics/timeseries.js'
import {bar} from './bar.js'
import {type MetricsScreen, millisecondsText, percent, widthOf} from './metrics-parts.js'
import {formatCount, formatRate} from './numbers.js'
import {paletteFor} from './palette.js'
import type {RowColumn} from './rows.js'
import {type Column, showTable, tableWidths} from './show-table.js'
import {padTo} from './text-width.js'
import {formatDate, formatTime} from './times.js'

const MOST_BAR = 40
const LEAST_BAR = 8

/** Stretches of time for people: a line each, its date only where it changes. */
export function timeseriesTable(rows: readonly TimeseriesRow[], view: MetricsScreen): string {
  const {screen, zone, now} = view
  const by = fieldOf(rows)
  const timed = rows.some(({p95_duration_ms}) => p95_duration_ms !== undefined)
  const before = rows.some(({records_before}) => records_before !== undefined)
  const right = (title: string): Column => ({title, align: 'right'})
  const columns: Column[] = [
    {title: 'time'},
    ...(by ? [{title: by, least: 8}] : []),
    right('records'),
    ...(before ? [right('before')] : []),
    right('/s'),
    right('errors'),
    right('rate'),
    ...(timed ? [right('p50'), right('p95')] : []),
  ]
  // As much of the time of day as tells stretches apart.
  const digits = greatest(rows.map(({start}) => (start.endsWith(':00.000Z') ? 5 : start.endsWith('.000Z') ? 8 : 12)))
  let lastDay = ''
  const cells = rows.map((row) => {
    const day = formatDate(row.start, now, zone)
    const clock = formatTime(row.start, zone).slice(0, digits)
    const time = day === lastDay ? `${' '.repeat(day.length)} ${clock}` : `${day} ${clock}`
    lastDay = day
    return [
      time,
      ...(by ? [row[by] ?? '(none)'] : []),
      formatCount(row.records),
      ...(before ? [formatCount(row.records_before ?? 0)] : []),
      formatRate(row.records, row.seconds * 1_000),
      formatCount(row.errors),
      row.error_rate === undefined ? '' : percent(row.error_rate),
      ...(timed ? [millisecondsText(row.p50_duration_ms), millisecondsText(row.p95_duration_ms)] : []),
    ]
  })
  const palette = paletteFor(screen.color)
  const table = showTable(columns, cells, {palette, width: Number.POSITIVE_INFINITY}).split('\n')
  const used = tableWidths(columns, cells, {palette, width: Number.POSITIVE_INFINITY}).reduce(
    (sum, own) => sum + own + 2,
    0,
  )
  const room = Math.min(MOST_BAR, widthOf(screen) - used)
  if (room < LEAST_BAR) return showTable(columns, cells, {palette, width: widthOf(screen)})
  const largest = greatest(rows.map(({per_second}) => per_second))
  return table
    .map((line, i) => {
      const row = rows[i - 1]
      return row && largest > 0 ? `${padTo(line, used)}${bar(row.per_second / largest, room, screen)}`.trimEnd() : line
    })
    .join('\n')
}

/** Of any number of values: more than a call takes as arguments. */
function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}

function fieldOf(rows: readonly TimeseriesRow[]): 'level' | 'service' | 'host' | undefined {
  const [row] = rows
  if (!row) return undefined
  return (['level', 'service', 'host'] as const).find((name) => name in row)
}

/** Columns of stretches for programs (csv, table). */
export function timeseriesColumns(rows: readonly TimeseriesRow[]): RowColumn[] {
  const by = fieldOf(rows)
  const before = rows.some(({records_before}) => records_before !== undefined)
  const names = ['seconds', 'records', 'errors', 'error_rate', 'per_second', 'p50_duration_ms', 'p95_duration_ms']
  return [
    ...(by ? [{title: by}] : []),
    {title: 'start'},
    ...[...names, ...(before ? ['records_before', 'errors_before'] : [])].map((title) => ({
      title,
      align: 'right' as const,
    })),
  ]
}
