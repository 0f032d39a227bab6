// Notices wait in the database until they have arrived or are given up. Who claims one sends it; where the claimer dies it
// comes free again, and is sent once more under the same id.

import type {Queries} from '../../database/database.js'
import type {NotificationRow} from '../../database/schema.js'
import type {WaitingNotice} from '../engine-book.js'
import type {WrittenRule} from '../rule.js'
import {appendHistory, type NewEntry} from './history.js'
import type {ChannelConfig} from './parts.js'
import {keepable} from './text.js'

/** No try is put off for longer: one that seems to be was put off by a clock that has been set back since. */
const FARTHEST_TRY_MS = 24 * 3_600_000

/** Inside a transaction. */
export async function claimNotices(
  queries: Queries,
  {holder, now, limit, holdMs}: {holder: string; now: Date; limit: number; holdMs: number},
): Promise<WaitingNotice[]> {
  const rows = await queries
    .selectFrom('notifications')
    .leftJoin('alert_rules', 'alert_rules.id', 'notifications.rule_id')
    .selectAll('notifications')
    .select(['alert_rules.definition', 'alert_rules.owner_id as current_owner'])
    .where('state', '=', 'waiting')
    .where((row) =>
      row.or([
        row('next_attempt_at', '<=', now.toISOString()),
        row('next_attempt_at', '>', new Date(now.getTime() + FARTHEST_TRY_MS).toISOString()),
      ]),
    )
    .orderBy('notifications.created_at')
    .orderBy('notifications.id')
    .limit(limit)
    .execute()
  if (rows.length === 0) return []
  await queries
    .updateTable('notifications')
    .set((row) => ({
      attempts: row('attempts', '+', 1),
      claimed_by: holder,
      next_attempt_at: new Date(now.getTime() + holdMs).toISOString(),
    }))
    .where(
      'id',
      'in',
      rows.map(({id}) => id),
    )
    .execute()
  return rows.map(({definition, current_owner, ...row}) => toWaiting(row, definition, current_owner))
}

/** Where it goes is for the rule as it is now to say: a channel that was mended takes what waits for it. */
function toWaiting(row: NotificationRow, definition: string | null, currentOwner: string | null): WaitingNotice {
  const rule = definition === null ? undefined : (JSON.parse(definition) as WrittenRule)
  const owner = rule === undefined ? (row.owner_id ?? null) : currentOwner
  const kept = JSON.parse(row.config ?? '{}') as ChannelConfig
  return {
    id: row.id,
    alertId: row.alert_id,
    ruleId: row.rule_id ?? '',
    channel: rule === undefined ? row.channel : (rule.notification_channel ?? 'console'),
    channelConfig: rule === undefined ? kept : (rule.notification_config ?? {}),
    body: JSON.parse(row.body) as object,
    ...(owner === null ? {} : {ownerId: owner}),
    attempts: row.attempts,
    createdAt: row.created_at,
  }
}

export type Settlement = {sent: true} | {sent: false; reason: string; next?: Date}

/**
 * Inside a transaction. What arrived has arrived, whatever somebody else who sent it too says of it; of one that is
 * settled already nothing changes but that.
 */
export async function settleNotice(queries: Queries, id: string, outcome: Settlement, now: Date): Promise<void> {
  const row = await queries.selectFrom('notifications').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row || row.state === 'sent' || (row.state === 'failed' && !outcome.sent)) return
  const at = now.toISOString()
  const set = outcomeColumns(outcome, at)
  await queries.updateTable('notifications').set(set).where('id', '=', id).execute()
  const by = row.channel
  if (outcome.sent) {
    await count(queries, row, {sent: 1, failed: row.state === 'failed' ? -1 : 0})
    await appendHistory(queries, linesOf(row, {at, event: 'notice_sent', by}))
  } else if (outcome.next === undefined) {
    await count(queries, row, {sent: 0, failed: 1})
    await appendHistory(queries, linesOf(row, {at, event: 'notice_failed', by, detail: outcome.reason}))
  } else if (set.last_error !== row.last_error) {
    // One line for each reason, not for each attempt.
    await appendHistory(queries, linesOf(row, {at, event: 'notice_waiting', by, detail: outcome.reason}))
  }
}

/** The config may hold secrets: it goes once nothing more is to be sent. */
function outcomeColumns(outcome: Settlement, at: string): Partial<NotificationRow> {
  const done = {claimed_by: null, next_attempt_at: null, config: null}
  if (outcome.sent) return {...done, state: 'sent', sent_at: at, last_error: null}
  const last_error = keepable(outcome.reason)
  if (outcome.next === undefined) return {...done, state: 'failed', last_error}
  return {claimed_by: null, next_attempt_at: outcome.next.toISOString(), last_error}
}

async function count(
  queries: Queries,
  {rule_id}: NotificationRow,
  {sent, failed}: {sent: number; failed: number},
): Promise<void> {
  if (!rule_id) return
  await queries
    .updateTable('rule_states')
    .set((row) => ({notices_sent: row('notices_sent', '+', sent), notices_failed: row('notices_failed', '+', failed)}))
    .where('rule_id', '=', rule_id)
    .execute()
}

/** A line for each alert that the notice names. */
function linesOf(row: NotificationRow, line: Pick<NewEntry, 'at' | 'event' | 'by' | 'detail'>): NewEntry[] {
  const {rule, alerts = []} = JSON.parse(row.body) as {
    rule?: {name?: string}
    alerts?: Array<{id: string; group?: Record<string, string | null>}>
  }
  const about = {rule: {id: row.rule_id ?? '', name: rule?.name ?? ''}, ...line}
  if (alerts.length === 0) return [{...about, alert: row.alert_id}]
  return alerts.map(({id, group = {}}) => ({...about, alert: id, group: JSON.stringify(group)}))
}

export async function nextNoticeAt(queries: Queries): Promise<Date | undefined> {
  const row = await queries
    .selectFrom('notifications')
    .select('next_attempt_at')
    .where('state', '=', 'waiting')
    .where('next_attempt_at', 'is not', null)
    .orderBy('next_attempt_at')
    .limit(1)
    .executeTakeFirst()
  return row?.next_attempt_at ? new Date(row.next_attempt_at) : undefined
}
