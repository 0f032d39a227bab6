import type {Queries} from '../../database/database.js'
import type {RuleStateRow, TriggeredAlertRow} from '../../database/schema.js'
import type {NewNotice, RuleCommit} from '../engine-book.js'
import {type Applied, applyEvents} from './apply-events.js'
import {appendHistory, BATCH, type NewEntry} from './history.js'
import type {RuleReading} from './parts.js'
import {forgetHands, newState} from './rule-states.js'

/** Rows in one statement where rows have many columns. */
const WIDE_BATCH = 200

export interface CommitParts {
  rules: RuleReading
  now: Date
}

/**
 * Inside a transaction: all of each commit whose rule and state are still those that it was made from, and nothing of
 * the others.
 */
export async function commitAll(
  queries: Queries,
  commits: readonly RuleCommit[],
  parts: CommitParts,
): Promise<boolean[]> {
  const current = await currentOf(
    queries,
    commits.map(({rule}) => rule.id),
  )
  const fits = commits.map(({rule}) => {
    const now = current.get(rule.id)
    return now !== undefined && now.version === rule.version && (now.state?.version ?? 0) === rule.stateVersion
  })
  const good = commits.filter((_, index) => fits[index])
  const there = await rowsOf(
    queries,
    good.flatMap(({events}) => events.map(({alert}) => alert)),
  )
  const states: RuleStateRow[] = []
  const all: Applied[] = []
  const entries: NewEntry[] = []
  for (const {rule, state, events} of good) {
    const applied = applyEvents(rule, events, ofAlerts(there, events), parts)
    const before = current.get(rule.id)?.state ?? newState(rule.id, rule.createdAt)
    states.push(stateAfter(before, state, applied, parts.now))
    all.push(applied)
    if (before.failing_since !== null) entries.push(recovered(rule, before, parts.now))
  }
  await writeAlerts(queries, all)
  await writeStates(queries, states)
  for (const {rule, state} of good) if (rule.byHand.size > 0) await forgetHands(queries, rule.id, state)
  await appendHistory(queries, [...entries, ...all.flatMap((applied) => applied.entries)])
  await writeNotices(queries, good, parts.now)
  return fits
}

/** Versions of rules that are switched on, and the rows of their states. */
async function currentOf(queries: Queries, ids: readonly string[]) {
  const found = new Map<string, {version: number; state?: RuleStateRow}>()
  for (let from = 0; from < ids.length; from += BATCH) {
    const some = ids.slice(from, from + BATCH)
    const rules = await queries
      .selectFrom('alert_rules')
      .select(['id', 'version'])
      .where('id', 'in', some)
      .where('enabled', '=', 1)
      .execute()
    for (const {id, version} of rules) found.set(id, {version})
    // Without the state itself, which may be long and is about to be replaced.
    const states = await queries.selectFrom('rule_states').select(BUT_STATE).where('rule_id', 'in', some).execute()
    for (const state of states) {
      const rule = found.get(state.rule_id)
      if (rule) rule.state = {...state, state: null}
    }
  }
  return found
}

const BUT_STATE = [
  'rule_id',
  'version',
  'begins_at',
  'evaluated_until',
  'last_checked_at',
  'last_triggered_at',
  'triggered',
  'notices_sent',
  'notices_failed',
  'last_error',
  'failing_since',
] as const

async function rowsOf(queries: Queries, alerts: readonly string[]): Promise<Map<string, TriggeredAlertRow>> {
  const ids = [...new Set(alerts)]
  const rows = new Map<string, TriggeredAlertRow>()
  for (let from = 0; from < ids.length; from += BATCH) {
    const some = await queries
      .selectFrom('triggered_alerts')
      .selectAll()
      .where('id', 'in', ids.slice(from, from + BATCH))
      .execute()
    for (const row of some) rows.set(row.id, row)
  }
  return rows
}

function ofAlerts(
  rows: ReadonlyMap<string, TriggeredAlertRow>,
  events: RuleCommit['events'],
): Map<string, TriggeredAlertRow> {
  const found = events.map(({alert}) => rows.get(alert)).filter((row) => row !== undefined)
  return new Map(found.map((row) => [row.id, row]))
}

