import {LOCAL} from '../record/zone.js'
import {agoText, groupText, whenText} from './alert-text.js'
import {escapeLine} from './escape-controls.js'
import {formatCount, plural} from './numbers.js'
import {paletteFor} from './palette.js'
import type {Screen} from './screen.js'

export interface AlertsPart {
  rules: number
  active: number
  open: number
  newest: ReadonlyArray<{rule_name: string; group: Record<string, string | null>; opened_at: string}>
  failing: readonly string[]
  notices_waiting: number
  last_looked?: string
  unwatched: boolean
}

/** What a line of `status` says: `12 rules, 1 open (High error rate, service=payment, since 09:41:00)   engine looked 12 s ago`. */
export function alertsLine(alerts: AlertsPart, {screen, now}: {screen: Screen; now: Date}): string {
  const palette = paletteFor(screen.color)
  const {rules, active, failing, notices_waiting: waiting, last_looked: looked, unwatched} = alerts
  if (rules === 0) return 'no rules yet: logflow alerts create'
  const off = active < rules ? ` (${formatCount(rules - active)} off)` : ''
  const engine = looked === undefined ? 'no engine has looked yet' : `engine looked ${agoText(looked, viewOf(now))}`
  return [
    `${plural(rules, 'rule')}${off}, ${alerts.open === 0 ? 'none open' : palette.bad(openText(alerts, now))}`,
    ...(failing.length > 0 ? [palette.warn(`${formatCount(failing.length)} could not be evaluated`)] : []),
    ...(waiting > 0 ? [palette.warn(`${plural(waiting, 'notice')} waiting`)] : []),
    ...(active === 0 ? [] : [unwatched ? palette.warn(`${engine}: logflow alerts run`) : engine]),
  ].join('   ')
}

function openText({open, newest: [newest]}: AlertsPart, now: Date): string {
  if (newest === undefined) return `${formatCount(open)} open`
  const words = [
    escapeLine(newest.rule_name),
    groupText(newest.group),
    `since ${whenText(newest.opened_at, viewOf(now))}`,
    open > 1 ? `and ${plural(open - 1, 'other')}` : '',
  ]
  return `${formatCount(open)} open (${words.filter((word) => word !== '').join(', ')})`
}

const viewOf = (now: Date) => ({zone: LOCAL, now: now.getTime()})
