import {randomUUID} from 'node:crypto'
import {sql} from 'kysely'
import type {Database} from '../../src/lib/database/database.js'
import {TABLES} from '../../src/lib/database/tables.js'
import {alertOf, userOf} from '../contracts/database.js'

const AT = '2026-11-21T10:00:00.000Z'

/** Rows in most tables, with text and numbers that a careless copy would change. */
export async function fillDatabase({queries}: Database, users = 3): Promise<void> {
  const rows = Array.from({length: users}, (_, i) =>
    userOf({
      id: `user-${String(i).padStart(5, '0')}`,
      full_name: i % 3 === 0 ? null : `Zoë "${i}" \\n \n\r\u2028 {"end":true} \u{1F600}\u0001`,
      token_version: i === 0 ? Number.MAX_SAFE_INTEGER : i,
      email: i % 2 === 0 ? `u${i}@example.com` : null,
    }),
  )
  for (let from = 0; from < rows.length; from += 200) {
    await queries
      .insertInto('users')
      .values(rows.slice(from, from + 200))
      .execute()
  }
  const token = {user_id: 'user-00001', name: 'ci', prefix: 'lf_a', scopes: '["read"]', created_at: AT}
  await queries
    .insertInto('api_tokens')
    .values({
      ...token,
      id: 't1',
      token_hash: randomUUID(),
      expires_at: null,
      last_used_at: AT,
      revoked_at: null,
    })
    .execute()
  const values = [null, 0.1, -1e300, 5e-324, Number.POSITIVE_INFINITY, 3]
  await queries
    .insertInto('triggered_alerts')
    .values(values.map((value, i) => alertOf({id: `alert-${i}`, value})))
    .execute()
  const entry = {at: AT, subject_id: 'user-00001', object_id: null, operation_id: null, source: null, reason_code: null}
  await queries
    .insertInto('audit')
    // Numbers that sort otherwise as text.
    .values(
      Array.from({length: 20}, (_, i) => ({...entry, seq: i + 1, event: 'signed_in', details: '{}', hash: `h${i}`})),
    )
    .execute()
  await queries
    .insertInto('system_config')
    .values({key: 'registration', value: 'true', updated_at: AT, updated_by: null})
    .execute()
  await fillAlertEngine(queries)
}

async function fillAlertEngine(queries: Database['queries']): Promise<void> {
  await queries
    .insertInto('rule_states')
    .values({
      rule_id: 'rule',
      version: 7,
      begins_at: AT,
      state: '{"until":1732183200000,"groups":{},"early":{}}',
      evaluated_until: AT,
      last_checked_at: AT,
      last_triggered_at: null,
      triggered: 6,
      notices_sent: 1,
      notices_failed: 0,
      last_error: 'no answer \u001b[31m',
      failing_since: AT,
    })
    .execute()
  const line = {at: AT, rule_id: 'rule', rule_name: 'many errors', group_key: '{}', by_whom: null, detail: null}
  await queries
    .insertInto('alert_history')
    .values(
      Array.from({length: 12}, (_, i) => ({
        ...line,
        seq: i + 1,
        alert_id: i === 0 ? null : 'alert-1',
        event: 'opened',
        value: i / 7,
      })),
    )
    .execute()
  const silence = {matchers: '{"rule":"many errors"}', starts_at: AT, ends_at: AT, comment: null, created_at: AT}
  await queries
    .insertInto('silences')
    .values({id: 's1', created_by: 'ann', created_by_id: 'user-00001', ...silence})
    .execute()
  await queries.insertInto('leases').values({name: 'alert-engine', holder: 'a', taken_at: AT, ends_at: AT}).execute()
  await queries
    .insertInto('notifications')
    .values({
      id: 'n1',
      alert_id: 'alert-1',
      channel: 'webhook',
      idempotency_key: 'n1',
      state: 'waiting',
      attempts: 2,
      next_attempt_at: AT,
      created_at: AT,
      sent_at: null,
      last_error: null,
      body: '{}',
      rule_id: 'rule',
      owner_id: 'user-00001',
      config: '{"url":"https://hooks.example/"}',
      claimed_by: null,
    })
    .execute()
}

/** Every row of every table, in the order of its key. */
export async function allRows({queries}: Database): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {}
  for (const {name, key} of TABLES) {
    all[name] = (await sql`select * from ${sql.table(name)} order by ${sql.ref(key)}`.execute(queries)).rows
  }
  return all
}
