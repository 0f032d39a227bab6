// The state machine of alerts: pure, time comes with the evaluations. The live engine and every replay go through here.
//
// As in Prometheus, `for` counts from the first evaluation at which the condition held, and `keep_open_for` (there
// keep_firing_for) from the first at which it did not. Different from Prometheus and its Alertmanager:
// - An evaluation is over event times, and counts once it is final: records that come late are in it, and what it finds
//   does not depend on when it was made. There it is what is known at that moment, and never looked at again.
// - Evaluations that were missed are made up for, in order; there they are gaps.
// - A group without records does not hold; there its series would be stale. Where nothing holds (less_than, no data) a
//   group is known for a day after its last record; there it needs absent() with every label written out.
// - One opening is one notice; again only after `renotify`, while it holds, and until somebody acknowledges it. There it
//   is repeated every four hours. What opened in a silence and outlasts it is told once, as there.
// - `resolve_threshold` is hysteresis by value; there it takes a second rule.
// Different from ElastAlert: a condition is judged at evaluations, not at each record; an alert stays open while it
// holds, where each match is an alert there that `realert` keeps quiet for a time; a spike compares counts scaled to the
// same length; no data (flatline) can hold from the first evaluation on, without waiting for a window to pass.

import {holds, staysWithMore} from './condition.js'
import type {Look, Value} from './look.js'
import type {GroupKey, Rule} from './rule.js'
import {fitsMatchers, matchesSilence} from './silences.js'
import type {AlertEvent, ByHand, EarlyAlert, GroupState, RuleState, SilenceSpan} from './state.js'

export interface AdvanceInput {
  rule: Rule
  /** As takeUp left it. Not changed. */
  state: RuleState
  /** In the order of time, each moment once: all that are final, then those that are not. */
  looks: Iterable<Look>
  silences: readonly SilenceSpan[]
  byHand: ReadonlyMap<string, ByHand>
  /** An id for an alert that is new. */
  newId(): string
}

export interface Advanced {
  state: RuleState
  /** By evaluation, within one by group. */
  events: AlertEvent[]
}

/**
 * Goes on from a state by evaluations. Final ones are each counted once: what lies at or before `state.until` is passed
 * over. One that is not final may only open an alert early, where more records cannot undo that; that it does not hold
 * says nothing.
 */
export function advance(input: AdvanceInput): Advanced {
  const machine = new Machine(input)
  for (const look of input.looks) {
    if (look.final) machine.step(look)
    else machine.peek(look)
  }
  return machine.result()
}

/** Nothing happened to it by hand. */
const UNTOUCHED: ByHand = {}

class Machine {
  readonly #rule: Rule
  readonly #groups: Map<GroupKey, GroupState>
  readonly #early: Map<GroupKey, EarlyAlert>
  /** Groups that hold in evaluations that are not final: since when, and last. */
  readonly #chains = new Map<GroupKey, {since: number; last: number}>()
  readonly #events: AlertEvent[] = []
  /** Of the evaluation under way. */
  #now: AlertEvent[] = []
  #until: number

  constructor(readonly input: AdvanceInput) {
    const {state, rule} = input
    this.#rule = rule
    this.#until = state.until
    this.#groups = new Map(Object.entries(state.groups).map(([key, group]) => [key, {...group}]))
    this.#early = new Map(Object.entries(state.early))
  }

