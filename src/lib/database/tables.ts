import type {Schema} from './schema.js'

/** Column of each table's primary key; a table that points at another comes behind it. */
const KEYS: Readonly<Record<keyof Schema, string>> = {
  users: 'id',
  api_tokens: 'id',
  sessions_revoked: 'jti',
  sign_in_failures: 'key',
  audit: 'seq',
  system_config: 'key',
  alert_rules: 'id',
  triggered_alerts: 'id',
  notifications: 'id',
  rule_states: 'rule_id',
  alert_history: 'seq',
  silences: 'id',
  leases: 'name',
}

export interface Table {
  name: keyof Schema
  key: string
}

/** Every table of schema.ts, in the order in which they can be filled. */
export const TABLES: readonly Table[] = Object.entries(KEYS).map(([name, key]) => ({name: name as keyof Schema, key}))
