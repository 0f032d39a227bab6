// A notice in words, free of any channel's markup, which whoever shows it escapes: rule names, groups and samples hold what
// strangers wrote. Control characters are escaped here, so that none of them makes a line of its own.

import {escapeControls, escapeLine} from '../output/escape-controls.js'
import type {Notice, NoticeAlert} from './notice.js'

/** What happened to all alerts of a notice; `mixed` where some opened and some were resolved. */
export function happened(notice: Notice): NoticeAlert['event'] | 'mixed' {
  const events = new Set(notice.alerts.map(({event}) => event))
  const [first] = events
  if (first === undefined) return 'opened'
  return events.size === 1 ? first : events.has('resolved') ? 'mixed' : 'opened'
}

export const EVENT_WORDS: Readonly<Record<NoticeAlert['event'] | 'mixed', string>> = {
  opened: 'opened',
  again: 'still open',
  resolved: 'resolved',
  mixed: 'changed',
}

/** One line: `CRITICAL opened: High error rate (service payment)`; `TEST` before it where nothing has happened. */
export function titleOf(notice: Notice): string {
  const count = notice.alerts.length + notice.more
  const [only] = notice.alerts
  const group = count === 1 && only ? groupWords(only.group) : ''
  const about = count > 1 ? ` (${count} alerts)` : group && ` (${group})`
  const test = notice.test ? 'TEST ' : ''
  const what = `${notice.rule.severity.toUpperCase()} ${EVENT_WORDS[happened(notice)]}`
  return escapeLine(`${test}${what}: ${notice.rule.name}${about}`)
}

/** `service payment, host -`; '' without groups. */
export function groupWords(group: NoticeAlert['group']): string {
  return Object.entries(group)
    .map(([field, value]) => `${field} ${value ?? '(none)'}`)
    .join(', ')
}

/** `1,204` or `0.0831`: whole numbers as they are, others to three digits. */
export function valueWords(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}

/** `value 1,204, matching 1,204, of 9,000`. */
export function measuredWords({value, detail}: NoticeAlert): string {
  const parts = Object.entries(detail ?? {}).map(
    ([name, one]) => `${name.replaceAll('_', ' ')} ${typeof one === 'number' ? valueWords(one) : one}`,
  )
  return [...(value === undefined ? [] : [`value ${valueWords(value)}`]), ...parts].join(', ')
}

/** Several lines of plain text: title, condition, each alert with its samples, what to do. */
export function textOf(notice: Notice): string {
  const {rule, alerts, more, condition} = notice
  const lines = [titleOf(notice), escapeLine(`condition: ${condition}`)]
  if (rule.description) lines.push(escapeControls(rule.description))
  for (const alert of alerts) lines.push('', ...alertLines(alert))
  if (more > 0) lines.push('', `and ${valueWords(more)} more`)
  const labels = Object.entries(rule.labels).map(([name, value]) => `${name}=${value}`)
  if (labels.length > 0 || rule.runbook) lines.push('')
  if (labels.length > 0) lines.push(escapeLine(`labels: ${labels.join(' ')}`))
  if (rule.runbook) lines.push(escapeLine(`runbook: ${rule.runbook}`))
  if (notice.test) lines.push('', 'This is a test: nothing has happened.')
  return `${lines.join('\n')}\n`
}

function alertLines(alert: NoticeAlert): string[] {
  const when = alert.event === 'resolved' && alert.resolved_at ? `, resolved at ${alert.resolved_at}` : ''
  const about = [groupWords(alert.group), measuredWords(alert)].filter(Boolean).join(': ')
  return [
    `${EVENT_WORDS[alert.event]}${about && ` ${about}`}`,
    `  opened at ${alert.opened_at}${when}`,
    ...alert.samples.map((sample) => `  | ${sample}`),
    `  ${alert.command}`,
  ].map(escapeLine)
}

/** At most `most` UTF-16 units, an ellipsis at the end where something was cut; no pair is cut in two. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  const end = most - 1
  const code = text.charCodeAt(end - 1)
  return `${text.slice(0, code >= 0xd800 && code <= 0xdbff ? end - 1 : end)}…`
}
