// Alert rules and what they triggered, for people and programs. A member keeps them in the database (local/) or asks a
// server (remote/); test/contracts/alerts.ts is what both must pass. The engine's own port is engine-book.ts.

import type {Caller} from '../accounts/accounts.js'
import type {ChannelName, Severity, WrittenRule} from './rule.js'

export const ALERT_STATES = ['pending', 'open', 'acknowledged', 'resolved'] as const
export type AlertState = (typeof ALERT_STATES)[number]

/** Times are RFC 3339 in UTC. Field names are those of JSON. */
export interface StoredRule extends WrittenRule {
  id: string
  /** Raised by each change. */
  version: number
  /** User id; absent where the rule was made on the machine itself. */
  owner_id?: string
  owner?: string
  created_at: string
  updated_at: string
  statistics: RuleStatistics
}

export interface RuleStatistics {
  /** `failing`: the last evaluation could not be made, which is neither firing nor fine. `waiting`: none was made yet. */
  health: 'ok' | 'failing' | 'waiting'
  last_checked_at?: string
  last_triggered_at?: string
  /** Alerts it has opened. */
  triggered: number
  open: number
  /** Notices sent, given up, and not arrived yet (tried again). */
  notices_sent: number
  notices_failed: number
  notices_waiting: number
  /** Why it fails, and since when. */
  last_error?: string
  failing_since?: string
}

export interface TriggeredAlert {
  id: string
  rule_id: string
  rule_name: string
  severity: Severity
  state: AlertState
  /** Field of group_by → value; null where the records have none. Empty without group_by. */
  group: Record<string, string | null>
  labels: Record<string, string>
  /** Of the evaluation at which it opened; of a pending one, at which the condition first held. */
  opened_at: string
  updated_at: string
  acknowledged_at?: string
  acknowledged_by?: string
  resolved_at?: string
  /** `engine`, or who. */
  resolved_by?: string
  /** At its last evaluation that said something. */
  value?: number
  threshold?: number
  /** The query (spec §4) and times that find the records it is about. */
  query: string
  since: string
  until: string
  runbook?: string
  note?: string
  silenced: boolean
}

/**
 * `fell_back`: pending, and then the condition did not hold. `silenced`: it opened and nobody was told.
 * `notice_waiting`: it did not arrive and is tried again; `notice_failed`: it was given up. Of rules: `failing` (it could
 * not be evaluated), `recovered` (it can be again), `missed` (a time that will not be evaluated any more).
 */
export const HISTORY_EVENTS = [
  'pending',
  'fell_back',
  'opened',
  'moved',
  'silenced',
  'acknowledged',
  'resolved',
  'notice_sent',
  'notice_waiting',
  'notice_failed',
  'failing',
  'recovered',
  'missed',
] as const
export type HistoryEvent = (typeof HISTORY_EVENTS)[number]

/** One line of what happened: to an alert, to a rule, or to a notice. Newest first in answers. */
export interface HistoryEntry {
  id: string
  at: string
  /** Absent: it is about the rule. */
  alert_id?: string
  rule_id: string
  rule_name: string
  group: Record<string, string | null>
  event: HistoryEvent
  /** Who, or which channel. */
  by?: string
  value?: number
  detail?: string
}

export interface Silence {
  id: string
  matchers: Record<string, string>
  starts_at: string
  ends_at: string
  comment?: string
  created_by: string
  created_at: string
}

/** Limits are 1 to 1,000, and 100 unless given. */
/** What became of a notice that tells of nothing. */
export interface NoticeTest {
  /** Its name. */
  rule: string
  channel: ChannelName
  /** The destination took it. */
  sent: boolean
  /** What came back, or why nothing did. */
  detail?: string
  /** Of one that was not sent: whether a real notice would be tried again. */
  retriable?: boolean
  duration_ms: number
}

export interface RuleQuestion {
  limit?: number
  /** Id of the last one seen. */
  after?: string
  active?: boolean
}

export interface AlertQuestion {
  /** Without any: all but resolved. */
  states?: readonly AlertState[]
  /** Name or id of a rule. */
  rule?: string
  severity?: Severity
  limit?: number
  /** Id of the last one seen. */
  after?: string
}

export interface HistoryQuestion {
  rule?: string
  alert?: string
  since?: string
  until?: string
  limit?: number
  /** Id of the last one seen. */
  after?: string
}

/**
 * Rejects with a LogflowError: UNAUTHORISED, FORBIDDEN (a rule of another's), NOT_FOUND, ALREADY_THERE (a name that is
 * taken, or a rule that changed since `version`), BAD_RULE (check-rule.ts says what and where), DATABASE_UNREACHABLE
 * (retriable). Everybody who may read sees all rules and alerts; secrets in notification_config are masked in answers,
 * and a masked value that comes back stands for the one that is kept.
 */
export interface Alerts {
  readonly kind: 'local' | 'remote'
  createRule(caller: Caller, rule: WrittenRule): Promise<StoredRule>
  /** By name. */
  listRules(caller: Caller, question?: RuleQuestion): Promise<StoredRule[]>
  /** By name or id. */
  showRule(caller: Caller, which: string): Promise<StoredRule>
  /** The whole rule; for owners and admins. `version`: only if it is still that one. */
  updateRule(caller: Caller, which: string, rule: WrittenRule, version?: number): Promise<StoredRule>
  /** Its open alerts are resolved; what is history stays. */
  removeRule(caller: Caller, which: string): Promise<void>
  /** Sends a notice that says that it is a test where the rule's notices go, once; for its owner and admins. */
  notifyTest(caller: Caller, which: string): Promise<NoticeTest>
  /** Newest first. */
  triggered(caller: Caller, question?: AlertQuestion): Promise<TriggeredAlert[]>
  /** By id, or by a beginning of one that is unique; so everywhere an alert is named. */
  showAlert(caller: Caller, id: string): Promise<TriggeredAlert>
  /** Again by anybody: changes nothing. */
  acknowledge(caller: Caller, id: string, note?: string): Promise<TriggeredAlert>
  resolve(caller: Caller, id: string, note?: string): Promise<TriggeredAlert>
  history(caller: Caller, question?: HistoryQuestion): Promise<HistoryEntry[]>
  silence(
    caller: Caller,
    silence: {matchers: Record<string, string>; starts_at?: string; ends_at: string; comment?: string},
  ): Promise<Silence>
  /** Those that have not ended, unless all are asked for. */
  listSilences(caller: Caller, all?: boolean): Promise<Silence[]>
  /** Ends it now; for who made it and admins. */
  endSilence(caller: Caller, id: string): Promise<Silence>
  close(): Promise<void>
}
