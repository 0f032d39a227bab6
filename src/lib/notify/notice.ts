// What people are told, free of any channel: notices are made once, kept in the database, and sent until they arrive.

import type {ChannelName, Severity} from '../alerts/rule.js'

/** One message: what happened to one or many alerts of a rule in one look of the engine. */
export interface Notice {
  /** Also the idempotency key: sent again, it is the same. */
  id: string
  rule: {
    id: string
    name: string
    description: string
    severity: Severity
    labels: Record<string, string>
    runbook?: string
  }
  /** In words: `count > 100 in 5 min`. */
  condition: string
  /** RFC 3339: when it was made. */
  created_at: string
  /** Made by notify-test: nothing has happened. */
  test: boolean
  /** At most 100 of them, the rest counted in `more`. */
  alerts: NoticeAlert[]
  more: number
}

export interface NoticeAlert {
  id: string
  event: 'opened' | 'again' | 'resolved'
  group: Record<string, string | null>
  value?: number
  detail?: Record<string, string | number>
  opened_at: string
  resolved_at?: string
  /** A command that shows the records it is about. */
  command: string
  /** A few of the newest messages, shortened, control characters escaped; empty where they could not be read. */
  samples: string[]
}

/** Sends notices of one kind. Never throws for what a destination does: the outcome tells it. */
export interface Channel {
  readonly name: ChannelName
  send(notice: Notice, target: NoticeTarget): Promise<Outcome>
}

export interface NoticeTarget {
  /** The rule's notification_config, checked before it was stored. */
  config: Readonly<Record<string, unknown>>
  /** False for rules made over the API: loopback and private addresses then need alerts.allow_destinations. */
  trusted: boolean
  signal: AbortSignal
}

export type Outcome =
  | {sent: true; detail?: string}
  /** `retriable`: it may go well later (a time-out, 5xx, 429, a mail server's 4yz). `afterMs`: not before. */
  | {sent: false; reason: string; retriable: boolean; afterMs?: number}
