import type {Backtest, BacktestAlert, BacktestIncident, SweptValue} from '../alerts/backtested.js'
import {recordsCommand} from '../alerts/records-command.js'
import type {Zone} from '../record/zone.js'
import {bar} from './bar.js'
import {escapeLine} from './escape-controls.js'
import {percent, widthOf} from './metrics-parts.js'
import {formatCount, formatDuration, plural} from './numbers.js'
import {type Palette, paletteFor} from './palette.js'
import {groupText, valueText} from './rule-test-view.js'
import type {Screen} from './screen.js'
import {type Column, showTable} from './show-table.js'
import {sparkline} from './sparkline.js'
import {wrapTo} from './text-width.js'
import {formatDate, formatTime} from './times.js'

export interface BacktestScreen {
  screen: Screen
  zone: Zone
  /** ms since 1970. */
  now: number
}

/** Alerts and incidents that are listed for people; programs get all. */
const MOST_LISTED = 20
const MOST_COLUMNS = 100
const BAR = 16

/** When a rule would have fired, how long, how many notices; with a truth, how right it was. */
export function backtestText(result: Backtest, view: BacktestScreen): string {
  const palette = paletteFor(view.screen.color)
  const lines = [
    `${palette.bold(escapeLine(result.rule))}   ${escapeLine(result.condition)}`,
    palette.dim(
      `${momentText(result.since, view)} to ${momentText(result.until, view)}, ${plural(result.evaluations, 'evaluation')}`,
    ),
    '',
    ...verdict(result, view, palette),
    ...drawing(result, view, palette),
  ]
  return `${lines.join('\n')}\n${alertsTable(result, view, palette)}${truthText(result, view, palette)}`
}

function verdict(result: Backtest, view: BacktestScreen, palette: Palette): string[] {
  const {triggered, notices, open_seconds: seconds, open_share: share, longest_seconds: longest, alerts} = result
  if (triggered === 0) {
    const nearest =
      result.nearest_value === undefined ? 'nothing was measured' : `nearest was ${valueText(result.nearest_value)}`
    return [`would not have fired: ${nearest}`]
  }
  const open = `open ${share > 0 && share < 0.001 ? 'under 0.1 %' : percent(share)} of the time (${formatDuration(seconds * 1_000)})`
  const line = `would have fired ${plural(triggered, 'time')} with ${plural(notices, 'notice')}, ${open}, the longest ${formatDuration(longest * 1_000)}`
  const early = alerts.some(({from_start: early}) => early)
    ? [palette.dim('held from the first evaluation on: it may have begun before; an earlier --since tells')]
    : []
  return [...wrapped(line, view).map(palette.warn), ...early]
}

/** The value over time, and under it when an alert was open. */
function drawing(
  {values, threshold, nearest_value: nearest}: Backtest,
  {screen}: BacktestScreen,
  palette: Palette,
): string[] {
  if (nearest === undefined || values.length < 2) return []
  const columns = Math.max(10, Math.min(MOST_COLUMNS, values.length, widthOf(screen) - 12))
  const cells = Array.from({length: columns}, (_, index) => {
    const from = Math.floor((index * values.length) / columns)
    return values.slice(from, Math.max(from + 1, Math.floor(((index + 1) * values.length) / columns)))
  })
  const heights = cells.map((some) => Math.max(0, ...some.map(({value}) => value ?? 0)))
  const open = cells.map((some) => some.some((one) => one.open))
  const line = sparkline(heights, screen)
  const shown = [...line].map((block, index) => (open[index] ? palette.bad(block) : block)).join('')
  const marks = open
    .map((one) => (one ? (screen.ascii ? '^' : '━') : ' '))
    .join('')
    .trimEnd()
  const highest = `most ${valueText(Math.max(...heights))}`
  return [
    '',
    `${'value'.padEnd(8)}  ${shown}`,
    ...(marks === '' ? [] : [`${'open'.padEnd(8)}  ${palette.bad(marks)}`]),
    `${' '.repeat(10)}${palette.dim(`${highest}, threshold ${valueText(threshold)}`)}`,
  ]
}

function alertsTable({alerts}: Backtest, view: BacktestScreen, palette: Palette): string {
  if (alerts.length === 0) return ''
  const grouped = alerts.some(({group}) => Object.keys(group).length > 0)
  const judged = alerts.some((alert) => alert.incident !== undefined || alert.false_because !== undefined)
  const columns: Column[] = [
    {title: 'opened'},
    {title: 'open for'},
    ...(grouped ? [{title: 'group', least: 6}] : []),
    {title: 'value', align: 'right'},
    {title: 'peak', align: 'right'},
    ...(judged ? [{title: 'incident', least: 8}] : []),
  ]
  const listed = alerts.slice(0, MOST_LISTED)
  const rows = listed.map((alert) => [
    momentText(alert.opened_at, view),
    `${formatDuration(alert.seconds * 1_000)}${alert.resolved_at ? '' : ', still'}`,
    ...(grouped ? [groupText(alert.group)] : []),
    alert.value === undefined ? '' : valueText(alert.value),
    alert.peak === undefined ? '' : valueText(alert.peak),
    ...(judged ? [alert.incident ?? 'false'] : []),
  ])
  const table = showTable(columns, rows, {palette, width: widthOf(view.screen)})
  const left = alerts.length - listed.length
  const more = left > 0 ? `… and ${formatCount(left)} more; -o json has all\n` : ''
  return `\n${table}${more}${palette.dim(firstRecords(alerts[0] as BacktestAlert))}\n`
}