function stateAfter(
  before: RuleStateRow,
  state: RuleCommit['state'],
  {opened, lastOpened}: Applied,
  now: Date,
): RuleStateRow {
  return {
    ...before,
    version: before.version + 1,
    state: JSON.stringify(state),
    evaluated_until: new Date(state.until).toISOString(),
    last_checked_at: now.toISOString(),
    last_triggered_at: later(before.last_triggered_at, lastOpened),
    triggered: before.triggered + opened,
    last_error: null,
    failing_since: null,
  }
}

/** Late records open alerts of moments that are past. */
function later(before: string | null, opened: number | undefined): string | null {
  if (opened === undefined) return before
  const at = new Date(opened).toISOString()
  return before !== null && before > at ? before : at
}

function recovered({id, written}: RuleCommit['rule'], {failing_since}: RuleStateRow, now: Date): NewEntry {
  const rule = {id, name: written.name}
  return {at: now.toISOString(), rule, event: 'recovered', detail: `it could not be evaluated since ${failing_since}`}
}

async function writeAlerts(queries: Queries, all: readonly Applied[]): Promise<void> {
  const dropped = all.flatMap((applied) => applied.dropped)
  for (let from = 0; from < dropped.length; from += BATCH) {
    await queries
      .deleteFrom('triggered_alerts')
      .where('id', 'in', dropped.slice(from, from + BATCH))
      .execute()
  }
  const rows = all.flatMap((applied) => applied.rows)
  for (let from = 0; from < rows.length; from += WIDE_BATCH) {
    await queries
      .insertInto('triggered_alerts')
      .values(rows.slice(from, from + WIDE_BATCH))
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          state: row.ref('excluded.state'),
          opened_at: row.ref('excluded.opened_at'),
          updated_at: row.ref('excluded.updated_at'),
          resolved_at: row.ref('excluded.resolved_at'),
          resolved_by: row.ref('excluded.resolved_by'),
          value: row.ref('excluded.value'),
          details: row.ref('excluded.details'),
        })),
      )
      .execute()
  }
}

async function writeStates(queries: Queries, states: readonly RuleStateRow[]): Promise<void> {
  for (let from = 0; from < states.length; from += WIDE_BATCH) {
    await queries
      .insertInto('rule_states')
      .values(states.slice(from, from + WIDE_BATCH))
      .onConflict((conflict) =>
        conflict.column('rule_id').doUpdateSet((row) => ({
          version: row.ref('excluded.version'),
          state: row.ref('excluded.state'),
          evaluated_until: row.ref('excluded.evaluated_until'),
          last_checked_at: row.ref('excluded.last_checked_at'),
          last_triggered_at: row.ref('excluded.last_triggered_at'),
          triggered: row.ref('excluded.triggered'),
          last_error: row.ref('excluded.last_error'),
          failing_since: row.ref('excluded.failing_since'),
        })),
      )
      .execute()
  }
}

async function writeNotices(queries: Queries, commits: readonly RuleCommit[], now: Date): Promise<void> {
  const at = now.toISOString()
  const rows = commits.flatMap(({rule, notices}) => notices.map((notice) => noticeRow(rule, notice, at)))
  for (let from = 0; from < rows.length; from += WIDE_BATCH) {
    await queries
      .insertInto('notifications')
      .values(rows.slice(from, from + WIDE_BATCH))
      .execute()
  }
}

function noticeRow(rule: RuleCommit['rule'], {id, alertId, channel, body}: NewNotice, at: string) {
  const config = rule.written.notification_config ?? {}
  return {
    id,
    alert_id: alertId,
    channel,
    idempotency_key: id,
    state: 'waiting' as const,
    attempts: 0,
    next_attempt_at: at,
    created_at: at,
    sent_at: null,
    last_error: null,
    body: JSON.stringify(body),
    rule_id: rule.id,
    owner_id: rule.ownerId ?? null,
    config: JSON.stringify(config),
    claimed_by: null,
  }
}
