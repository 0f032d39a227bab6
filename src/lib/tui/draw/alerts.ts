import type {AlertState, HistoryEntry, StoredRule, TriggeredAlert} from '../../alerts/alerts.js'
import {recordsCommand} from '../../alerts/records-command.js'
import {conditionText, groupText, measuredText, severityText, stateText, whenText} from '../../output/alert-text.js'
import {alertCounts} from '../../output/alerts-view.js'
import {formatDuration} from '../../output/numbers.js'
import {type AlertsMode, chosenAlert} from '../modes/alerts.js'
import {placeOf} from '../modes/list-place.js'
import {inPlace} from '../place.js'
import type {State} from '../state.js'
import {type Detail, detailLines} from './details.js'
import {apart, fitted, type Part, type Pen} from './pen.js'
import {inRows, type Place, windowOf} from './window.js'

/** Columns from which on there is room for more than rule and group. */
const WIDE = 60
/** What happened to an alert last, lines of it. */
const LAST_EVENTS = 5

/** The alerts that are not resolved, and below them what is known of the one that is chosen. */
export function drawAlertsScreen(state: State, mode: AlertsMode, place: Place, pen: Pen): string[] {
  const alert = chosenAlert(state, mode)
  if (!alert) return drawAlerts(state, place, pen)
  const details = aboutAlert(alert, state, place.columns, pen)
  const most = Math.max(3, place.rows - details.length - 1)
  const rows = Math.min(state.alerts.length + 1, most)
  const list = drawAlerts(state, {...place, rows, chosen: alert.id}, pen)
  return inRows([...list, ' '.repeat(place.columns), ...details], place)
}

/** An alert a line, as many as fit. */
export function drawAlerts(state: State, place: Place, pen: Pen): string[] {
  const {alerts, alertsProblem} = state
  const {columns, rows, chosen} = place
  const {palette} = pen
  const count = alerts.length === 0 ? '' : `  ${alertCounts(alerts)}`
  const lines = [
    fitted(
      [
        [' alerts', palette.bold],
        [count, palette.dim],
      ],
      columns,
    ),
  ]
  if (alertsProblem !== undefined) lines.push(fitted([[` ${alertsProblem}`, palette.warn]], columns))
  else if (alerts.length === 0) lines.push(fitted([[' none open', palette.good]], columns))
  const at = placeOf(alerts, ({id}) => id, chosen)
  for (const alert of windowOf(alerts, at, rows - lines.length)) lines.push(alertLine(alert, place, pen))
  return inRows(lines, place)
}

function alertLine(alert: TriggeredAlert, {columns, chosen}: Place, pen: Pen): string {
  const {palette, ascii, now} = pen
  const {state, severity, rule_name, group, opened_at, acknowledged_by} = alert
  const lasted = formatDuration(Math.max(0, now - Date.parse(opened_at)))
  const left: Part[] = [
    [alert.id === chosen ? (ascii ? '>' : '▸') : ' ', palette.bold],
    [`${MARKS[ascii ? 'ascii' : 'marks'][state]} `, (text) => stateText(state, text, palette)],
    ...(columns < WIDE ? [] : [[`${severity.padEnd(9)}`, (text) => severityText(severity, text, palette)] as Part]),
    [rule_name, palette.bold],
    [`  ${columns < WIDE ? Object.values(group).join(' ') : groupOf(group)}`],
  ]
  const by = acknowledged_by === undefined ? '' : ` by ${acknowledged_by}`
  const right: Part[] =
    columns < WIDE ? [[` ${lasted}`, palette.dim]] : [[`  ${state}${by}  ${lasted.padStart(8)} `, palette.dim]]
  return apart(left, right, columns)
}

/** Nothing where a rule looks at everything together. */
function groupOf(group: TriggeredAlert['group']): string {
  return Object.keys(group).length === 0 ? '' : groupText(group)
}

const MARKS: Readonly<Record<'ascii' | 'marks', Readonly<Record<AlertState, string>>>> = {
  ascii: {pending: '.', open: 'x', acknowledged: '!', resolved: 'v'},
  marks: {pending: '…', open: '✗', acknowledged: '!', resolved: '✓'},
}

function aboutAlert(alert: TriggeredAlert, {alertAbout, zone, place}: State, columns: number, pen: Pen): string[] {
  const {palette, now} = pen
  const view = {zone, now}
  const when = (time: string) => whenText(time, view)
  const about = alertAbout?.id === alert.id ? alertAbout : undefined
  const details: Detail[] = [
    ['rule', alert.rule_name, palette.bold],
    ['severity', alert.severity, (text) => severityText(alert.severity, text, palette)],
    ['state', `${alert.state}${alert.silenced ? ', silenced' : ''}`, (text) => stateText(alert.state, text, palette)],
    ['group', groupText(alert.group)],
    ['value', valueText(alert, about?.rule)],
    ['since', `${when(alert.opened_at)}, ${formatDuration(Math.max(0, now - Date.parse(alert.opened_at)))}`],
    ['acknowledged', acknowledgedText(alert, when)],
    ['note', alert.note],
    ['query', alert.query === '' ? 'every record' : alert.query],
    ['records', inPlace(place, recordsCommand(alert)), palette.dim],
    ['runbook', alert.runbook],
    ['labels', groupText(alert.labels)],
    ['last notice', about && lastNotice(about.history, when)],
    ...(about?.history ?? [])
      .slice(0, LAST_EVENTS)
      .map((entry, at): Detail => [at === 0 ? 'history' : '', eventText(entry, when), palette.dim]),
  ]
  return detailLines(details, columns, pen)
}

/** `312 (opens at > 50 in 5 min)`. */
function valueText({value, threshold}: TriggeredAlert, rule: StoredRule | undefined): string {
  const measured = value === undefined ? 'no value' : measuredText(rule, value)
  if (rule) return `${measured} (opens at ${conditionText(rule)})`
  return threshold === undefined ? measured : `${measured} (threshold ${measuredText(rule, threshold)})`
}

function acknowledgedText({acknowledged_by, acknowledged_at}: TriggeredAlert, when: (time: string) => string): string {
  if (acknowledged_by === undefined) return 'by nobody'
  return `by ${acknowledged_by}${acknowledged_at === undefined ? '' : ` at ${when(acknowledged_at)}`}`
}

function lastNotice(history: readonly HistoryEntry[], when: (time: string) => string): string {
  const notice = history.find(({event}) => event.startsWith('notice_') || event === 'silenced')
  return notice ? eventText(notice, when) : 'none'
}

function eventText({at, event, by, detail}: HistoryEntry, when: (time: string) => string): string {
  const words = [when(at), event.replaceAll('_', ' '), by === undefined ? '' : `by ${by}`, detail ?? '']
  return words.filter((word) => word !== '').join('  ')
}
