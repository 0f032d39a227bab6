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
  rule_states: RuleStateRow
  alert_history: AlertHistoryRow
  silences: SilenceRow
  leases: LeaseRow
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
  /** User id; absent where the rule was made on the machine itself. */
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
  /** JSON: field that the rule groups by → value, or null. */
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
  /** JSON: alerts/local/alert-rows.ts `AlertDetails`. */
  details: string
  /** 1: somebody acknowledged or resolved it, and the engine's state still speaks of it. */
  by_hand?: number | null
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
  /** Of rows before migration 0002: absent. */
  rule_id?: string | null
  /** Of the rule as it was: who owned it. */
  owner_id?: string | null
  /** JSON: the rule's notification_config as it was; null once nothing more is to be sent. */
  config?: string | null
  /** Who sends it, until `next_attempt_at`. */
  claimed_by?: string | null
}

/** What the engine remembers of a rule. A rule without a row has never been evaluated. */
export interface RuleStateRow {
  rule_id: string
  /** Raised by whatever changes `state`, or what people did to its alerts. */
  version: number
  /** A rule without `state` is evaluated from here. */
  begins_at: string
  /** JSON: alerts/state.ts `RuleState`. */
  state: string | null
  /** Last evaluation that is final. */
  evaluated_until: string | null
  last_checked_at: string | null
  last_triggered_at: string | null
  triggered: number
  notices_sent: number
  notices_failed: number
  last_error: string | null
  failing_since: string | null
}

/** One line of what happened, kept also when the rule is gone. */
export interface AlertHistoryRow {
  /** 1, 2, 3 … in the order in which they were written. */
  seq: number
  /** Of what the engine found, the evaluation's moment; else the clock's. */
  at: string
  rule_id: string
  rule_name: string
  /** Absent: it is about the rule. */
  alert_id: string | null
  /** As in triggered_alerts. */
  group_key: string
  event: string
  by_whom: string | null
  value: number | null
  detail: string | null
}

export interface SilenceRow {
  id: string
  /** JSON: name → value. */
  matchers: string
  starts_at: string
  ends_at: string
  comment: string | null
  /** Name at the time. */
  created_by: string
  /** Subject of the caller. */
  created_by_id: string
  created_at: string
}

/** Who alone does something, until when. Times are the database server's where it has a clock of its own. */
export interface LeaseRow {
  name: string
  holder: string
  taken_at: string
  ends_at: string
}
