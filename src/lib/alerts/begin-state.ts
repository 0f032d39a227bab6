// Where the state of a rule begins, and what becomes of it when the rule is changed.

import {createHash} from 'node:crypto'
import type {Rule} from './rule.js'
import type {AlertEvent, ByHand, GroupState, RuleState} from './state.js'

/** Of a rule that was never evaluated: the first evaluation is the first after `createdAt` (ms since 1970). */
export function firstState(createdAt: number): RuleState {
  return {until: createdAt, groups: {}, early: {}}
}

/** Of all that decides what evaluations find and what is made of it: another one, and the state begins anew. */
export function definitionOf(rule: Rule): string {
  const {filter, measure, condition, threshold, resolveThreshold, windowMs, groupBy, knownGroups} = rule
  const {forMs, keepOpenForMs, everyMs, latenessMs} = rule
  const parts = [filter, measure, condition, threshold, resolveThreshold, windowMs, groupBy, knownGroups]
  const text = JSON.stringify([...parts, forMs, keepOpenForMs, everyMs, latenessMs])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/**
 * The state to go on from with a rule that may have been changed: to be called before the evaluations are planned.
 * Where what is evaluated is another than before, evaluations begin anew after `changedAt`. Alerts that are open stay
 * open, nobody being told again, if they are grouped by the same fields, and else resolve; those that are pending fall
 * back. A change of name, severity, labels, channel and the like changes nothing here.
 * @param changedAt ms since 1970
 */
export function takeUp(rule: Rule, state: RuleState, changedAt: number): {state: RuleState; events: AlertEvent[]} {
  const definition = definitionOf(rule)
  if (state.definition === definition) return {state, events: []}
  const made = {definition, groupBy: rule.groupBy}
  if (state.definition === undefined) return {state: {...state, ...made}, events: []}
  const until = Math.max(state.until, changedAt)
  const kept = sameNames(state.groupBy ?? [], rule.groupBy)
  const groups: Record<string, GroupState> = {}
  const events: AlertEvent[] = []
  for (const [group, held] of Object.entries(withEarly(state))) {
    const {alert, phase, clearSince: _, ...rest} = held
    if (phase === 'pending') events.push({kind: 'fell_back', alert, group, at: until})
    else if (kept) groups[group] = {...rest, alert, phase}
    else if (phase === 'open')
      events.push({kind: 'resolved', alert, group, at: until, silenced: held.toldAt === undefined})
  }
  return {state: {...made, until, groups, early: {}}, events}
}

/**
 * Leaves out evaluations that were missed for too long to be made up for. Whatever was pending falls back: nobody knows
 * whether it held all the time.
 */
export function skipTo(state: RuleState, until: number): {state: RuleState; events: AlertEvent[]} {
  if (until <= state.until) return {state, events: []}
  const groups: Record<string, GroupState> = {}
  const events: AlertEvent[] = []
  for (const [group, held] of Object.entries(withEarly(state))) {
    if (held.phase !== 'pending') groups[group] = held
    else events.push({kind: 'fell_back', alert: held.alert, group, at: until})
  }
  return {state: {...state, until, groups, early: {}}, events}
}

/**
 * Goes back to `until`, for a state that lies in the future: the clock was wrong when it was made, and nothing would be
 * evaluated until that time has come. Alerts that are open stay so, nobody being told again; pending ones fall back.
 * @param byHand what somebody resolved at a moment that is yet to come counts as resolved now
 */
export function goBackTo(
  state: RuleState,
  until: number,
  byHand: ReadonlyMap<string, ByHand>,
): {state: RuleState; events: AlertEvent[]} {
  const groups: Record<string, GroupState> = {}
  const events: AlertEvent[] = []
  for (const [group, {clearSince: _, ...held}] of Object.entries(withEarly(state))) {
    const {phase, alert, openedAt, toldAt} = held
    if (phase === 'pending') {
      events.push({kind: 'fell_back', alert, group, at: until})
      continue
    }
    groups[group] = {
      ...held,
      phase: byHand.get(alert)?.resolvedAt === undefined ? phase : 'held',
      since: Math.min(held.since, until),
      ...(openedAt === undefined ? {} : {openedAt: Math.min(openedAt, until)}),
      ...(toldAt === undefined ? {} : {toldAt: Math.min(toldAt, until)}),
    }
  }
  return {state: {...state, until, groups, early: {}}, events}
}

/** The groups, alerts that were opened early being open ones. */
function withEarly({groups, early}: RuleState): Record<string, GroupState> {
  const all = {...groups}
  for (const [group, {alert, openedAt, silenced}] of Object.entries(early)) {
    if (all[group]?.phase === 'open') continue
    all[group] = {phase: 'open', alert, since: openedAt, openedAt, ...(silenced ? {} : {toldAt: openedAt})}
  }
  return all
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i])
}
