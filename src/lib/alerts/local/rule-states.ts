// Rows of rule_states as rules are made, changed, switched off and removed; what the engine writes is in commit.ts.

import type {Queries} from '../../database/database.js'
import type {AlertRuleRow, RuleStateRow} from '../../database/schema.js'
import {alertsOf, type EndedAlerts, endOfState} from '../change-rule.js'
import type {RuleState} from '../state.js'
import {appendHistory, BATCH} from './history.js'

export function newState(ruleId: string, at: string): RuleStateRow {
  return {
    rule_id: ruleId,
    version: 0,
    begins_at: at,
    state: null,
    evaluated_until: null,
    last_checked_at: null,
    last_triggered_at: null,
    triggered: 0,
    notices_sent: 0,
    notices_failed: 0,
    last_error: null,
    failing_since: null,
  }
}

export async function beginState(queries: Queries, ruleId: string, at: string): Promise<void> {
  await queries.insertInto('rule_states').values(newState(ruleId, at)).execute()
}

/** Raises the version of a rule's state: what an engine is about to commit was found without what happened now. */
export async function touchState(queries: Queries, ruleId: string): Promise<void> {
  await queries
    .updateTable('rule_states')
    .set((row) => ({version: row('version', '+', 1)}))
    .where('rule_id', '=', ruleId)
    .execute()
}

interface Change {
  before: AlertRuleRow
  after: AlertRuleRow
  now: Date
  /** Who. */
  by: string
}

/**
 * The state of a rule that was changed, with its alerts; inside the transaction of the change. What another definition
 * makes of a state is found when the engine goes on (begin-state.ts).
 */
export async function changeState(queries: Queries, {before, after, now, by}: Change): Promise<void> {
  const at = now.toISOString()
  if (before.name !== after.name) await renameAlerts(queries, after)
  const row = await stateOf(queries, after.id)
  if (!row) return beginState(queries, after.id, at)
  if (before.enabled === after.enabled) return touchState(queries, after.id)
  if (after.enabled === 0) await endState(queries, {row: before, now, by})
  const anew = {state: null, evaluated_until: null, last_error: null, failing_since: null, begins_at: at}
  await queries
    .updateTable('rule_states')
    .set({...anew, version: row.version + 1})
    .where('rule_id', '=', after.id)
    .execute()
}

/** Those that are over keep the name that people were told. */
async function renameAlerts(queries: Queries, {id, name}: AlertRuleRow): Promise<void> {
  await queries
    .updateTable('triggered_alerts')
    .set({rule_name: name})
    .where('rule_id', '=', id)
    .where('state', '!=', 'resolved')
    .execute()
}

async function stateOf(queries: Queries, ruleId: string): Promise<RuleStateRow | undefined> {
  return queries.selectFrom('rule_states').selectAll().where('rule_id', '=', ruleId).executeTakeFirst()
}

/** Ends every alert of a rule that is switched off or removed. */
export async function endState(
  queries: Queries,
  {row, now, by}: {row: AlertRuleRow; now: Date; by: string},
): Promise<void> {
  const kept = await stateOf(queries, row.id)
  if (!kept?.state) return
  const at = now.toISOString()
  const end = endOfState(JSON.parse(kept.state) as RuleState)
  await endAlerts(queries, end, {rule: row, at, by, why: 'the rule was switched off or removed'})
  await forgetHands(queries, row.id, undefined)
}

interface End {
  rule: {id: string; name: string}
  at: string
  by: string
  why: string
}

async function endAlerts(queries: Queries, {open, pending}: EndedAlerts, {rule, at, by, why}: End): Promise<void> {
  for (let from = 0; from < pending.length; from += BATCH) {
    await queries
      .deleteFrom('triggered_alerts')
      .where('id', 'in', pending.slice(from, from + BATCH))
      .where('state', '=', 'pending')
      .execute()
  }
  for (let from = 0; from < open.length; from += BATCH) {
    const rows = await queries
      .selectFrom('triggered_alerts')
      .select(['id', 'group_key'])
      .where('id', 'in', open.slice(from, from + BATCH))
      .where('state', 'in', ['open', 'acknowledged'])
      .execute()
    if (rows.length === 0) continue
    const ids = rows.map(({id}) => id)
    await queries
      .updateTable('triggered_alerts')
      .set({state: 'resolved', resolved_at: at, resolved_by: by, updated_at: at})
      .where('id', 'in', ids)
      .execute()
    await appendHistory(
      queries,
      rows.map(({id, group_key}) => ({at, rule, alert: id, group: group_key, event: 'resolved', by, detail: why})),
    )
  }
}

/** Marks what people did as known where the engine's state no longer speaks of the alert. */
export async function forgetHands(queries: Queries, ruleId: string, state: RuleState | undefined): Promise<void> {
  const rows = await queries
    .selectFrom('triggered_alerts')
    .select('id')
    .where('rule_id', '=', ruleId)
    .where('by_hand', '=', 1)
    .execute()
  if (rows.length === 0) return
  const known = state === undefined ? new Set() : alertsOf(state)
  const gone = rows.map(({id}) => id).filter((id) => !known.has(id))
  for (let from = 0; from < gone.length; from += BATCH) {
    await queries
      .updateTable('triggered_alerts')
      .set({by_hand: null})
      .where('id', 'in', gone.slice(from, from + BATCH))
      .execute()
  }
}
