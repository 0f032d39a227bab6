// The past again: what a rule would have done over the records that are stored now. The same looks and the same state
// machine as the live engine's, so that what a replay shows is what the engine does.

import {advance} from '../../alerts/advance.js'
import {firstState} from '../../alerts/begin-state.js'
import type {Look} from '../../alerts/look.js'
import type {Rule} from '../../alerts/rule.js'
import type {AlertEvent, ByHand, RuleState, SilenceSpan} from '../../alerts/state.js'
import {type Asked, lookAt} from './look.js'

export interface ReplayRange {
  /** ms since 1970: evaluations after it, as if the rule had been made then. */
  since: number
  /** Inclusive. Every evaluation up to it counts as final. */
  until: number
  silences?: readonly SilenceSpan[]
  byHand?: ReadonlyMap<string, ByHand>
  /** Names for the alerts; `1`, `2` … unless told. */
  newId?: () => string
  signal?: AbortSignal
}

/** What one look of a replay found, and what came of it. */
export interface ReplayStep {
  looks: Look[]
  events: AlertEvent[]
  state: RuleState
}

/** Rejects with what the store rejects with where the rule could not be evaluated. */
export async function* replaySteps(
  store: Asked,
  rule: Rule,
  {since, until, silences = [], byHand = new Map(), newId = counted(), signal}: ReplayRange,
): AsyncGenerator<ReplayStep> {
  let state = firstState(since)
  for (;;) {
    // Whatever may still come is not waited for: that is what makes it the past.
    const looked = (await lookAt(store, [{rule, state}], until + rule.latenessMs, {until, signal})).get(0)
    if (looked === undefined) return
    if ('failed' in looked) throw looked.error
    const {state: next, events} = advance({rule, state, looks: looked.looks, silences, byHand, newId})
    state = next
    yield {looks: looked.looks, events, state}
    if (!looked.more) return
  }
}

/** All that happened, in the order of time. */
export async function replay(
  store: Asked,
  rule: Rule,
  range: ReplayRange,
): Promise<{events: AlertEvent[]; state: RuleState}> {
  let state = firstState(range.since)
  const events: AlertEvent[] = []
  for await (const step of replaySteps(store, rule, range)) {
    for (const event of step.events) events.push(event)
    state = step.state
  }
  return {events, state}
}

function counted(): () => string {
  let count = 0
  return () => String(++count)
}
