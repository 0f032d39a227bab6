import type {StoredRule, TriggeredAlert} from '../alerts/alerts.js'
import {type FieldChange, MANAGED_BY} from '../alerts/rules-diff.js'
import {
  type AlertScreen,
  agoText,
  conditionText,
  groupText,
  lengthOf,
  measuredText,
  severityText,
  whenText,
} from './alert-text.js'
import {alertLines} from './alerts-view.js'
import {escapeLine} from './escape-controls.js'
import {cellText} from './fields.js'
import {formatCount, plural} from './numbers.js'
import {type Palette, paletteFor} from './palette.js'
import type {RowColumn} from './rows.js'
import {type Column, tableLine, tableWidths} from './show-table.js'

/** For csv and `-o raw`: a name first, then what is simple enough for a cell. */
export const RULE_COLUMNS: readonly RowColumn[] = [
  'name',
  'id',
  'severity',
  'is_active',
  'measure',
  'query',
  'condition',
  'threshold',
  'time_window',
  'group_by',
  'notification_channel',
  'owner',
  'created_at',
  'updated_at',
  'statistics',
].map((title) => ({title}))

const COLUMNS: readonly Column[] = [
  {title: 'rule', least: 16},
  {title: 'severity'},
  {title: 'state'},
  {title: 'opens at', least: 14},
  {title: 'for each', least: 8},
  {title: 'opened', align: 'right'},
  {title: 'last'},
  {title: 'tells', least: 7},
]

const NARROW = 100

/** Rules for people: a line each, and one that sums them up. */
export function rulesView(rules: readonly StoredRule[], view: AlertScreen): string {
  const palette = paletteFor(view.screen.color)
  // What a narrow screen has no room for, `alerts show` tells.
  const narrow = view.screen.width < NARROW
  const shown = COLUMNS.map(({title}) => !narrow || (title !== 'for each' && title !== 'tells'))
  const columns = COLUMNS.filter((_, i) => shown[i])
  const rows = rules.map((rule) => cellsOf(rule, view).filter((_, i) => shown[i]))
  const widths = tableWidths(columns, rows, {palette, width: view.screen.width})
  const titles = tableLine(
    columns,
    columns.map(({title}) => title),
    widths,
  )
  const lines = rows.map((cells, i) => lineColour(rules[i] as StoredRule, palette)(tableLine(columns, cells, widths)))
  return `${[palette.dim(titles), ...lines].join('\n')}\n${rulesSummary(rules, view)}\n`
}

function cellsOf(rule: StoredRule, view: AlertScreen): string[] {
  const {statistics} = rule
  return [
    rule.name,
    rule.severity ?? 'warning',
    stateOf(rule),
    conditionText(rule),
    (rule.group_by ?? []).join(', ') || '-',
    formatCount(statistics.triggered),
    statistics.last_triggered_at === undefined ? 'never' : agoText(statistics.last_triggered_at, view),
    `${rule.notification_channel ?? 'console'}${statistics.notices_failed > 0 ? ` (${formatCount(statistics.notices_failed)} failed)` : ''}`,
  ].map(escapeLine)
}

/** `off`, `failing`, `2 open`, `not looked at yet`, `quiet`. */
function stateOf({is_active, statistics: {health, open}}: StoredRule): string {
  if (is_active === false) return 'off'
  if (health === 'failing') return open > 0 ? `failing, ${formatCount(open)} open` : 'failing'
  if (open > 0) return `${formatCount(open)} open`
  return health === 'waiting' ? 'waiting' : 'quiet'
}

function lineColour({is_active, severity, statistics}: StoredRule, palette: Palette): (text: string) => string {
  if (is_active === false) return palette.dim
  if (statistics.health === 'failing') return palette.warn
  if (statistics.open > 0) return (text) => severityText(severity ?? 'warning', text, palette)
  return (text) => text
}

/** `12 rules, 1 off   2 open   1 failing   engine looked 12 s ago`. */
export function rulesSummary(rules: readonly StoredRule[], view: AlertScreen): string {
  const palette = paletteFor(view.screen.color)
  const active = rules.filter(({is_active}) => is_active !== false)
  const off = rules.length - active.length
  const open = rules.reduce((sum, {statistics}) => sum + statistics.open, 0)
  const failing = active.filter(({statistics}) => statistics.health === 'failing').length
  const waiting = rules.reduce((sum, {statistics}) => sum + statistics.notices_waiting, 0)
  const looked = lastLook(active)
  return [
    `${plural(rules.length, 'rule')}${off > 0 ? `, ${formatCount(off)} off` : ''}`,
    open > 0 ? palette.bad(`${plural(open, 'alert')} open`) : 'no alert open',
    ...(failing > 0 ? [palette.warn(`${formatCount(failing)} failing`)] : []),
    ...(waiting > 0 ? [palette.warn(`${plural(waiting, 'notice')} waiting`)] : []),
    looked === undefined ? 'no engine has looked yet: logflow alerts run' : `engine looked ${agoText(looked, view)}`,
  ].join('   ')
}

