// What happened to the alerts of a rule in one look, as one message to people.

import {describeCondition, recordsQuery} from '../../alerts/describe-rule.js'
import {recordsCommand} from '../../alerts/records-command.js'
import {type GroupKey, groupValues, type Rule} from '../../alerts/rule.js'
import type {AlertEvent, RuleState} from '../../alerts/state.js'
import type {Notice, NoticeAlert} from '../../notify/notice.js'

/** Alerts that one notice names; the rest is counted. */
const MOST_ALERTS = 100

export interface Happened {
  ruleId: string
  rule: Rule
  /** Before and after the events. */
  before: RuleState | undefined
  after: RuleState
  events: readonly AlertEvent[]
}

/** An alert of a notice with what it was made from. */
export interface Told {
  alert: NoticeAlert
  group: GroupKey
  /** The evaluation it is about, ms since 1970. */
  at: number
}

/** The notice, and its alerts in the same order; nothing where nobody is to be told. */
export function makeNotice(happened: Happened, id: string, now: Date): {notice: Notice; told: Told[]} | undefined {
  const {ruleId, rule} = happened
  const all = toldOf(happened)
  const [first] = all
  if (first === undefined) return undefined
  const told = all.slice(0, MOST_ALERTS)
  const notice: Notice = {
    id,
    rule: {
      id: ruleId,
      name: rule.name,
      description: rule.description,
      severity: rule.severity,
      labels: {...rule.labels},
      ...(rule.runbook === undefined ? {} : {runbook: rule.runbook}),
    },
    condition: describeCondition(rule),
    created_at: now.toISOString(),
    test: false,
    alerts: told.map(({alert}) => alert),
    more: all.length - told.length,
  }
  return {notice, told}
}

function toldOf({rule, before, after, events}: Happened): Told[] {
  const openedAt = openings(before, after)
  const told: Told[] = []
  for (const event of events) {
    if (event.kind === 'opened' || event.kind === 'moved') openedAt.set(event.alert, event.at)
    if (!isTold(event, rule)) continue
    const opened = openedAt.get(event.alert) ?? event.at
    told.push({alert: noticeAlert(rule, event, opened), group: event.group, at: event.at})
  }
  return told
}

type ToldEvent = Extract<AlertEvent, {kind: 'opened' | 'again' | 'resolved'}>

/** Whether somebody is told of it. */
export function isTold(event: AlertEvent, {notifyResolved}: Pick<Rule, 'notifyResolved'>): event is ToldEvent {
  switch (event.kind) {
    case 'opened':
    case 'again':
      return !event.silenced
    case 'resolved':
      return notifyResolved && !event.silenced
    default:
      return false
  }
}

function openings(...states: Array<RuleState | undefined>): Map<string, number> {
  const known = new Map<string, number>()
  for (const state of states) {
    for (const {alert, openedAt} of Object.values(state?.groups ?? {}))
      if (openedAt !== undefined) known.set(alert, openedAt)
    for (const {alert, openedAt} of Object.values(state?.early ?? {})) known.set(alert, openedAt)
  }
  return known
}

function noticeAlert(rule: Rule, event: ToldEvent, openedAt: number): NoticeAlert {
  const {alert, kind, group, at, value} = event
  const detail = event.kind === 'opened' ? event.detail : undefined
  return {
    id: alert,
    event: kind,
    group: namedGroup(rule, group),
    ...(value === undefined ? {} : {value}),
    ...(detail === undefined ? {} : {detail: {...detail}}),
    opened_at: new Date(openedAt).toISOString(),
    ...(kind === 'resolved' ? {resolved_at: new Date(at).toISOString()} : {}),
    command: commandFor(rule, group, kind === 'resolved' ? openedAt : at, at),
    samples: [],
  }
}

/** Values of a group by the fields of group_by. */
export function namedGroup({groupBy}: Rule, group: GroupKey): Record<string, string | null> {
  const values = groupValues(group)
  return Object.fromEntries(groupBy.map((name, index) => [name, values[index] ?? null]))
}

/** What to type to see the records: those of the windows from one evaluation to another. */
function commandFor(rule: Rule, group: GroupKey, from: number, to: number): string {
  const since = new Date(from - rule.windowMs).toISOString()
  const until = new Date(to).toISOString()
  return recordsCommand({query: recordsQuery(rule, group), since, until})
}
