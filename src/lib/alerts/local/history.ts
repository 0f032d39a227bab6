import type {Caller} from '../../accounts/accounts.js'
import type {Queries} from '../../database/database.js'
import type {AlertHistoryRow} from '../../database/schema.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {HistoryEntry, HistoryEvent, HistoryQuestion} from '../alerts.js'
import {findAlert} from './alert-rows.js'
import {limitOf} from './limit.js'
import type {Parts} from './parts.js'
import {needReader} from './rights.js'
import {ruleFilter} from './rule-rows.js'
import {keepable} from './text.js'

export interface NewEntry {
  at: string
  rule: {id: string; name: string}
  alert?: string
  /** JSON, as in triggered_alerts; without groups unless given. */
  group?: string
  event: HistoryEvent
  by?: string
  value?: number | undefined
  detail?: string | undefined
}

/** Rows in one statement: far below the 32,766 parameters that SQLite takes. */
export const BATCH = 500

/** Inside a transaction of the database: `queries` must be of one. */
export async function appendHistory(queries: Queries, entries: readonly NewEntry[]): Promise<void> {
  if (entries.length === 0) return
  const last = await queries
    .selectFrom('alert_history')
    .select('seq')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const rows = entries.map((entry, index) => toRow(entry, (last?.seq ?? 0) + 1 + index))
  for (let from = 0; from < rows.length; from += BATCH) {
    await queries
      .insertInto('alert_history')
      .values(rows.slice(from, from + BATCH))
      .execute()
  }
}

function toRow({at, rule, alert, group = '{}', event, by, value, detail}: NewEntry, seq: number): AlertHistoryRow {
  return {
    seq,
    at,
    rule_id: rule.id,
    rule_name: rule.name,
    alert_id: alert ?? null,
    group_key: group,
    event,
    by_whom: by === undefined ? null : keepable(by),
    value: value ?? null,
    detail: detail === undefined ? null : keepable(detail),
  }
}

/** Newest first. */
export async function history(
  {database: {queries}}: Parts,
  caller: Caller,
  question: HistoryQuestion = {},
): Promise<HistoryEntry[]> {
  needReader(caller)
  const {rule, alert, since, until, after} = question
  let asked = queries
    .selectFrom('alert_history')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('seq', 'desc')
    .limit(limitOf(question.limit))
  if (rule !== undefined) {
    const {column, value} = await ruleFilter(queries, rule)
    asked = asked.where(column, '=', value)
  }
  if (alert !== undefined) asked = asked.where('alert_id', '=', await alertIn(queries, alert))
  if (since !== undefined) asked = asked.where('at', '>=', timeOf('since', since))
  if (until !== undefined) asked = asked.where('at', '<', timeOf('until', until))
  if (after !== undefined) {
    const seq = /^[1-9]\d{0,14}$/.test(after) ? Number(after) : 0
    const last = await queries.selectFrom('alert_history').select('at').where('seq', '=', seq).executeTakeFirst()
    if (!last) throw new LogflowError('USAGE', 'the entry after which the list goes on is gone: list from the start')
    // Said twice, since an index serves no `or`.
    asked = asked
      .where('at', '<=', last.at)
      .where((row) => row.or([row('at', '<', last.at), row.and([row('at', '=', last.at), row('seq', '<', seq)])]))
  }
  return (await asked.execute()).map(toEntry)
}

/** The id of an alert of which there may be no more than its history: one that was pending and fell back. */
async function alertIn(queries: Queries, id: string): Promise<string> {
  const row = await queries
    .selectFrom('alert_history')
    .select('alert_id')
    .where('alert_id', '=', id.toLowerCase())
    .limit(1)
    .executeTakeFirst()
  return row?.alert_id ?? (await findAlert(queries, id)).id
}

function timeOf(name: string, text: string): string {
  const at = new Date(text)
  if (!Number.isNaN(at.getTime())) return at.toISOString()
  throw new LogflowError('USAGE', `${name} is a time like 2026-01-31T12:00:00Z`)
}

function toEntry(row: AlertHistoryRow): HistoryEntry {
  return {
    id: String(row.seq),
    at: row.at,
    ...(row.alert_id === null ? {} : {alert_id: row.alert_id}),
    rule_id: row.rule_id,
    rule_name: row.rule_name,
    group: JSON.parse(row.group_key) as HistoryEntry['group'],
    event: row.event as HistoryEvent,
    ...(row.by_whom === null ? {} : {by: row.by_whom}),
    ...(row.value === null ? {} : {value: row.value}),
    ...(row.detail === null ? {} : {detail: row.detail}),
  }
}
