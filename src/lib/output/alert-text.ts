// What the views of rules and alerts have in common. All text is safe for a terminal: names, groups and notes come from
// strangers.

import type {AlertState} from '../alerts/alerts.js'
import {readDuration} from '../alerts/durations.js'
import type {Condition, Severity, WrittenRule} from '../alerts/rule.js'
import type {Zone} from '../record/zone.js'
import {escapeLine} from './escape-controls.js'
import {percent} from './metrics-parts.js'
import {formatCount, formatDuration} from './numbers.js'
import type {Palette} from './palette.js'
import type {Screen} from './screen.js'
import {formatDate, formatTime} from './times.js'

export interface AlertScreen {
  screen: Screen
  zone: Zone
  /** Ms since 1970. */
  now: number
}

export function severityText(severity: Severity, text: string, palette: Palette): string {
  if (severity === 'critical') return palette.bad(text)
  return severity === 'warning' ? palette.warn(text) : palette.dim(text)
}

export function stateText(state: AlertState, text: string, palette: Palette): string {
  switch (state) {
    case 'open':
      return palette.bad(text)
    case 'resolved':
      return palette.good(text)
    default:
      return palette.warn(text)
  }
}

/** `service=payment host=-`; empty without a group. */
export function groupText(group: Readonly<Record<string, string | null>>): string {
  return Object.entries(group)
    .map(([field, value]) => `${field}=${value === null ? '-' : value === '' ? '""' : escapeLine(value)}`)
    .join(' ')
}

/** `09:41:07`; with the day where it is not today. */
export function whenText(time: string, {zone, now}: Pick<AlertScreen, 'zone' | 'now'>): string {
  const clock = formatTime(time, zone).slice(0, 8)
  const day = formatDate(time, now, zone)
  return day === formatDate(new Date(now).toISOString(), now, zone) ? clock : `${day} ${clock}`
}

/** `12 s ago`; of a moment that has not come yet, the moment. */
export function agoText(time: string, view: Pick<AlertScreen, 'zone' | 'now'>): string {
  const ms = view.now - Date.parse(time)
  return ms < 0 ? whenText(time, view) : `${formatDuration(ms)} ago`
}

const SIGNS: Record<Condition, string> = {
  greater_than: '>',
  greater_than_or_equal: '>=',
  less_than: '<',
  less_than_or_equal: '<=',
  equals: '=',
}

type Measured = Pick<
  WrittenRule,
  'measure' | 'condition' | 'threshold' | 'time_window' | 'direction' | 'compare_with' | 'baseline'
>

/** `> 50 in 5 min`, `> 5 % in 10 min`, `nothing for 15 min`, `3 times as many in 5 min as before`. */
export function conditionText(rule: Measured): string {
  const window = lengthOf(rule.time_window ?? '5m')
  const over = `${SIGNS[rule.condition ?? 'greater_than']} ${measuredText(rule, rule.threshold ?? 0)}`
  switch (rule.measure ?? 'count') {
    case 'no_data':
      return `nothing for ${window}`
    case 'new_pattern':
      return (rule.threshold ?? 0) === 0 ? `a new kind of message in ${window}` : `${over} of new kinds in ${window}`
    case 'spike': {
      const times = measuredText(rule, rule.threshold ?? 0)
      const ways = {up: 'more', down: 'fewer', both: 'more or fewer'}
      return `${times} ${ways[rule.direction ?? 'up']} in ${window} than in ${lengthOf(rule.compare_with ?? rule.time_window ?? '5m')} before`
    }
    default:
      return `${over} in ${window}`
  }
}

/** A value of a rule: `1,204`, `12.1 %`, `4.2 times`. */
export function measuredText(rule: Pick<WrittenRule, 'measure'> | undefined, value: number): string {
  if (rule?.measure === 'ratio') return percent(value)
  if (rule?.measure === 'spike') return `${numberText(value)} times`
  return numberText(value)
}

/** Grouped, with at most three digits after the point. */
function numberText(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(3)))
}

/** A length of time as rules have it (minutes, or `5m`), in words; what is none stays as it is. */
export function lengthOf(written: number | string): string {
  if (typeof written === 'number') return formatDuration(written * 60_000)
  const ms = readDuration(written)
  return ms === undefined ? escapeLine(written) : formatDuration(ms)
}

/** Beginnings of ids, long enough that no two of these are the same. */
export function shortIds(ids: readonly string[]): string[] {
  const short = (length: number) => ids.map((id) => id.slice(0, length))
  const all = new Set(ids).size
  const length = [8, 13, 18, 23].find((length) => new Set(short(length)).size === all) ?? 36
  return short(length)
}