/** When a rule was last evaluated. */
export function lastLook(rules: readonly StoredRule[]): string | undefined {
  return rules
    .map(({statistics}) => statistics.last_checked_at)
    .reduce((a, b) => ((b ?? '') > (a ?? '') ? b : a), undefined)
}

/** One rule for people: what it says, how it has done, and the newest of its alerts. */
export function ruleView(rule: StoredRule, alerts: readonly TriggeredAlert[], view: AlertScreen): string {
  const palette = paletteFor(view.screen.color)
  const facts: Fact[] = [...definitionOf(rule), ...historyOf(rule, view)]
  const lines = facts.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${palette.dim(name.padEnd(13))}  ${escapeLine(value)}`],
  )
  const {health, last_error, failing_since} = rule.statistics
  if (health === 'failing') {
    const since = failing_since === undefined ? '' : ` since ${whenText(failing_since, view)}`
    lines.push('', palette.warn(`could not be evaluated${since}: ${escapeLine(last_error ?? 'no reason is known')}`))
  }
  for (const alert of alerts) lines.push('', ...alertLines(alert, rule, view))
  return `${lines.join('\n')}\n`
}

type Fact = [name: string, value: string | undefined]

function definitionOf(rule: StoredRule): Fact[] {
  const {labels = {}, renotify, notify_resolved} = rule
  const {[MANAGED_BY]: managed, ...others} = labels
  const length = (value: string | number | undefined) => (value === undefined ? undefined : lengthOf(value))
  const told = [
    rule.notification_channel ?? 'console',
    ...(renotify === undefined ? [] : [`again every ${lengthOf(renotify)}`]),
    ...(notify_resolved ? ['also when resolved'] : []),
  ]
  return [
    ['rule', rule.name],
    ['description', rule.description],
    ['severity', rule.severity ?? 'warning'],
    ['active', rule.is_active === false ? 'no: it is not evaluated' : 'yes'],
    ['query', rule.query],
    ['of', rule.measure === 'ratio' ? rule.ratio_of || 'all records' : undefined],
    ['levels', rule.levels?.join(', ')],
    ['services', rule.services?.join(', ')],
    ['opens at', conditionText(rule)],
    ['for each', rule.group_by?.join(', ')],
    ['holding for', length(rule.for)],
    ['resolves at', rule.resolve_threshold === undefined ? undefined : measuredText(rule, rule.resolve_threshold)],
    ['kept open', length(rule.keep_open_for)],
    ['evaluated', rule.every === undefined ? undefined : `every ${lengthOf(rule.every)}`],
    ['late records', length(rule.lateness)],
    ['tells', told.join(', ')],
    ...Object.entries(rule.notification_config ?? {}).map(([key, value]): Fact => [`  ${key}`, cellText(value)]),
    ['labels', groupText(others)],
    ['runbook', rule.runbook],
    ['managed by', managed === undefined ? undefined : `logflow alerts ${managed}`],
  ]
}

function historyOf(rule: StoredRule, view: AlertScreen): Fact[] {
  const {statistics: counted} = rule
  const notices = [
    `${formatCount(counted.notices_sent)} sent`,
    ...(counted.notices_waiting > 0 ? [`${formatCount(counted.notices_waiting)} waiting`] : []),
    ...(counted.notices_failed > 0 ? [`${formatCount(counted.notices_failed)} given up`] : []),
  ]
  const last = counted.last_triggered_at
  const opened = `${formatCount(counted.triggered)} times${last === undefined ? '' : `, last ${whenText(last, view)}`}`
  return [
    ['opened', counted.triggered === 0 ? 'never' : opened],
    ['open now', formatCount(counted.open)],
    ['notices', notices.join(', ')],
    ['last looked', counted.last_checked_at === undefined ? 'never' : agoText(counted.last_checked_at, view)],
    ['owner', rule.owner ?? rule.owner_id ?? 'this machine'],
    ['changed', `${whenText(rule.updated_at, view)} (version ${rule.version})`],
    ['id', rule.id],
  ]
}

/** Lines of `threshold  50 → 80`, indented. */
export function fieldChangeLines(fields: readonly FieldChange[], {screen}: AlertScreen): string[] {
  const palette = paletteFor(screen.color)
  const width = Math.max(0, ...fields.map(({field}) => field.length))
  const arrow = screen.ascii ? '->' : '→'
  return fields.map(({field, from, to}) => {
    const [was, is] = [from, to].map((value) => (value === undefined ? undefined : shown(value)))
    const change =
      is === undefined
        ? `${palette.bad(was ?? '')} ${arrow} (left out)`
        : `${was === undefined ? '' : `${palette.bad(was)} ${arrow} `}${palette.good(is)}`
    return `    ${palette.dim(escapeLine(field).padEnd(width))}  ${change}`
  })
}

function shown(value: unknown): string {
  return escapeLine(Array.isArray(value) ? value.map(cellText).join(', ') : cellText(value))
}
