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
/** So many empty stretches in a row are one line. */
const LEAST_FOLDED = 3

/** Stretches of time for people: a line each, its date only where it changes; those that are empty in a row folded. */
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
  const lines = foldEmpty(rows, by)
  const cells = lines.map((line) => {
    if ('empty' in line) return [`… ${formatCount(line.empty)} empty`]
    const day = formatDate(line.start, now, zone)
    const clock = formatTime(line.start, zone).slice(0, digits)
    const time = day === lastDay ? `${' '.repeat(day.length)} ${clock}` : `${day} ${clock}`
    lastDay = day
    return [
      time,
      ...(by ? [line[by] ?? '(none)'] : []),
      formatCount(line.records),
      ...(before ? [formatCount(line.records_before ?? 0)] : []),
      formatRate(line.records, line.seconds * 1_000),
      formatCount(line.errors),
      line.error_rate === undefined ? '' : percent(line.error_rate),
      ...(timed ? [millisecondsText(line.p50_duration_ms), millisecondsText(line.p95_duration_ms)] : []),
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
    .map((text, i) => {
      const line = lines[i - 1]
      if (!line || 'empty' in line || largest === 0) return text
      return `${padTo(text, used)}${bar(line.per_second / largest, room, screen)}`.trimEnd()
    })
    .join('\n')
}

/** Runs of stretches without a record, now or before, as how many they are; the first and last of each series stay. */
function foldEmpty(
  rows: readonly TimeseriesRow[],
  by: 'level' | 'service' | 'host' | undefined,
): Array<TimeseriesRow | {empty: number}> {
  const lines: Array<TimeseriesRow | {empty: number}> = []
  const flush = (run: readonly TimeseriesRow[]): void => {
    if (run.length < LEAST_FOLDED) lines.push(...run)
    else lines.push({empty: run.length})
  }
  let run: TimeseriesRow[] = []
  for (const [i, row] of rows.entries()) {
    const empty = row.records === 0 && !row.records_before
    const inner = [rows[i - 1], rows[i + 1]].every((beside) => beside && (!by || beside[by] === row[by]))
    if (empty && inner) {
      run.push(row)
      continue
    }
    flush(run)
    run = []
    lines.push(row)
  }
  flush(run)
  return lines
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
