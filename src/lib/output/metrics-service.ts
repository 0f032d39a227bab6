import type {ServiceFigures} from '../metrics/service.js'
import {escapeLine} from './escape-controls.js'
import {healthColour, healthText, levelPart} from './metrics-overview.js'
import {
  durationParts,
  headingLine,
  healthLines,
  labelledParts,
  lengthText,
  type MetricsScreen,
  messageLines,
  percent,
  widthOf,
} from './metrics-parts.js'
import {timeseriesTable} from './metrics-timeseries.js'
import {formatCount, plural} from './numbers.js'
import {paletteFor} from './palette.js'
import {showTable} from './show-table.js'

/** `metrics service` for people. */
export function serviceView(figures: ServiceFigures, view: MetricsScreen): string {
  const {screen} = view
  const palette = paletteFor(screen.color)
  const health = healthText(figures.health, screen.ascii === true, true)
  const lines = [
    `${palette.service(figures.service, escapeLine(figures.service))}   ${healthColour(figures.health.state, health, palette)}`,
    headingLine(figures, view),
    '',
    ...levelPart(figures.levels, view, palette),
  ]
  if (figures.durations) lines.push(...labelledParts('durations', durationParts(figures.durations), view))
  if (view.compare && figures.before) lines.push(...labelledParts('before', beforeParts(figures.before), view))
  if (figures.top_errors.length > 0)
    lines.push(
      '',
      ...messageLines('top errors', {messages: figures.top_errors, others: figures.errors_not_folded}, view),
    )
  if (figures.hosts.length > 0) lines.push('', hostTable(figures, view))
  lines.push('', timeseriesTable(figures.series, view).trimEnd(), '', ...healthLines(figures.health_rule, view))
  return `${lines.join('\n')}\n`
}

function beforeParts({records, error_rate, durations, since, until}: NonNullable<ServiceFigures['before']>): string[] {
  return [
    `${plural(records, 'record')} in the ${lengthText(Date.parse(until) - Date.parse(since))} before`,
    ...(error_rate === undefined ? [] : [`${percent(error_rate)} errors`]),
    ...(durations ? durationParts(durations) : []),
  ]
}

/** Busiest first. */
export function hostTable(
  {hosts, hosts_count}: Pick<ServiceFigures, 'hosts' | 'hosts_count'>,
  {screen}: MetricsScreen,
): string {
  const palette = paletteFor(screen.color)
  const rows = hosts.map(({host, records, errors, error_rate}) => [
    host ?? '(none)',
    formatCount(records),
    formatCount(errors),
    error_rate === undefined ? '' : percent(error_rate),
  ])
  const columns = [
    {title: 'host', least: 12},
    ...['records', 'errors', 'rate'].map((title) => ({title, align: 'right' as const})),
  ]
  const left = hosts_count - hosts.filter(({host}) => host !== null).length
  const more = left > 0 ? `\n${palette.dim(`and ${plural(left, 'more host')}: --top for more`)}` : ''
  return showTable(columns, rows, {palette, width: widthOf(screen)}).trimEnd() + more
}
