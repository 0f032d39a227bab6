import type {Queries} from '../../database/database.js'
import type {EngineRule} from '../engine-book.js'
import type {ByHand, RuleState, SilenceSpan} from '../state.js'
import {writtenIn} from './rule-rows.js'

/** Every rule that is switched on with its state, and each silence that may still matter to one of them; of one moment. */
export async function loadRules(queries: Queries): Promise<{rules: EngineRule[]; silences: SilenceSpan[]}> {
  const rows = await queries
    .selectFrom('alert_rules')
    .leftJoin('rule_states', 'rule_states.rule_id', 'alert_rules.id')
    .selectAll('alert_rules')
    .select(['rule_states.version as state_version', 'rule_states.state', 'rule_states.begins_at'])
    .where('enabled', '=', 1)
    .orderBy('name_key')
    .execute()
  const hands = await handsOf(queries)
  const rules = rows.map((row): EngineRule => {
    const state = row.state === null ? undefined : (JSON.parse(row.state) as RuleState)
    return {
      id: row.id,
      version: row.version,
      stateVersion: row.state_version ?? 0,
      written: writtenIn(row),
      ...(state === undefined ? {} : {state}),
      createdAt: row.begins_at ?? row.created_at,
      changedAt: row.updated_at,
      ...(row.owner_id === null ? {} : {ownerId: row.owner_id}),
      byHand: hands.get(row.id) ?? new Map(),
    }
  })
  return {rules, silences: await silencesSince(queries, oldest(rules))}
}

/** By rule, then by alert. */
async function handsOf(queries: Queries): Promise<Map<string, Map<string, ByHand>>> {
  const rows = await queries
    .selectFrom('triggered_alerts')
    .select(['id', 'rule_id', 'acknowledged_at', 'resolved_at'])
    .where('by_hand', '=', 1)
    .execute()
  const hands = new Map<string, Map<string, ByHand>>()
  for (const {id, rule_id, acknowledged_at, resolved_at} of rows) {
    const ofRule = hands.get(rule_id) ?? new Map<string, ByHand>()
    ofRule.set(id, {
      ...(acknowledged_at === null ? {} : {acknowledgedAt: Date.parse(acknowledged_at)}),
      ...(resolved_at === null ? {} : {resolvedAt: Date.parse(resolved_at)}),
    })
    hands.set(rule_id, ofRule)
  }
  return hands
}

/** Up to where every rule has been evaluated: what ended before is of no more use. */
function oldest(rules: readonly EngineRule[]): string {
  const reached = rules.map(({state, createdAt}) => state?.until ?? Date.parse(createdAt))
  return new Date(reached.reduce((least, each) => Math.min(least, each), Date.now())).toISOString()
}

async function silencesSince(queries: Queries, since: string): Promise<SilenceSpan[]> {
  const rows = await queries
    .selectFrom('silences')
    .select(['matchers', 'starts_at', 'ends_at'])
    .where('ends_at', '>', since)
    .execute()
  return rows.map(({matchers, starts_at, ends_at}) => ({
    from: Date.parse(starts_at),
    until: Date.parse(ends_at),
    matchers: JSON.parse(matchers) as SilenceSpan['matchers'],
  }))
}
