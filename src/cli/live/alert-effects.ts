// What the live screen asks for about alerts.

import {setTimeout as wait} from 'node:timers/promises'
import type {Alerts, TriggeredAlert} from '../../lib/alerts/alerts.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {groupText} from '../../lib/output/alert-text.js'
import {formatCount, plural} from '../../lib/output/numbers.js'
import {parseQuery} from '../../lib/query/parse-query.js'
import type {LogRecord} from '../../lib/record/record.js'
import {callerHere} from '../local-caller.js'
import {firstLineOf} from './first-line.js'
import type {Live} from './parts.js'

/** Records that are shown of those that fired an alert: the newest. */
const MOST_RECORDS = 10_000
/** Whoever goes through the list quickly asks for none of what they pass. */
const SETTLE_MS = 100
const LAST_EVENTS = 20

/** Acknowledges or resolves, and shows the alerts as they are then, also where it could not be done. */
export async function settleAlert(
  live: Live,
  how: 'acknowledge' | 'resolve',
  {id, rule_name}: TriggeredAlert,
  note?: string,
): Promise<void> {
  const alerts = await live.parts.alerts?.()
  if (!alerts) return
  try {
    const settled = await alerts[how](callerHere(), id, note)
    const {state, acknowledged_by, resolved_by} = settled
    const by = state === 'resolved' ? resolved_by : acknowledged_by
    live.tell({kind: 'note', text: `${rule_name}: ${state}${by === undefined ? '' : ` by ${by}`}`})
  } catch (error) {
    if (!(error instanceof LogflowError)) throw error
    live.tell({kind: 'note', text: firstLineOf(error), bad: true})
  }
  await tellAlerts(live, alerts)
  await tellAbout(live, id)
}

export async function tellAlerts(live: Live, alerts: Alerts): Promise<void> {
  const open = await alerts.triggered(callerHere())
  if (!live.ended.aborted) live.tell({kind: 'alerts', alerts: open})
}

/** The rule of an alert and what happened to it, while it is the one that is chosen. */
export async function tellAbout(live: Live, id: string): Promise<void> {
  await wait(SETTLE_MS, undefined, {signal: live.ended}).catch(() => {})
  const alert = live.state().alerts.find((one) => one.id === id)
  const {mode} = live.state()
  if (!alert || mode.kind !== 'alerts' || mode.chosen !== id || live.ended.aborted) return
  const alerts = await live.parts.alerts?.()
  if (!alerts) return
  const [rule, history] = await Promise.all([
    // Its rule may be gone.
    alerts.showRule(callerHere(), alert.rule_id).catch(() => undefined),
    alerts.history(callerHere(), {alert: id, limit: LAST_EVENTS}),
  ])
  live.tell({kind: 'alert-about', about: {id, rule, history}})
}

/** The records that fired an alert, from the store: in its time, and of its group, which its query names. */
export async function showAlertRecords(
  live: Live,
  {query, since, until, rule_name, group}: TriggeredAlert,
): Promise<void> {
  const found: LogRecord[] = []
  const asked = {query: parseQuery(query), since, until}
  const store = await live.parts.store?.()
  if (!store) return
  const request = {...asked, order: 'newest', limit: MOST_RECORDS + 1} as const
  for await (const page of store.search(request, live.ended)) found.push(...page)
  if (live.ended.aborted) return
  if (found.length === 0) {
    return live.tell({kind: 'note', text: `none of the records of ${rule_name} is stored any more`, bad: true})
  }
  const records = found.slice(0, MOST_RECORDS).reverse()
  const title = ['alert', rule_name, groupText(group)].filter((word) => word !== '').join(' ')
  live.tell({kind: 'aside', title, asked: {query, since, until}, records})
  if (found.length > MOST_RECORDS) {
    live.tell({kind: 'note', text: `the newest ${formatCount(MOST_RECORDS)}; y copies the command that finds all`})
  } else live.tell({kind: 'note', text: `${plural(records.length, 'record')} fired it; Esc comes back`})
}