function firstRecords({query, records_since: since, resolved_at: until, opened_at: opened}: BacktestAlert): string {
  return `the first one's records: ${escapeLine(recordsCommand({query, since, until: until ?? opened}))}`
}

function truthText(result: Backtest, view: BacktestScreen, palette: Palette): string {
  const {incidents} = result
  if (!incidents) return ''
  const detected = incidents.filter((incident) => incident.detected).length
  const wrong = result.alerts.filter(({incident}) => incident === undefined)
  const times =
    result.detection_median_seconds === undefined
      ? ''
      : `, told after ${formatDuration(result.detection_median_seconds * 1_000)} (median), ${formatDuration((result.detection_worst_seconds ?? 0) * 1_000)} (worst)`
  const notJudged = result.incidents_not_judged ?? 0
  const scores = `precision ${scoreText(result.precision)}   recall ${scoreText(result.recall)}   F1 ${scoreText(result.f1)}`
  const counts = `${detected} of ${plural(incidents.length, 'incident')} detected${times}; ${plural(wrong.length, 'false alert')}`
  const outside = `${plural(notJudged, 'incident')} of the file not judged: begun outside the time, or not asked for`
  const lines = [
    '',
    `${palette.bold('against the truth')}   ${scores}`,
    ...wrapped(counts, view),
    ...(notJudged > 0 ? wrapped(outside, view).map(palette.dim) : []),
    ...incidents.slice(0, MOST_LISTED).flatMap((incident) => incidentLines(incident, view, palette)),
    ...more(incidents.length),
    ...wrong.slice(0, MOST_LISTED).flatMap((alert) => falseLines(alert, view, palette)),
    ...more(wrong.length),
  ]
  return `${lines.join('\n')}\n`
}

function more(count: number): string[] {
  return count > MOST_LISTED ? [`… and ${formatCount(count - MOST_LISTED)} more; -o json has all`] : []
}

function falseLines(alert: BacktestAlert, view: BacktestScreen, palette: Palette): string[] {
  const group = groupText(alert.group)
  const what = `false alert ${momentText(alert.opened_at, view)}${group === '' ? '' : ` ${group}`}`
  return wrapped(`✗ ${escapeLine(`${what}: ${alert.false_because ?? ''}`)}`, view).map(palette.bad)
}

/** Lines after the first are set in. */
function wrapped(text: string, {screen}: BacktestScreen): string[] {
  return wrapTo(text, widthOf(screen) - 2).map((line, index) => (index === 0 ? line : `  ${line}`))
}

function incidentLines(incident: BacktestIncident, view: BacktestScreen, palette: Palette): string[] {
  const {name, begin, end, detected, detected_after_seconds: after = 0, alerts, missed_because: why} = incident
  const length = formatDuration(Date.parse(end) - Date.parse(begin))
  const services = incident.services ? ` in ${incident.services.join(', ')}` : ''
  const what = escapeLine(`${name}${services}, ${momentText(begin, view)} for ${length}`)
  const told = detected
    ? `told after ${formatDuration(after * 1_000)}, ${plural(alerts, 'alert')}`
    : `missed: ${escapeLine(why ?? '')}`
  const line = `${detected ? '✓' : '✗'} ${what}: ${told}`
  return wrapped(line, view).map((text) => (detected ? text : palette.bad(text)))
}

/** The trade-off: a line a value, the rule's own marked, with a truth the best F1 too. */
export function sweepText(field: string, values: readonly SweptValue[], view: BacktestScreen): string {
  const palette = paletteFor(view.screen.color)
  const judged = values.some(({recall}) => recall !== undefined)
  const best = Math.max(...values.map(({f1}) => f1 ?? -1))
  const columns: Column[] = [
    {title: field, align: 'right'},
    {title: 'alerts', align: 'right'},
    {title: 'notices', align: 'right'},
    {title: 'time open', align: 'right'},
    {title: 'longest', align: 'right'},
    ...(judged
      ? (['precision', 'recall', 'F1', 'told after'] as const).map((title): Column => ({title, align: 'right'}))
      : []),
    {title: ''},
  ]
  const most = Math.max(1, ...values.map(({notices}) => notices))
  const withBars = widthOf(view.screen) >= (judged ? 100 : 64) + BAR
  const rows = values.map((value) => [
    String(value[field]),
    formatCount(value.triggered),
    formatCount(value.notices),
    percent(value.open_share),
    value.longest_seconds === 0 ? '' : formatDuration(value.longest_seconds * 1_000),
    ...(judged
      ? [
          scoreText(value.precision),
          scoreText(value.recall),
          scoreText(value.f1),
          value.detection_median_seconds === undefined ? '' : formatDuration(value.detection_median_seconds * 1_000),
        ]
      : []),
    [
      ...(withBars ? [bar(value.notices / most, BAR, view.screen)] : []),
      value.current ? '← now' : '',
      judged && value.f1 === best && best > 0 ? '← best F1' : '',
    ]
      .filter(Boolean)
      .join(' '),
  ])
  const table = showTable(columns, rows, {palette, width: widthOf(view.screen)})
  return withBars ? `${table}${palette.dim('bars: notices')}\n` : table
}

function scoreText(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2)
}

function momentText(time: string, {zone, now}: BacktestScreen): string {
  const clock = formatTime(time, zone)
  return `${formatDate(time, now, zone)} ${clock.slice(0, clock.endsWith(':00.000') ? 5 : 8)}`
}
