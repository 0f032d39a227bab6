import type {HistoryEntry, Silence, StoredRule, TriggeredAlert} from '../alerts/alerts.js'
import {recordsCommand} from '../alerts/records-command.js'
import {
  type AlertScreen,
  conditionText,
  groupText,
  measuredText,
  severityText,
  shortIds,
  stateText,
  whenText,
} from './alert-text.js'
import {escapeLine} from './escape-controls.js'
import {inLines, widthOf} from './metrics-parts.js'
import {formatDuration} from './numbers.js'
import {type Palette, paletteFor} from './palette.js'
import type {RowColumn} from './rows.js'
import {formatDate, formatTime} from './times.js'

/** Every field that fits a cell; `-o raw` shows the first. */
export const ALERT_COLUMNS: readonly RowColumn[] = [
  'id',
  'rule_name',
  'severity',
  'state',
  'group',
  'value',
  'threshold',
  'opened_at',
  'acknowledged_at',
  'acknowledged_by',
  'resolved_at',
  'resolved_by',
  'silenced',
  'note',
  'query',
  'since',
  'until',
].map((title) => ({title}))

/** For `-o table`. */
export function alertTable(view: AlertScreen): readonly RowColumn[] {
  const time = (value: unknown) => (value === undefined ? '-' : whenText(String(value), view))
  return [
    {title: 'id', show: (value) => String(value).slice(0, 8)},
    {title: 'severity'},
    {title: 'state'},
    {title: 'rule', key: 'rule_name', least: 16},
    {title: 'group', least: 10, show: (value) => groupText(value as Record<string, string | null>) || '-'},
    {title: 'value', align: 'right'},
    {title: 'threshold', align: 'right'},
    {title: 'since', key: 'opened_at', show: time},
    {
      title: 'acknowledged',
      key: 'acknowledged_by',
      least: 8,
      show: (value) => (value === undefined ? '-' : String(value)),
    },
  ]
}

/** Alerts for people: a few lines each, the newest first. `rules` by id, as far as they are still there. */
export function alertsView(
  alerts: readonly TriggeredAlert[],
  rules: ReadonlyMap<string, StoredRule>,
  view: AlertScreen,
): string {
  const ids = shortIds(alerts.map(({id}) => id))
  const blocks = alerts.map((alert, i) => alertLines(alert, rules.get(alert.rule_id), view, ids[i]).join('\n'))
  return `${blocks.join('\n\n')}\n`
}

/**
 * One alert: how bad, which rule and group, in which state since when; the value against the threshold and who has seen
 * it; the command that shows its records.
 */
export function alertLines(
  alert: TriggeredAlert,
  rule: StoredRule | undefined,
  view: AlertScreen,
  id = alert.id.slice(0, 8),
): string[] {
  const palette = paletteFor(view.screen.color)
  const width = widthOf(view.screen)
  const group = groupText(alert.group)
  const head = inLines(
    [
      `${markOf(alert, view, palette)} ${severityText(alert.severity, alert.severity.padEnd(8), palette)}`,
      palette.bold(escapeLine(alert.rule_name)),
      ...(group === '' ? [] : [group]),
      stateText(alert.state, sinceText(alert, view), palette),
    ],
    width,
  )
  const about = [valueText(alert, rule), ...seenBy(alert, view), ...(alert.silenced ? [palette.warn('silenced')] : [])]
  if (alert.runbook !== undefined) about.push(`runbook ${escapeLine(alert.runbook)}`)
  about.push(palette.dim(`id ${escapeLine(id)}`))
  return [
    ...head.map((line, i) => (i === 0 ? line : INDENT + line)),
    ...inLines(about, width - INDENT.length).map((line) => INDENT + line),
    `${INDENT}${palette.dim(escapeLine(recordsCommand(alert)))}`,
  ]
}

const INDENT = '  '

function markOf({state}: TriggeredAlert, {screen}: AlertScreen, palette: Palette): string {
  const marks = screen.ascii
    ? {pending: '.', open: 'x', acknowledged: '!', resolved: 'v'}
    : {pending: '…', open: '✗', acknowledged: '!', resolved: '✓'}
  return stateText(state, marks[state], palette)
}

/** `open 12 min, since 09:41:00`; `resolved by engine at 09:52:00 after 11 min`. */
function sinceText({state, opened_at, resolved_at, resolved_by}: TriggeredAlert, view: AlertScreen): string {
  const open = Date.parse(opened_at)
  if (state !== 'resolved' || resolved_at === undefined) {
    return `${state} ${formatDuration(Math.max(0, view.now - open))}, since ${whenText(opened_at, view)}`
  }
  const lasted = formatDuration(Math.max(0, Date.parse(resolved_at) - open))
  return `resolved by ${escapeLine(resolved_by ?? 'engine')} ${whenText(resolved_at, view)}, after ${lasted}`
}

