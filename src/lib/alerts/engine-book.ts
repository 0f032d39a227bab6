// What the alert engine reads and writes: on the database itself, never over a server. Two engines may work on one
// database: the lease keeps the second one idle, and `commit` makes sure even where a lease was lost unnoticed.

import type {WrittenRule} from './rule.js'
import type {AlertEvent, ByHand, RuleState, SilenceSpan} from './state.js'

export interface EngineBook {
  /**
   * Takes or keeps the lease for `ms` from now. False: another holds it; until when is then told by `leaseHolder`.
   * Times are the database server's where it has a clock of its own.
   */
  takeLease(holder: string, ms: number): Promise<boolean>
  leaseHolder(): Promise<{holder: string; until: string} | undefined>
  releaseLease(holder: string): Promise<void>
  /** Every active rule, whole; a rule that is switched off or removed leaves no open alert behind. */
  load(): Promise<{rules: EngineRule[]; silences: SilenceSpan[]}>
  /**
   * In one transaction: the state of a rule, the rows of its alerts, and the notices. False where rule or state are no
   * longer those of `load`: then nothing was written, and the next look begins from what is there.
   */
  commit(
    rule: EngineRule,
    state: RuleState,
    events: readonly AlertEvent[],
    notices: readonly NewNotice[],
    now: Date,
  ): Promise<boolean>
  /** The same for many rules in one transaction, which costs as much as for one. Answers in their order. */
  commitMany(commits: readonly RuleCommit[], now: Date): Promise<boolean[]>
  /** The rule could not be evaluated; its state stays. It is `failing` until the next commit. */
  noteFailure(ruleId: string, reason: string, now: Date): Promise<void>
  /** Evaluations that will not be made any more, for the rule's history: `2 days before … were not looked at`. */
  noteMissed(ruleId: string, detail: string, now: Date): Promise<void>
  /** Notices whose time has come, oldest first, hidden from others for `holdMs`; then they come free again. */
  claimNotices(holder: string, now: Date, limit: number, holdMs: number): Promise<WaitingNotice[]>
  /** `next`: try again then; absent: given up. */
  settleNotice(id: string, outcome: {sent: true} | {sent: false; reason: string; next?: Date}, now: Date): Promise<void>
  /** When the next notice is due. */
  nextNoticeAt(): Promise<Date | undefined>
  /**
   * Removes for good what was over before that moment: alerts that are resolved with their notices, lines of history of
   * none that is still open, and silences. A part at a time; gives how many rows of these went, 0 when nothing is left.
   */
  forgetBefore(moment: Date): Promise<number>
}

export interface RuleCommit {
  rule: EngineRule
  state: RuleState
  events: readonly AlertEvent[]
  notices: readonly NewNotice[]
}

export interface EngineRule {
  id: string
  /** Of the rule, and of the state: what `commit` compares. */
  version: number
  stateVersion: number
  written: WrittenRule
  /** Absent: never evaluated, or not since it was switched off; it begins at `changedAt`. */
  state?: RuleState
  /** When it was made, or switched on last. */
  createdAt: string
  /** When it was last written or switched on: what begin-state.ts takes. */
  changedAt: string
  /** Made over the API by this user; absent: on the machine itself. Decides where its notices may go. */
  ownerId?: string
  /** What people did to its alerts that are not resolved by the engine, by alert id. */
  byHand: ReadonlyMap<string, ByHand>
}

/** One message about one or many alerts of a rule, as notify/ sends it. Its id is the idempotency key. */
export interface NewNotice {
  id: string
  /** The first alert it is about. */
  alertId: string
  channel: string
  /** notify/notice.ts `Notice`, as JSON. */
  body: object
}

export interface WaitingNotice extends NewNotice {
  ruleId: string
  ownerId?: string
  /** Attempts begun before this one. */
  attempts: number
  createdAt: string
  /** Of the rule as it is now; of one that is gone, as it was. */
  channelConfig: Readonly<Record<string, unknown>>
}
