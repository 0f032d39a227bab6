import type {Queries} from '../../database/database.js'
import type {AlertRuleRow, RuleStateRow} from '../../database/schema.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {RuleStatistics, StoredRule} from '../alerts.js'
import type {WrittenRule} from '../rule.js'
import {type ConfigSecrets, MOST_LISTED} from './parts.js'

/** Names are the same without regard to case. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

export async function findRule(queries: Queries, which: string): Promise<AlertRuleRow | undefined> {
  const byId = await queries.selectFrom('alert_rules').selectAll().where('id', '=', which).executeTakeFirst()
  if (byId) return byId
  return queries.selectFrom('alert_rules').selectAll().where('name_key', '=', nameKey(which)).executeTakeFirst()
}

/** By name or id; NOT_FOUND. */
export async function ruleNamed(queries: Queries, which: string): Promise<AlertRuleRow> {
  const row = await findRule(queries, which)
  if (row) return row
  throw noSuchRule(which)
}

function noSuchRule(which: string): LogflowError {
  return new LogflowError('NOT_FOUND', `there is no rule ${JSON.stringify(which)}`, {
    suggestions: ['logflow alerts list'],
  })
}

export interface RuleFilter {
  column: 'rule_id' | 'rule_name'
  value: string
}

/** Rows of a rule, which may be gone: then by the name it had, exactly as it was written, or by its id. NOT_FOUND. */
export async function ruleFilter(queries: Queries, which: string): Promise<RuleFilter> {
  const there = await findRule(queries, which)
  if (there) return {column: 'rule_id', value: there.id}
  for (const column of ['rule_id', 'rule_name'] as const) {
    for (const table of ['alert_history', 'triggered_alerts'] as const) {
      const row = await queries
        .selectFrom(table)
        .select('rule_id')
        .where(column, '=', which)
        .limit(1)
        .executeTakeFirst()
      if (row) return {column, value: which}
    }
  }
  throw noSuchRule(which)
}

/** As it was written; `is_active` is in a column of its own. */
export function writtenIn({definition, enabled}: Pick<AlertRuleRow, 'definition' | 'enabled'>): WrittenRule {
  return {...(JSON.parse(definition) as WrittenRule), is_active: enabled === 1}
}

export async function toStored(
  queries: Queries,
  rows: readonly AlertRuleRow[],
  secrets: ConfigSecrets,
): Promise<StoredRule[]> {
  if (rows.length === 0) return []
  const statistics = await statisticsOf(
    queries,
    rows.map(({id}) => id),
  )
  const owners = await ownersOf(queries, rows)
  return rows.map((row) => {
    const written = writtenIn(row)
    const {notification_config: config, notification_channel: channel = 'console'} = written
    const owner = row.owner_id === null ? undefined : owners.get(row.owner_id)
    return {
      ...written,
      ...(config === undefined ? {} : {notification_config: secrets.mask(channel, config)}),
      id: row.id,
      version: row.version,
      ...(row.owner_id === null ? {} : {owner_id: row.owner_id}),
      ...(owner === undefined ? {} : {owner}),
      created_at: row.created_at,
      updated_at: row.updated_at,
      statistics: statistics.get(row.id) ?? NONE,
    }
  })
}

/** Names of accounts that are still there. */
async function ownersOf(queries: Queries, rows: readonly AlertRuleRow[]): Promise<Map<string, string>> {
  const ids = [...new Set(rows.flatMap(({owner_id}) => (owner_id === null ? [] : [owner_id])))]
  if (ids.length === 0) return new Map()
  const users = await queries.selectFrom('users').select(['id', 'username']).where('id', 'in', ids).execute()
  return new Map(users.map(({id, username}) => [id, username]))
}

const NONE: RuleStatistics = {
  health: 'waiting',
  triggered: 0,
  open: 0,
  notices_sent: 0,
  notices_failed: 0,
  notices_waiting: 0,
}

/** Counted as they happen; what is open or waits is counted by index. @param ids at most {@link MOST_LISTED} */
async function statisticsOf(queries: Queries, ids: readonly string[]): Promise<Map<string, RuleStatistics>> {
  const states = await queries.selectFrom('rule_states').selectAll().where('rule_id', 'in', ids).execute()
  const open = await queries
    .selectFrom('triggered_alerts')
    .select((row) => ['rule_id', row.fn.countAll().as('n')])
    .where('state', 'in', ['open', 'acknowledged'])
    .groupBy('rule_id')
    .execute()
  const waiting = await queries
    .selectFrom('notifications')
    .select((row) => ['rule_id', row.fn.countAll().as('n')])
    .where('state', '=', 'waiting')
    .groupBy('rule_id')
    .execute()
  const openOf = new Map(open.map(({rule_id, n}) => [rule_id, Number(n)]))
  const waitingOf = new Map(waiting.map(({rule_id, n}) => [rule_id, Number(n)]))
  return new Map(
    states.map((state) => [
      state.rule_id,
      {...counted(state), open: openOf.get(state.rule_id) ?? 0, notices_waiting: waitingOf.get(state.rule_id) ?? 0},
    ]),
  )
}

function counted(state: RuleStateRow): Omit<RuleStatistics, 'open' | 'notices_waiting'> {
  const {last_checked_at, last_triggered_at, last_error, failing_since} = state
  return {
    health: failing_since !== null ? 'failing' : last_checked_at === null ? 'waiting' : 'ok',
    ...(last_checked_at === null ? {} : {last_checked_at}),
    ...(last_triggered_at === null ? {} : {last_triggered_at}),
    triggered: state.triggered,
    notices_sent: state.notices_sent,
    notices_failed: state.notices_failed,
    ...(last_error === null ? {} : {last_error}),
    ...(failing_since === null ? {} : {failing_since}),
  }
}