/** `312, opens at > 50 in 5 min`. */
function valueText({value, threshold}: TriggeredAlert, rule: StoredRule | undefined): string {
  const measured = value === undefined ? 'no value' : measuredText(rule, value)
  if (rule?.measure === 'no_data') return conditionText(rule)
  if (rule !== undefined) return `${measured} (opens at ${conditionText(rule)})`
  return threshold === undefined ? measured : `${measured} (threshold ${measuredText(rule, threshold)})`
}

function seenBy({acknowledged_by, acknowledged_at, note, state}: TriggeredAlert, view: AlertScreen): string[] {
  const said = note === undefined || note === '' ? '' : `: ${escapeLine(note)}`
  if (acknowledged_by === undefined) {
    if (state === 'open') return [`nobody has acknowledged it${said}`]
    return said === '' ? [] : [said.slice(2)]
  }
  const at = acknowledged_at === undefined ? '' : ` ${whenText(acknowledged_at, view)}`
  return [`acknowledged by ${escapeLine(acknowledged_by)}${at}${said}`]
}

/** `2 open, 1 acknowledged`. */
export function alertCounts(alerts: readonly TriggeredAlert[]): string {
  const counts = new Map<string, number>()
  for (const {state} of alerts) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ')
}

export const HISTORY_COLUMNS: readonly RowColumn[] = [
  'at',
  'event',
  'rule_name',
  'group',
  'by',
  'value',
  'detail',
  'alert_id',
].map((title) => ({title}))

/** What happened, oldest first: a line each under its day. */
export function historyView(entries: readonly HistoryEntry[], view: AlertScreen): string {
  const palette = paletteFor(view.screen.color)
  const widest = Math.max(0, ...entries.map(({event}) => event.length))
  const lines: string[] = []
  let day = ''
  for (const entry of entries) {
    const today = formatDate(entry.at, view.now, view.zone)
    if (today !== day) lines.push(palette.dim(`${view.screen.ascii ? '--' : '──'} ${today}`))
    day = today
    lines.push(historyLine(entry, widest, view, palette))
  }
  return `${lines.join('\n')}\n`
}

function historyLine(entry: HistoryEntry, widest: number, {zone}: AlertScreen, palette: Palette): string {
  const parts = [
    `${formatTime(entry.at, zone).slice(0, 8)}  ${eventColour(entry.event, palette)(escapeLine(entry.event).padEnd(widest))}`,
    escapeLine(entry.rule_name),
    groupText(entry.group),
    entry.value === undefined ? '' : `value ${measuredText(undefined, entry.value)}`,
    entry.by === undefined ? '' : `by ${escapeLine(entry.by)}`,
    escapeLine(entry.detail ?? ''),
    palette.dim((entry.alert_id ?? '').slice(0, 8)),
  ]
  return parts.filter((part) => part !== '').join('   ')
}

function eventColour(event: string, palette: Palette): (text: string) => string {
  if (event === 'opened') return palette.bad
  if (event === 'resolved') return palette.good
  return event.startsWith('notice_') && event !== 'notice_sent' ? palette.warn : (text) => text
}

/** For lists of silences. */
export function silenceColumns(view: AlertScreen): readonly RowColumn[] {
  const time = (value: unknown) => whenText(String(value), view)
  return [
    {title: 'id', show: (value) => String(value).slice(0, 8)},
    {title: 'matches', key: 'matchers', least: 16, show: (value) => groupText(value as Record<string, string>)},
    {title: 'from', key: 'starts_at', show: time},
    {title: 'until', key: 'ends_at', show: time},
    {title: 'by', key: 'created_by', least: 8},
    {title: 'comment', least: 10, show: (value) => String(value ?? '')},
  ]
}

/** `silenced rule=Errors until 11:00:00 (in 2 h)`. */
export function silenceText({matchers, ends_at, starts_at}: Silence, view: AlertScreen): string {
  // It begins at the database's now, which is a little after ours.
  const begins = Date.parse(starts_at) > view.now + 60_000 ? ` from ${whenText(starts_at, view)}` : ''
  const left = formatDuration(Math.max(0, Date.parse(ends_at) - Math.max(view.now, Date.parse(starts_at))))
  return `silenced ${groupText(matchers)}${begins} until ${whenText(ends_at, view)} (${left})`
}
