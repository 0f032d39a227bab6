// The past again: what rules would have done over the records that are stored now. The same looks and the same state
// machine as the live engine's, so that what a replay shows is what the engine does.

import {advance} from '../../alerts/advance.js'
import {firstState} from '../../alerts/begin-state.js'
import type {Look} from '../../alerts/look.js'
import type {Rule} from '../../alerts/rule.js'
import type {AlertEvent, ByHand, RuleState, SilenceSpan} from '../../alerts/state.js'
import {Aggregator} from '../../metrics/aggregator.js'
import type {LogRecord} from '../../record/record.js'
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

/** One evaluation of one rule. */
export interface ReplayStep {
  /** Place of the rule among those that are replayed. */
  index: number
  look: Look
  events: AlertEvent[]
  /** After it. */
  state: RuleState
}

/**
 * Replays many rules: those that ask the same share the answer. Steps of one rule come in the order of time; rules take
 * turns. Rejects with what the store rejects with where a rule could not be evaluated.
 */
export async function replayRules(
  store: Asked,
  rules: readonly Rule[],
  {since, until, silences = [], byHand = new Map(), newId = counted(), signal}: ReplayRange,
  onStep: (step: ReplayStep) => void,
): Promise<void> {
  // Whatever may still come is not waited for: that is what makes it the past.
  let left = rules.map((rule, index) => ({index, rule: {...rule, latenessMs: 0}, state: firstState(since)}))
  while (left.length > 0) {
    const looked = await lookAt(store, left, until, {signal})
    left = left.filter((one, place) => {
      const answer = looked.get(place)
      if (answer === undefined) return false
      if ('failed' in answer) throw answer.error
      for (const look of answer.looks) {
        const {rule, state: before} = one
        const {state, events} = advance({rule, state: before, looks: [look], silences, byHand, newId})
        one.state = state
        onStep({index: one.index, look, events, state})
      }
      return answer.more
    })
  }
}

/** All that would have happened to the alerts of one rule, in the order of time. */
export async function replay(
  store: Asked,
  rule: Rule,
  range: ReplayRange,
): Promise<{events: AlertEvent[]; state: RuleState}> {
  let state = firstState(range.since)
  const events: AlertEvent[] = []
  await replayRules(store, [rule], range, (step) => {
    for (const event of step.events) events.push(event)
    state = step.state
  })
  return {events, state}
}

/** Records as a store that can be asked what evaluations ask. */
export function recordsAsStore(records: Iterable<LogRecord>): Asked {
  const all = [...records]
  return {
    async aggregateEach(questions) {
      const aggregator = new Aggregator(questions)
      for (const record of all) aggregator.add(record)
      return aggregator.answers()
    },
  }
}

function counted(): () => string {
  let count = 0
  return () => String(++count)
}