  result(): Advanced {
    const groups = Object.fromEntries(this.#groups)
    const state = {...this.input.state, until: this.#until, groups, early: Object.fromEntries(this.#early)}
    return {state, events: this.#events}
  }

  /** An evaluation that is final. */
  step({at, values}: Look): void {
    if (at <= this.#until) return
    for (const [key, group] of this.#groups) if (!values.has(key)) this.#goOn(key, group, undefined, at)
    for (const [key, value] of values) {
      const group = this.#groups.get(key)
      if (group) this.#goOn(key, group, value, at)
      else if (holds(this.#rule, value, false)) this.#begin(key, value, at)
    }
    this.#dropUnfounded(at)
    this.#until = at
    this.#flush()
  }

  /** One that is not. */
  peek({at, values}: Look): void {
    if (at <= this.#until || !staysWithMore(this.#rule)) return
    for (const [key, value] of values) if (holds(this.#rule, value, false)) this.#openEarly(key, value, at)
    this.#flush()
  }

  #flush(): void {
    if (this.#now.length === 0) return
    this.#now.sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0))
    this.#events.push(...this.#now)
    this.#now = []
  }

  #begin(key: GroupKey, value: Value, at: number): void {
    const early = this.#early.get(key)
    const group: GroupState = {phase: 'pending', alert: early?.alert ?? this.input.newId(), since: at}
    this.#groups.set(key, group)
    if (this.#rule.forMs === 0) this.#open(key, group, value, at)
    else if (!early) this.#now.push({kind: 'pending', alert: group.alert, group: key, at, ...told(value)})
    note(group, value)
  }

  #goOn(key: GroupKey, group: GroupState, value: Value | undefined, at: number): void {
    const held = holds(this.#rule, value, group.phase !== 'pending')
    const {resolvedAt} = this.#byHand(group)
    if (group.phase !== 'held' && resolvedAt !== undefined && resolvedAt < at) {
      this.#early.delete(key)
      if (held) this.#groups.set(key, {phase: 'held', alert: group.alert, since: group.since})
      else this.#groups.delete(key)
      return
    }
    note(group, value)
    if (group.phase === 'open') this.#goOnOpen(key, group, value, at, held)
    else if (!held) this.#end(key, group, at)
    else if (group.phase === 'pending' && at - group.since >= this.#rule.forMs)
      this.#open(key, group, value as Value, at)
  }

  #goOnOpen(key: GroupKey, group: GroupState, value: Value | undefined, at: number, held: boolean): void {
    if (held) {
      delete group.clearSince
      this.#tellAgain(key, group, value, at)
      return
    }
    group.clearSince ??= at
    if (at - group.clearSince < this.#rule.keepOpenForMs) return
    this.#groups.delete(key)
    const silenced = group.toldAt === undefined || this.#silenced(key, at)
    this.#now.push({kind: 'resolved', alert: group.alert, group: key, at, silenced, ...told(value)})
  }

  #open(key: GroupKey, group: GroupState, value: Value, at: number): void {
    const early = this.#early.get(key)
    const silenced = early?.silenced ?? this.#silenced(key, at)
    group.phase = 'open'
    group.openedAt = at
    if (!silenced) group.toldAt = at
    const {alert} = group
    const about = {alert, group: key, at, ...told(value)}
    if (early) {
      this.#early.delete(key)
      if (at < early.openedAt) this.#now.push({kind: 'moved', ...about})
      return
    }
    this.#now.push({kind: 'opened', ...about, ...(value.detail && {detail: value.detail}), silenced})
  }

  /** Pending, or held after a hand's work, and no longer holds. */
  #end(key: GroupKey, group: GroupState, at: number): void {
    this.#groups.delete(key)
    // The alert that was opened early is sure to open yet, by a later evaluation.
    if (group.phase === 'pending' && this.#early.get(key)?.alert !== group.alert)
      this.#now.push({kind: 'fell_back', alert: group.alert, group: key, at})
  }

  /**
   * After `renotify`; and once after the silence that it opened in, so that what outlasts a maintenance is heard of.
   * Only while the condition holds: not while `keep_open_for` alone keeps it open.
   */
  #tellAgain(key: GroupKey, group: GroupState, value: Value | undefined, at: number): void {
    const {renotifyMs} = this.#rule
    const due = group.toldAt === undefined || (renotifyMs > 0 && at - group.toldAt >= renotifyMs)
    if (!due) return
    const {acknowledgedAt, resolvedAt} = this.#byHand(group)
    if (acknowledgedAt !== undefined || resolvedAt !== undefined || this.#silenced(key, at)) return
    group.toldAt = at
    this.#now.push({kind: 'again', alert: group.alert, group: key, at, silenced: false, ...told(value)})
  }

  #openEarly(key: GroupKey, value: Value, at: number): void {
    if (this.#early.has(key)) return
    const group = this.#groups.get(key)
    if (group && (group.phase !== 'pending' || this.#byHand(group).resolvedAt !== undefined)) return
    const since = this.#heldSince(key, group, at)
    if (at - since < this.#rule.forMs || this.#silenceTurns(key, at)) return
    const alert = group?.alert ?? this.input.newId()
    const silenced = this.#silenced(key, at)
    this.#early.set(key, {alert, openedAt: at, silenced})
    const detail = value.detail && {detail: value.detail}
    this.#now.push({kind: 'opened', alert, group: key, at, ...told(value), ...detail, silenced})
  }

  /** The first of the evaluations, one after the other up to this one, that hold. */
  #heldSince(key: GroupKey, group: GroupState | undefined, at: number): number {
    const {everyMs} = this.#rule
    const pending = group && {since: group.since, last: Math.floor(this.#until / everyMs) * everyMs}
    const chain = this.#chains.get(key) ?? pending
    const since = chain && at - chain.last === everyMs ? chain.since : at
    this.#chains.set(key, {since, last: at})
    return since
  }

  /** Alerts that were opened early and then did not open: records are gone from the store that were there. */
  #dropUnfounded(at: number): void {
    for (const [key, {alert, openedAt, silenced}] of this.#early) {
      if (openedAt > at) continue
      this.#early.delete(key)
      if (this.#groups.get(key)?.alert === alert) this.#groups.delete(key)
      if (this.input.byHand.get(alert)?.resolvedAt === undefined)
        this.#now.push({kind: 'resolved', alert, group: key, at, silenced: silenced || this.#silenced(key, at)})
    }
  }

  #byHand({alert}: GroupState): ByHand {
    return this.input.byHand.get(alert) ?? UNTOUCHED
  }

  #silenced(key: GroupKey, at: number): boolean {
    return this.input.silences.some((silence) => matchesSilence(silence, {rule: this.#rule, group: key, at}))
  }

  /** A silence begins or ends where it decides whether an opening up to `at` is told. */
  #silenceTurns(key: GroupKey, at: number): boolean {
    const target = {rule: this.#rule, group: key}
    const between = (ms: number) => ms > this.#until && ms <= at
    return this.input.silences.some(
      ({from, until, matchers}) => (between(from) || between(until)) && fitsMatchers(matchers, target),
    )
  }
}

function note(group: GroupState, value: Value | undefined): void {
  if (value?.value !== undefined) group.value = value.value
}

function told(value: Value | undefined): {value?: number} {
  return value?.value === undefined ? {} : {value: value.value}
}
