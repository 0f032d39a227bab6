// An alert rule, as people write it and as the engine has it once check-rule.ts has read it. Pure, like all of this room
// but local/ and remote/: no clock, no streams; times are passed in.

import type {QueryNode} from '../query/query.js'

export const CONDITIONS = [
  'greater_than',
  'greater_than_or_equal',
  'less_than',
  'less_than_or_equal',
  'equals',
] as const
export type Condition = (typeof CONDITIONS)[number]

export const CHANNELS = ['console', 'webhook', 'email', 'slack'] as const
export type ChannelName = (typeof CHANNELS)[number]

export const SEVERITIES = ['info', 'warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

/**
 * What is measured in a window. `count`: matching records. `ratio`: matching records as a part (0 to 1) of those of
 * `ratio_of`. `no_data`: holds where nothing matches. `spike`: the count as a multiple of that in the window before.
 * `new_pattern`: matching records whose message has a shape that `baseline` before the window did not have; where
 * nothing came in the older half of it, it says nothing.
 */
export const MEASURES = ['count', 'ratio', 'no_data', 'spike', 'new_pattern'] as const
export type MeasureName = (typeof MEASURES)[number]

/**
 * A rule as it is written: in YAML, as JSON over the API, and in the database. Durations are `30s`, `5m`, `1h`; only
 * `time_window` may be a number, of minutes. What is left out has the value given here.
 */
export interface WrittenRule {
  /** Unique without regard to case; 1 to 200 characters. */
  name: string
  description?: string
  /** In the query language; '' takes all. */
  query?: string
  /** Only records of these levels, and of these services. Without either: of any. */
  levels?: string[]
  services?: string[]
  /** count. */
  measure?: MeasureName
  /** Of `ratio`: the whole, in the query language, within the same services; '' (all levels) unless given. */
  ratio_of?: string
  /** Of `ratio` and `spike`: fewer records than that in the whole, or in the window before, say nothing; 1. */
  minimum?: number
  /** Of `spike`: the window before is that long, counts being scaled to the window; as long as the window. */
  compare_with?: string
  /** Of `spike`: `up` holds at `threshold` times as many or more, `down` at as many divided by it or fewer; up. */
  direction?: 'up' | 'down' | 'both'
  /** Of `new_pattern`: 24h. */
  baseline?: string
  /** `greater_than` for count, ratio and new_pattern; none for spike and no_data. */
  condition?: Condition
  /** Needed but for no_data and new_pattern (0). */
  threshold?: number
  /** Once open, an alert stays open until the condition no longer holds with this threshold: hysteresis by value. */
  resolve_threshold?: number
  /** Minutes, or a duration; 1 s to 31 days; 5 minutes. */
  time_window?: number | string
  /** One alert for each value: up to three fields of the query language. */
  group_by?: string[]
  /** The condition must hold that long before the alert opens: it is pending meanwhile; 0s. */
  for?: string
  /** Once open, it stays open until the condition has not held that long: hysteresis by time; 0s. */
  keep_open_for?: string
  /** How far apart the evaluations are: 60s, or what alerts.interval says. */
  every?: string
  /** How late a record may come and still be counted; 60s. See advance.ts. */
  lateness?: string
  /** Tell again while it is open and nobody has acknowledged it; 0s: never. */
  renotify?: string
  /** Tell, too, when it is resolved; false. */
  notify_resolved?: boolean
  severity?: Severity
  labels?: Record<string, string>
  /** A URL of http or https: what to do when it fires. */
  runbook?: string
  /** console. */
  notification_channel?: ChannelName
  /** What the channel needs (notify/channel.ts); a value `${LOGFLOW_ALERT_…}` is that environment variable's. */
  notification_config?: Record<string, unknown>
  is_active?: boolean
}

/** A rule that was checked: whole, with every duration in milliseconds. */
export interface Rule {
  name: string
  description: string
  active: boolean
  severity: Severity
  labels: Readonly<Record<string, string>>
  runbook?: string
  /** Query, levels and services in one, as text and as a tree. */
  query: string
  filter: QueryNode
  measure: Measure
  condition: Condition
  threshold: number
  resolveThreshold: number
  windowMs: number
  /** Names in the query language: fields of the record, or dotted paths of attributes. */
  groupBy: readonly string[]
  /** The services that a rule names, where it groups by service alone: each is known, whether or not it logs. */
  knownGroups: readonly GroupValues[]
  forMs: number
  keepOpenForMs: number
  everyMs: number
  latenessMs: number
  renotifyMs: number
  notifyResolved: boolean
  channel: ChannelName
  channelConfig: Readonly<Record<string, unknown>>
}

export type Measure =
  | {kind: 'count'}
  | {kind: 'ratio'; of: QueryNode; minimum: number}
  | {kind: 'no_data'}
  | {kind: 'spike'; direction: 'up' | 'down' | 'both'; compareMs: number; minimum: number}
  | {kind: 'new_pattern'; baselineMs: number}

/** Values of the fields of `groupBy`, in its order; `null` where a record has none. Empty without `groupBy`. */
export type GroupValues = ReadonlyArray<string | null>

/** `GroupValues` as a key: its JSON. */
export type GroupKey = string

export function groupKey(values: GroupValues): GroupKey {
  return JSON.stringify(values)
}

export function groupValues(key: GroupKey): GroupValues {
  return JSON.parse(key) as GroupValues
}
