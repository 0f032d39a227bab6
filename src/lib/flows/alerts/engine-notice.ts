// What the alert engine tells of its work, for a person at a terminal or the own log.

import type {Severity} from '../../alerts/rule.js'
import type {AwayNotice} from '../patience.js'

export type EngineNotice =
  /** Another engine works on this database; this one waits for its end. */
  | {kind: 'standby'; holder?: string; until?: string}
  /** This one works now, after it stood by. */
  | {kind: 'takes-over'}
  | AlertNotice
  /** It could not be evaluated: neither firing nor fine. Told once, and again when the reason changes. */
  | {kind: 'rule-failing'; rule: string; reason: string; error: unknown}
  | {kind: 'rule-recovered'; rule: string}
  /** Evaluations that were missed for too long and are not made any more; times RFC 3339. */
  | {kind: 'missed'; rule: string; evaluations: number; from: string; to: string}
  /** The clock was set back: it had been evaluated up to `from`, and goes on from `to`; times RFC 3339. */
  | {kind: 'set-back'; rule: string; from: string; to: string}
  | {kind: 'notice-sent'; id: string; channel: string; attempts: number}
  | {kind: 'notice-waiting'; id: string; channel: string; reason: string; afterMs: number}
  | {kind: 'notice-given-up'; id: string; channel: string; reason: string}
  /** Of the database. */
  | AwayNotice

export interface AlertNotice {
  kind: 'opened' | 'again' | 'resolved'
  alert: string
  rule: string
  severity: Severity
  group: Record<string, string | null>
  /** Of the evaluation, RFC 3339. */
  at: string
  value?: number
  silenced: boolean
}
