import type {Caller} from '../../accounts/accounts.js'
import type {Alerts, StoredRule, TriggeredAlert} from '../../alerts/alerts.js'
import {readDuration} from '../../alerts/durations.js'
import {allRules} from './apply-rules.js'

/** How the alerts are, at a glance. Field names are those of JSON. */
export interface AlertsStatus {
  rules: number
  /** Of them switched on. */
  active: number
  /** Alerts that are open, acknowledged or not. */
  open: number
  /** The newest of them, a few. */
  newest: Array<Pick<TriggeredAlert, 'id' | 'rule_name' | 'severity' | 'state' | 'group' | 'opened_at'>>
  /** Names of rules that could not be evaluated. */
  failing: string[]
  notices_waiting: number
  /** When an engine last evaluated a rule. */
  last_looked?: string
  /** True where no engine has looked for much longer than evaluations are apart. */
  unwatched: boolean
}

/** Alerts that are named. */
const NAMED = 3
/** Nobody is told that no engine looks before that: it may be starting, or catching up. */
const PATIENCE_MS = 300_000

/** @param everyMs how far apart evaluations are where a rule does not say */
export async function alertsStatus(
  alerts: Alerts,
  caller: Caller,
  {everyMs, now}: {everyMs: number; now: Date},
): Promise<AlertsStatus> {
  const rules = await allRules(alerts, caller)
  const active = rules.filter(({is_active}) => is_active !== false)
  const open = rules.reduce((sum, {statistics}) => sum + statistics.open, 0)
  const newest = open === 0 ? [] : await alerts.triggered(caller, {states: ['open', 'acknowledged'], limit: NAMED})
  const looked = lastLook(active)
  return {
    rules: rules.length,
    active: active.length,
    open,
    newest: newest.map(({id, rule_name, severity, state, group, opened_at}) => {
      return {id, rule_name, severity, state, group, opened_at}
    }),
    failing: active.filter(({statistics}) => statistics.health === 'failing').map(({name}) => name),
    notices_waiting: rules.reduce((sum, {statistics}) => sum + statistics.notices_waiting, 0),
    ...(looked === undefined ? {} : {last_looked: looked}),
    unwatched: isUnwatched(active, looked, everyMs, now),
  }
}

function lastLook(rules: readonly StoredRule[]): string | undefined {
  return rules
    .flatMap(({statistics}) => statistics.last_checked_at ?? [])
    .reduce<string | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined)
}

function isUnwatched(active: readonly StoredRule[], looked: string | undefined, everyMs: number, now: Date): boolean {
  if (active.length === 0) return false
  const apart = active.map(({every}) => (every === undefined ? undefined : readDuration(every)) ?? everyMs)
  // One that is new has not been due yet.
  const since = looked ?? active.map(({created_at}) => created_at).sort()[0]
  return now.getTime() - Date.parse(since ?? '') > 2 * Math.min(...apart) + PATIENCE_MS
}
