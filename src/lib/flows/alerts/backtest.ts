import type {Backtest, BacktestAlert, BacktestFigures, BacktestIncident} from '../../alerts/backtested.js'
import {describeCondition, recordsQuery} from '../../alerts/describe-rule.js'
import type {Rule} from '../../alerts/rule.js'
import {type Incident, type Score, type ScoreOptions, score} from '../../alerts/score.js'
import type {SilenceSpan} from '../../alerts/state.js'
import {whyFalse, whyMissed} from './explain-score.js'
import type {Asked} from './look.js'
import {replayRules} from './replay.js'
import {nearestOf, ReplayTally} from './replay-tally.js'

export interface BacktestOptions {
  /** ms since 1970: the first evaluation is after it; the last at `until` or before. */
  since: number
  until: number
  silences?: readonly SilenceSpan[]
  /** What really happened. */
  truth?: readonly Incident[]
  /** Which incidents the rule is meant to find; all unless given. */
  meant?: (incident: Incident) => boolean
  /** An alert may mean an incident of any service. */
  anywhere?: boolean
  /** The services that the rule is limited to, where it is. */
  services?: readonly string[]
  signal?: AbortSignal
}

export interface Backtested {
  backtest: Backtest
  /** Of each variant, in order. */
  variants: BacktestFigures[]
}

const MOST_VALUES = 500

/** Replays the stored past for a rule, and for variants of it: what they ask of the store is asked once. */
export async function backtest(
  store: Asked,
  rule: Rule,
  variants: readonly Rule[],
  options: BacktestOptions,
): Promise<Backtested> {
  const {since, until, silences, signal} = options
  const tallies = [rule, ...variants].map(
    (one, index) => new ReplayTally(one, {...options, graceMs: graceOf(one), series: index === 0}),
  )
  const rules = [rule, ...variants]
  await replayRules(
    store,
    rules,
    {since, until, ...(silences ? {silences} : {}), ...(signal ? {signal} : {})},
    (step) => tallies[step.index]?.add(step),
  )
  for (const tally of tallies) tally.end()
  const [first, ...others] = tallies as [ReplayTally, ...ReplayTally[]]
  const scores = tallies.map((tally) => scoreOf(tally, options))
  return {
    backtest: whole(first, scores[0], options),
    variants: others.map((tally, index) => figures(tally, scores[index + 1], options)),
  }
}

/** How much later than the end of an incident a rule may still tell of it. */
export function graceOf({windowMs, forMs, everyMs}: Rule): number {
  return windowMs + forMs + everyMs
}

function scoreOf(tally: ReplayTally, options: BacktestOptions): Score | undefined {
  return options.truth && score(tally.alerts, options.truth, scoreOptions(tally.rule, options))
}

function scoreOptions(rule: Rule, {since, until, services, meant, anywhere = false}: BacktestOptions): ScoreOptions {
  return {since, until, graceMs: graceOf(rule), anywhere, ...(services ? {services} : {}), ...(meant ? {meant} : {})}
}

function figures(tally: ReplayTally, scored: Score | undefined, {since, until}: BacktestOptions): BacktestFigures {
  const longest = tally.alerts.reduce((most, alert) => Math.max(most, tally.lengthOf(alert)), 0)
  const {precision, recall, f1, detection} = scored ?? {}
  return {
    evaluations: tally.evaluations,
    triggered: tally.alerts.length + tally.overflown,
    notices: tally.notices,
    open_seconds: tally.openMs / 1_000,
    open_share: until > since ? tally.openMs / (until - since) : 0,
    longest_seconds: longest / 1_000,
    ...(precision === undefined ? {} : {precision}),
    ...(recall === undefined ? {} : {recall}),
    ...(f1 === undefined ? {} : {f1}),
    ...(detection
      ? {detection_median_seconds: detection.medianMs / 1_000, detection_worst_seconds: detection.worstMs / 1_000}
      : {}),
  }
}

function whole(tally: ReplayTally, scored: Score | undefined, options: BacktestOptions): Backtest {
  const {rule} = tally
  return {
    rule: rule.name,
    condition: describeCondition(rule),
    threshold: rule.threshold,
    since: moment(options.since),
    until: moment(options.until),
    ...figures(tally, scored, options),
    ...nearestValue(tally),
    alerts: tally.alerts.map((_, index) => alertOf(tally, index, scored, options.truth)),
    values: condensed(tally),
    ...(scored ? {incidents: incidentsOf(tally, scored, options), incidents_not_judged: scored.notJudged} : {}),
  }
}

function alertOf(
  tally: ReplayTally,
  index: number,
  scored: Score | undefined,
  truth: readonly Incident[] = [],
): BacktestAlert {
  const alert = tally.alerts[index] as ReplayTally['alerts'][number]
  const {rule} = tally
  const {openedAt, resolvedAt, group, value, peak, fromStart, silenced} = alert
  const trueFor = scored?.trueFor[index]
  return {
    opened_at: moment(openedAt),
    ...(resolvedAt === undefined ? {} : {resolved_at: moment(resolvedAt)}),
    seconds: tally.lengthOf(alert) / 1_000,
    group: {...group},
    ...(value === undefined ? {} : {value}),
    ...(peak === undefined ? {} : {peak}),
    threshold: rule.threshold,
    from_start: fromStart,
    silenced,
    query: recordsQuery(rule, alert.key),
    records_since: moment(openedAt - rule.forMs - rule.windowMs),
    ...(trueFor === undefined ? {} : {incident: (truth[trueFor] as Incident).name}),
    ...(scored && trueFor === undefined ? {false_because: whyFalse(alert, truth, graceOf(rule))} : {}),
  }
}

function incidentsOf(tally: ReplayTally, scored: Score, {truth = [], until}: BacktestOptions): BacktestIncident[] {
  return scored.incidents.map((one) => {
    const {incident, alerts, afterMs} = one
    const nearness = tally.nearness[truth.indexOf(incident)]
    return {
      name: incident.name,
      ...(incident.scenario === undefined ? {} : {scenario: incident.scenario}),
      begin: moment(incident.begin),
      end: moment(incident.end),
      ...(incident.services ? {services: incident.services} : {}),
      ...(incident.affected ? {affected_services: incident.affected} : {}),
      detected: afterMs !== undefined,
      ...(afterMs === undefined ? {} : {detected_after_seconds: afterMs / 1_000}),
      alerts: alerts.length,
      ...(afterMs === undefined ? {missed_because: whyMissed(one, tally, nearness, until)} : {}),
    }
  })
}

function nearestValue({series, rule}: ReplayTally): {nearest_value?: number} {
  const value = nearestOf(
    rule,
    series.map((one) => one.value),
  )
  return Number.isNaN(value) ? {} : {nearest_value: value}
}

function condensed({series, rule}: ReplayTally): Backtest['values'] {
  const size = Math.max(1, Math.ceil(series.length / MOST_VALUES))
  const values: Backtest['values'] = []
  for (let at = 0; at < series.length; at += size) {
    const some = series.slice(at, at + size)
    const value = nearestOf(
      rule,
      some.map((one) => one.value),
    )
    values.push({
      at: moment((some[0] as (typeof some)[number]).at),
      value: Number.isNaN(value) ? null : value,
      open: some.some(({open}) => open),
    })
  }
  return values
}

function moment(ms: number): string {
  return new Date(ms).toISOString()
}
