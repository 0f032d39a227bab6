import type {Queries} from '../../database/database.js'
import {appendHistory} from './history.js'
import {keepable} from './text.js'

/** Inside a transaction; a rule that is gone has no failures. */
export async function noteFailure(queries: Queries, ruleId: string, reason: string, now: Date): Promise<void> {
  const row = await stateAndName(queries, ruleId)
  const last_error = keepable(reason)
  if (!row || (row.failing_since !== null && row.last_error === last_error)) return
  const at = now.toISOString()
  await queries
    .updateTable('rule_states')
    .set({last_error, failing_since: row.failing_since ?? at})
    .where('rule_id', '=', ruleId)
    .execute()
  const rule = {id: ruleId, name: row.name}
  await appendHistory(queries, [{at, rule, event: 'failing', by: 'engine', detail: last_error}])
}

export async function noteMissed(queries: Queries, ruleId: string, detail: string, now: Date): Promise<void> {
  const row = await stateAndName(queries, ruleId)
  if (!row) return
  const rule = {id: ruleId, name: row.name}
  await appendHistory(queries, [{at: now.toISOString(), rule, event: 'missed', by: 'engine', detail}])
}

function stateAndName(queries: Queries, ruleId: string) {
  return queries
    .selectFrom('alert_rules')
    .innerJoin('rule_states', 'rule_states.rule_id', 'alert_rules.id')
    .select(['name', 'failing_since', 'last_error'])
    .where('alert_rules.id', '=', ruleId)
    .executeTakeFirst()
}
