import type {Kysely} from 'kysely'
import type {ColumnTypes} from './index.js'
import {addColumn, type Columns, integer, key, makeIndex, makeTable, maybeText, text} from './make-table.js'

const TABLES: Record<string, Columns> = {
  rule_states: {
    rule_id: key,
    version: integer,
    begins_at: text,
    state: maybeText,
    evaluated_until: maybeText,
    last_checked_at: maybeText,
    last_triggered_at: maybeText,
    triggered: integer,
    notices_sent: integer,
    notices_failed: integer,
    last_error: maybeText,
    failing_since: maybeText,
  },
  alert_history: {
    seq: {type: 'integer', key: true},
    at: text,
    rule_id: text,
    rule_name: text,
    alert_id: maybeText,
    group_key: text,
    event: text,
    by_whom: maybeText,
    value: {type: 'real', null: true},
    detail: maybeText,
  },
  silences: {
    id: key,
    matchers: text,
    starts_at: text,
    ends_at: text,
    comment: maybeText,
    created_by: text,
    created_by_id: text,
    created_at: text,
  },
  leases: {name: key, holder: text, taken_at: text, ends_at: text},
}

const ADDED = [
  {table: 'triggered_alerts', column: 'by_hand', type: 'integer'},
  {table: 'notifications', column: 'rule_id', type: 'text'},
  {table: 'notifications', column: 'owner_id', type: 'text'},
  {table: 'notifications', column: 'config', type: 'text'},
  {table: 'notifications', column: 'claimed_by', type: 'text'},
] as const

const INDEXES = [
  {table: 'triggered_alerts', columns: ['opened_at', 'id']},
  {table: 'triggered_alerts', columns: ['rule_name', 'opened_at']},
  {table: 'triggered_alerts', columns: ['by_hand']},
  {table: 'alert_history', columns: ['at', 'seq']},
  {table: 'alert_history', columns: ['rule_id', 'at', 'seq']},
  {table: 'alert_history', columns: ['rule_name', 'at', 'seq']},
  {table: 'alert_history', columns: ['alert_id', 'at', 'seq']},
  {table: 'silences', columns: ['ends_at']},
]

/** What the alert engine remembers, what happened to alerts, silences, and who alone does something. */
export async function alertEngine(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  for (const [name, columns] of Object.entries(TABLES)) await makeTable(db, name, columns, types)
  for (const {table, column, type} of ADDED) await addColumn(db, table, column, type, types)
  for (const {table, columns} of INDEXES) await makeIndex(db, table, columns)
}
