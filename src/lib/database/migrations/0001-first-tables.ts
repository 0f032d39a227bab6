import type {Kysely} from 'kysely'
import type {ColumnTypes} from './index.js'
import {type Columns, integer, key, makeIndex, makeTable, maybeText, text, unique} from './make-table.js'

const TABLES: Record<string, Columns> = {
  users: {
    id: key,
    username: text,
    username_key: unique,
    email: maybeText,
    email_key: {type: 'text', null: true, unique: true},
    full_name: maybeText,
    password_hash: text,
    role: text,
    active: integer,
    token_version: integer,
    created_at: text,
    updated_at: text,
    last_sign_in_at: maybeText,
  },
  api_tokens: {
    id: key,
    user_id: text,
    name: text,
    token_hash: unique,
    prefix: text,
    scopes: text,
    created_at: text,
    expires_at: maybeText,
    last_used_at: maybeText,
    revoked_at: maybeText,
  },
  sessions_revoked: {jti: key, expires_at: text},
  sign_in_failures: {key, failures: integer, first_at: text, last_at: text},
  audit: {
    seq: {type: 'integer', key: true},
    at: text,
    event: text,
    subject_id: text,
    object_id: maybeText,
    operation_id: maybeText,
    source: maybeText,
    reason_code: maybeText,
    details: text,
    hash: text,
  },
  system_config: {key, value: text, updated_at: text, updated_by: maybeText},
  alert_rules: {
    id: key,
    name: text,
    name_key: unique,
    owner_id: maybeText,
    enabled: integer,
    severity: text,
    definition: text,
    version: integer,
    created_at: text,
    updated_at: text,
  },
  triggered_alerts: {
    id: key,
    rule_id: text,
    rule_name: text,
    group_key: text,
    state: text,
    severity: text,
    opened_at: text,
    updated_at: text,
    acknowledged_at: maybeText,
    acknowledged_by: maybeText,
    resolved_at: maybeText,
    resolved_by: maybeText,
    value: {type: 'real', null: true},
    details: text,
  },
  notifications: {
    id: key,
    alert_id: text,
    channel: text,
    idempotency_key: unique,
    state: text,
    attempts: integer,
    next_attempt_at: maybeText,
    created_at: text,
    sent_at: maybeText,
    last_error: maybeText,
    body: text,
  },
}

/** What points at a row of another table goes with it. */
const REFERENCES = [
  {table: 'api_tokens', column: 'user_id', to: 'users'},
  {table: 'notifications', column: 'alert_id', to: 'triggered_alerts'},
]

const INDEXES = [
  {table: 'api_tokens', columns: ['user_id']},
  {table: 'sessions_revoked', columns: ['expires_at']},
  {table: 'audit', columns: ['event', 'seq']},
  {table: 'audit', columns: ['subject_id', 'seq']},
  {table: 'alert_rules', columns: ['owner_id']},
  {table: 'triggered_alerts', columns: ['state', 'opened_at']},
  {table: 'triggered_alerts', columns: ['rule_id', 'opened_at']},
  {table: 'notifications', columns: ['alert_id']},
  {table: 'notifications', columns: ['state', 'next_attempt_at']},
]

/** Accounts, tokens, the audit trail, settings, alert rules, alerts and what was sent about them. */
export async function firstTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  for (const [name, columns] of Object.entries(TABLES)) {
    const references = REFERENCES.filter(({table}) => table === name)
    await makeTable(db, name, columns, types, references)
  }
  for (const {table, columns} of INDEXES) await makeIndex(db, table, columns)
}
