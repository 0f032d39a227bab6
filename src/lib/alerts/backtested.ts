// What a replay of the past says of a rule. Field names are those of JSON.

/** How a rule would have done. JSON names, as `alerts backtest -o json` prints it; times RFC 3339 in UTC. */
export interface Backtest extends BacktestFigures {
  rule: string
  condition: string
  threshold: number
  since: string
  until: string
  alerts: BacktestAlert[]
  /** The rule as it stands: the greatest value seen, or the least where less is what fires. */
  nearest_value?: number
  /** For drawing: at most 500 stretches, the value nearest to firing in each. */
  values: Array<{at: string; value: number | null; open: boolean}>
  incidents?: BacktestIncident[]
  /** Incidents of the truth that begin outside, or that the rule is not meant for. */
  incidents_not_judged?: number
}

/** What a sweep compares. */
export interface BacktestFigures {
  evaluations: number
  /** Alerts it would have opened, and messages it would have sent about them. */
  triggered: number
  notices: number
  /** Time in which at least one was open, as a part of all. */
  open_seconds: number
  open_share: number
  longest_seconds: number
  /** With a truth: see alerts/score.ts for what they mean. */
  precision?: number
  recall?: number
  f1?: number
  detection_median_seconds?: number
  detection_worst_seconds?: number
}

export interface BacktestAlert {
  opened_at: string
  /** Absent: open to the end. */
  resolved_at?: string
  seconds: number
  group: Record<string, string | null>
  value?: number
  peak?: number
  threshold: number
  /** The condition held at the first evaluation already: it may have begun before. */
  from_start: boolean
  silenced: boolean
  /** Finds the records it is about. */
  query: string
  records_since: string
  /** With a truth: the incident it is true for, or why it is false. */
  incident?: string
  false_because?: string
}

export interface BacktestIncident {
  name: string
  scenario?: string
  begin: string
  end: string
  services?: readonly string[]
  affected_services?: readonly string[]
  detected: boolean
  detected_after_seconds?: number
  alerts: number
  missed_because?: string
}

/** A value that was tried in the place of the rule's own. */
export interface SweptValue extends BacktestFigures {
  [field: string]: string | number | boolean | undefined
  /** The rule has it now. */
  current: boolean
}
