// Scenarios of other alert engines' own tests, told as rules of ours and replayed: ElastAlert's event rules and
// Prometheus' `for`. What each becomes is the nearest rule that a person would write for it.

import {advance} from '../../src/lib/alerts/advance.js'
import {firstState} from '../../src/lib/alerts/begin-state.js'
import {readRule} from '../../src/lib/alerts/check-rule.js'
import {type GroupKey, groupKey, type Rule, type WrittenRule} from '../../src/lib/alerts/rule.js'
import type {AlertEvent, RuleState} from '../../src/lib/alerts/state.js'
import {lookAt} from '../../src/lib/flows/alerts/look.js'
import {isTold} from '../../src/lib/flows/alerts/make-notice.js'
import {recordsAsStore} from '../../src/lib/flows/alerts/replay.js'
import type {LogRecord} from '../../src/lib/record/record.js'

export interface Scenario {
  id: string
  rule: {
    type: string
    num_events?: number
    window_s?: number
    group_by?: string
    threshold?: number
    threshold_ref?: number
    spike_height?: number
    direction?: 'up' | 'down' | 'both'
    field?: string
    any_of?: string[]
    none_of?: string[]
    realert_s?: number
    for_s?: number
    keep_firing_for_s?: number
    interval_s?: number
  }
  steps: Array<{
    events?: Array<Record<string, string>>
    tick?: string
    wall_s?: number
    t_s?: number
    cond?: boolean
    expect_total?: number
    expect_state?: string
  }>
}

const SECOND = 1_000

/** After each step, how many alerts there were, or the state; null for what logflow has no rule for. */
export async function runScenario(scenario: Scenario): Promise<Array<number | string> | null> {
  if (scenario.rule.type === 'for') return runStates(scenario)
  const written = ruleFor(scenario.rule)
  return written && runTotals(scenario, readRule({name: scenario.id, every: '1s', lateness: '0s', ...written}))
}

function ruleFor(rule: Scenario['rule']): Partial<WrittenRule> | null {
  const window = {time_window: `${rule.window_s ?? 60}s`}
  switch (rule.type) {
    case 'frequency':
      return {
        ...window,
        condition: 'greater_than_or_equal',
        threshold: rule.num_events as number,
        ...(rule.group_by ? {group_by: [rule.group_by]} : {}),
      }
    case 'spike':
      return {
        ...window,
        measure: 'spike',
        threshold: rule.spike_height as number,
        minimum: rule.threshold_ref as number,
        direction: rule.direction as 'both',
      }
    case 'flatline':
      return {...window, condition: 'less_than', threshold: rule.threshold as number}
    case 'match':
      return eachValue(rule.field as string, anyOf(rule.field as string, rule.any_of as string[]))
    case 'not_match':
      return eachValue(
        rule.field as string,
        `${rule.field}:* AND NOT ${anyOf(rule.field as string, rule.none_of as string[])}`,
      )
    case 'any':
      return {...window, every: '60s', threshold: 0, renotify: `${rule.realert_s}s`}
    default:
      // how many different values there are is not measured
      return null
  }
}

/** An alert for each value: one a record would be a flood. */
function eachValue(field: string, query: string): Partial<WrittenRule> {
  return {query, threshold: 0, time_window: '1m', group_by: [field]}
}

function anyOf(field: string, values: readonly string[]): string {
  return `(${values.map((value) => `${field}:${JSON.stringify(value)}`).join(' OR ')})`
}

/** A live engine that looks after each step, at all evaluations that are due by then. */
async function runTotals({rule: theirs, steps}: Scenario, rule: Rule): Promise<number[]> {
  const times = steps.flatMap(({events = [], tick}) => [
    ...events.map(({timestamp}) => timestamp as string),
    ...(tick ? [tick] : []),
  ])
  const first = Math.min(...times.map((time) => Date.parse(time)))
  // ElastAlert's flatline knows nothing of the time before it began, and waits for a window; a rule of ours looks at
  // what is stored: it is the same rule when it is made a window later.
  const engine = new Engine(rule, first + (theirs.type === 'flatline' ? rule.windowMs : 0))
  let now = first
  const totals: number[] = []
  for (const {events = [], tick, wall_s} of steps) {
    for (const event of events) engine.records.push(recordOf(event, engine.records.length))
    const last = Math.max(...events.map(({timestamp}) => Date.parse(timestamp as string)), tick ? Date.parse(tick) : 0)
    // the evaluation that has the last record in its window
    now = wall_s === undefined ? Math.max(now, tick ? last : last + SECOND) : first + rule.everyMs + wall_s * SECOND
    await engine.look(now)
    totals.push(engine.events.filter((event) => isTold(event, rule)).length)
  }
  return totals
}

class Engine {
  readonly records: LogRecord[] = []
  readonly events: AlertEvent[] = []
  state: RuleState

  constructor(
    readonly rule: Rule,
    since: number,
  ) {
    this.state = firstState(since)
  }

  async look(now: number): Promise<void> {
    for (;;) {
      const found = (await lookAt(recordsAsStore(this.records), [this], now)).get(0)
      if (found === undefined) return
      if ('failed' in found) throw found.error
      const {rule, state} = this
      const next = advance({
        rule,
        state,
        looks: found.looks,
        silences: [],
        byHand: new Map(),
        newId: () => `${this.events.length}`,
      })
      this.state = next.state
      this.events.push(...next.events)
      if (!found.more) return
    }
  }

  stateOf(key: GroupKey): string {
    const phase = this.state.groups[key]?.phase
    return phase === 'open' ? 'firing' : phase === 'pending' ? 'pending' : 'inactive'
  }
}

/** A condition at a moment is a record in the window that ends there. */
async function runStates({id, rule: theirs, steps}: Scenario): Promise<string[]> {
  const interval = `${theirs.interval_s}s`
  const rule = readRule({
    name: id,
    threshold: 0,
    time_window: interval,
    every: interval,
    lateness: '0s',
    for: `${theirs.for_s}s`,
    keep_open_for: `${theirs.keep_firing_for_s ?? 0}s`,
  })
  const start = Math.ceil(Date.UTC(2026, 0, 1) / rule.everyMs) * rule.everyMs
  const engine = new Engine(rule, start - 1)
  const states: string[] = []
  let at = start
  let before = false
  for (const {t_s = 0, cond = false} of steps) {
    // between two steps it is as it was
    for (; at <= start + t_s * SECOND; at += rule.everyMs) {
      const holds = at === start + t_s * SECOND ? cond : before
      if (holds)
        engine.records.push(recordOf({timestamp: new Date(at - rule.everyMs / 2).toISOString()}, engine.records.length))
      await engine.look(at)
    }
    before = cond
    states.push(engine.stateOf(groupKey([])))
  }
  return states
}

function recordOf({timestamp, ...attributes}: Record<string, string>, offset: number): LogRecord {
  const time = new Date(timestamp as string).toISOString()
  return {
    id: `scenario-${offset}-0`,
    '@timestamp': time,
    observed_timestamp: time,
    message: '',
    attributes,
    source: {id: 'scenario', offset, format: 'json'},
  }
}
