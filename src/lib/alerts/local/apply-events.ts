import type {TriggeredAlertRow} from '../../database/schema.js'
import type {EngineRule} from '../engine-book.js'
import type {Rule} from '../rule.js'
import type {AlertEvent} from '../state.js'
import {type AlertDetails, detailsOf, groupJson} from './alert-rows.js'
import type {NewEntry} from './history.js'
import type {RuleReading} from './parts.js'

export interface Applied {
  /** To be written; those that were there among them. */
  rows: TriggeredAlertRow[]
  /** Pending ones of which nothing stays. */
  dropped: string[]
  entries: NewEntry[]
  opened: number
  /** Moment of the last opening, ms. */
  lastOpened?: number
}

/** What the events of one rule make of the rows of its alerts. @param there rows of the alerts that events are about */
export function applyEvents(
  {id, written}: EngineRule,
  events: readonly AlertEvent[],
  there: ReadonlyMap<string, TriggeredAlertRow>,
  {rules, now}: {rules: RuleReading; now: Date},
): Applied {
  if (events.length === 0) return {rows: [], dropped: [], entries: [], opened: 0}
  const rule = rules.read(written)
  const rows = new Map(there)
  const dropped = new Set<string>()
  const entries: NewEntry[] = []
  let lastOpened: number | undefined
  for (const event of events) {
    const before = rows.get(event.alert)
    const after = applyOne(event, before ?? newRow(id, rule, event, rules), now)
    if (event.kind === 'fell_back') {
      rows.delete(event.alert)
      if (there.has(event.alert)) dropped.add(event.alert)
    } else rows.set(event.alert, after)
    if (event.kind === 'opened') lastOpened = Math.max(event.at, lastOpened ?? event.at)
    // That it was over was told when somebody resolved it.
    const known = event.kind === 'resolved' && before?.state === 'resolved'
    if (!known) entries.push(...entriesOf(event, {id, name: rule.name}, after.group_key))
  }
  const opened = events.filter(({kind}) => kind === 'opened').length
  return {rows: [...rows.values()], dropped: [...dropped], entries, opened, ...(lastOpened ? {lastOpened} : {})}
}

function newRow(
  id: string,
  rule: Rule,
  {alert, group, at}: AlertEvent,
  {recordsQuery}: RuleReading,
): TriggeredAlertRow {
  const details: AlertDetails = {
    labels: {...rule.labels},
    ...(rule.measure.kind === 'no_data' ? {} : {threshold: rule.threshold}),
    ...(rule.runbook === undefined ? {} : {runbook: rule.runbook}),
    query: recordsQuery(rule, group),
    since: new Date(at - rule.windowMs).toISOString(),
    silenced: false,
  }
  return {
    id: alert,
    rule_id: id,
    rule_name: rule.name,
    group_key: groupJson(rule.groupBy, group),
    state: 'pending',
    severity: rule.severity,
    opened_at: new Date(at).toISOString(),
    updated_at: '',
    acknowledged_at: null,
    acknowledged_by: null,
    resolved_at: null,
    resolved_by: null,
    value: null,
    details: JSON.stringify(details),
    by_hand: null,
  }
}

function applyOne(event: AlertEvent, before: TriggeredAlertRow, now: Date): TriggeredAlertRow {
  const at = new Date(event.at).toISOString()
  const value = 'value' in event && event.value !== undefined ? event.value : before.value
  const row = {...before, value, updated_at: now.toISOString()}
  const details = (change: Partial<AlertDetails>) => JSON.stringify({...detailsOf(before), ...change})
  switch (event.kind) {
    case 'pending':
    case 'fell_back':
      return row
    case 'opened': {
      const found = event.detail === undefined ? {} : {found: {...event.detail}}
      return {...row, state: 'open', opened_at: at, details: details({silenced: event.silenced, ...found})}
    }
    case 'moved': {
      const since = Date.parse(detailsOf(before).since) - (Date.parse(before.opened_at) - event.at)
      return {...row, opened_at: at, details: details({since: new Date(since).toISOString()})}
    }
    case 'again':
      return {...row, details: details({silenced: event.silenced})}
    case 'resolved':
      // Somebody was quicker: it stays theirs.
      if (before.state === 'resolved') return before
      return {...row, state: 'resolved', resolved_at: at, resolved_by: 'engine'}
  }
}

function entriesOf(event: AlertEvent, rule: NewEntry['rule'], group: string): NewEntry[] {
  const entry = {at: new Date(event.at).toISOString(), rule, alert: event.alert, group}
  switch (event.kind) {
    case 'pending':
      return [{...entry, event: 'pending', value: event.value}]
    case 'fell_back':
      return [{...entry, event: 'fell_back'}]
    case 'opened': {
      const detail = event.detail && foundText(event.detail)
      const opened: NewEntry = {...entry, event: 'opened', value: event.value, detail}
      return event.silenced ? [opened, {...entry, event: 'silenced'}] : [opened]
    }
    case 'moved':
      return [{...entry, event: 'moved', detail: 'records that came late show that it opened here'}]
    // That somebody was told is a line of the notice.
    case 'again':
      return []
    case 'resolved':
      return [{...entry, event: 'resolved', by: 'engine', value: event.value}]
  }
}

function foundText(found: Readonly<Record<string, string | number>>): string {
  return Object.entries(found)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
}
