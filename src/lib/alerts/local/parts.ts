import type {AuditedParts} from '../../accounts/audited.js'
import type {NoticeTest} from '../alerts.js'
import type {ChannelName, GroupKey, Rule} from '../rule.js'

/** What the functions of this room work with. */
export interface Parts extends AuditedParts {
  rules: RuleReading
  secrets: ConfigSecrets
  /** Absent: there are no channels. `trusted`: the rule was made on the machine itself. */
  sendTest?: (tested: {id: string; rule: Rule; trusted: boolean}) => Promise<NoticeTest>
}

export interface RuleReading {
  /** Throws BAD_RULE. */
  read(written: unknown): Rule
  /** Query text (spec §4) that finds the records which a rule counts in one group. */
  recordsQuery(rule: Rule, group: GroupKey): string
}

export type ChannelConfig = Readonly<Record<string, unknown>>

/** What of a notification_config nobody is to see again. */
export interface ConfigSecrets {
  /** The same, every secret being `***`. */
  mask(channel: ChannelName, config: ChannelConfig): Record<string, unknown>
  /** What was sent, every `***` being what is kept at its place. Throws BAD_RULE where nothing is kept there. */
  merge(channel: ChannelName, kept: ChannelConfig, sent: ChannelConfig): Record<string, unknown>
}

export const MOST_LISTED = 1_000
export const LISTED = 100
