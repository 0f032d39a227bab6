// What the engine remembers of a rule between evaluations, and what happens when it goes on. advance.ts is the only
// function that makes the one from the other, live and in replays.

import type {GroupKey} from './rule.js'

/** Kept as JSON in the database. */
export interface RuleState {
  /** Every evaluation up to this moment (ms since 1970, inclusive) is final and has been counted. */
  until: number
  groups: Record<GroupKey, GroupState>
  /**
   * Alerts that were opened before the evaluation was final, where more records could not undo it. The final evaluation
   * takes them over, and moves their opening to where it belongs.
   */
  early: Record<GroupKey, EarlyAlert>
  /** Of the rule that this state was made with (begin-state.ts); absent: of none yet. */
  definition?: string
  groupBy?: readonly string[]
}

export interface EarlyAlert {
  alert: string
  openedAt: number
  silenced: boolean
}

export interface GroupState {
  /** `held`: somebody resolved it by hand while the condition held; it can open again once that no longer holds. */
  phase: 'pending' | 'open' | 'held'
  /** Of the row in triggered_alerts. */
  alert: string
  /** The first evaluation at which the condition held. */
  since: number
  openedAt?: number
  /** The first evaluation, since it last held, at which it did not. */
  clearSince?: number
  /** When somebody was last told. Absent of an open alert: nobody was, as it was silenced. */
  toldAt?: number
  /** At the last evaluation that said something. */
  value?: number
}

/** What came out, in the order of time. `at` is the evaluation's moment, never the clock's. */
export type AlertEvent = {alert: string; group: GroupKey; at: number} & (
  | {kind: 'pending'; value?: number}
  /** Pending, and then the condition did not hold: nothing happened. */
  | {kind: 'fell_back'}
  | {kind: 'opened'; value?: number; detail?: Readonly<Record<string, string | number>>; silenced: boolean}
  /** Records that came late show that it opened at `at`, before what was known. */
  | {kind: 'moved'; value?: number}
  /** Still open and not acknowledged: after `renotify`, or after the silence that it opened in. Somebody is told. */
  | {kind: 'again'; value?: number; silenced: false}
  /** `silenced`: nobody is told, now being silenced, or nobody having heard of it before. */
  | {kind: 'resolved'; value?: number; silenced: boolean}
)

/**
 * What people did to an alert, ms since 1970. `resolvedAt` holds for evaluations after that moment; once acknowledged,
 * nobody is told again, whatever moment is evaluated.
 */
export interface ByHand {
  acknowledgedAt?: number
  resolvedAt?: number
}

/** Nobody is told of alerts that match, from `from` until `until`; they open and resolve all the same. */
export interface SilenceSpan {
  /** ms since 1970; `until` exclusive. */
  from: number
  until: number
  /** Each must be the alert's own: `rule`, `severity`, a label, or a field of group_by. Values compare exactly. */
  matchers: Readonly<Record<string, string>>
}
