// The tables of the database, as both engines have them. Migrations (migrations/) make them; nothing else changes them.
// Types are those that SQLite and PostgreSQL share: text, integer, real. Times are RFC 3339 in UTC, always with
// milliseconds, so that they sort as text; booleans are 0 or 1; what is nested is JSON in text.

export interface Schema {
  users: UserRow
  api_tokens: ApiTokenRow
  sessions_revoked: RevokedSessionRow
  sign_in_failures: SignInFailureRow
  audit: AuditRow
  system_config: SystemConfigRow
  alert_rules: AlertRuleRow
  triggered_alerts: TriggeredAlertRow
  notifications: NotificationRow
}

export interface UserRow {
  /** UUID version 4. */
  id: string
  /** As typed; unique without regard to case through `username_key`. */
  username: string
  username_key: string
  /** Absent: none given. Unique without regard to case through `email_key`. */
  email: string | null
  email_key: string | null
  full_name: string | null
  /** bcrypt, with its cost and salt (`$2b$12$…`). */
  password_hash: string
  role: 'user' | 'admin'
  /** 0: may not sign in; tokens are refused. */
  active: number
  /** Raised by a change of password or role, or when switched off: JWTs that carry another are refused. */
  token_version: number
  created_at: string
  updated_at: string
  last_sign_in_at: string | null
}

/** A token for programs. The secret is shown once; what is kept is its SHA-256. */
export interface ApiTokenRow {
  id: string
  user_id: string
  name: string
  /** SHA-256 of the secret, hexadecimal; unique. */
  token_hash: string
  /** First characters of the secret, to tell tokens apart. */
  prefix: string
  /** JSON: array of scopes. */
  scopes: string
  created_at: string
  expires_at: string | null
  last_used_at: string | null
  revoked_at: string | null
}

/** JWTs that were signed out before their end, by `jti`; rows go when the token would have ended. */
export interface RevokedSessionRow {
  jti: string
  expires_at: string
}

/** Failed sign-ins by account or source, for throttling. */
export interface SignInFailureRow {
  /** `account:<hash of the name>`, `source:<network>`, or both: `pair:<hash of the name>@<network>`. */
  key: string
  failures: number
  first_at: string
  last_at: string
}

/** Who did what, in a chain: each row's hash covers the row and the hash before it. */
export interface AuditRow {
  /** 1, 2, 3 … without a hole. */
  seq: number
  at: string
  /** snake_case: `signed_in`, `sign_in_failed`, `user_created`, `token_revoked` … */
  event: string
  /** Who: a user id, `local:<name of the system's user>`, or `anonymous`. */
  subject_id: string
  /** On what: a user, token or rule id. */
  object_id: string | null
  operation_id: string | null
  /** Address of the caller. */
  source: string | null
  reason_code: string | null
  /** JSON; never a secret. */
  details: string
  /** SHA-256, hexadecimal, over the hash before and the canonical JSON of this row. */
  hash: string
}

export interface SystemConfigRow {
  key: string
  /** JSON. */
  value: string
  updated_at: string
  updated_by: string | null
}

export interface AlertRuleRow {
  id: string
  name: string
  name_key: string
  /** User id; absent where the rule was made from files. */
  owner_id: string | null
  enabled: number
  severity: string
  /** JSON: the rule as it is written. */
  definition: string
  /** Raised by each change. */
  version: number
  created_at: string
  updated_at: string
}

export interface TriggeredAlertRow {
  id: string
  rule_id: string
  rule_name: string
  /** JSON: values of the fields that the rule groups by. */
  group_key: string
  state: 'pending' | 'open' | 'acknowledged' | 'resolved'
  severity: string
  opened_at: string
  updated_at: string
  acknowledged_at: string | null
  acknowledged_by: string | null
  resolved_at: string | null
  resolved_by: string | null
  value: number | null
  /** JSON. */
  details: string
}

export interface NotificationRow {
  id: string
  alert_id: string
  channel: string
  /** The same key is never sent twice. */
  idempotency_key: string
  state: 'waiting' | 'sent' | 'failed'
  attempts: number
  next_attempt_at: string | null
  created_at: string
  sent_at: string | null
  last_error: string | null
  /** JSON. */
  body: string
}
