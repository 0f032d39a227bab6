// Whether what was measured holds. Pure: the one place that compares.

import {unreachable} from '../errors/logflow-error.js'
import type {Value} from './look.js'
import type {Condition, Rule} from './rule.js'

type Judged = Pick<Rule, 'measure' | 'condition' | 'threshold' | 'resolveThreshold'>

/**
 * Whether the condition of a rule holds; a value that is absent never does.
 * @param open the alert is open (or was, and somebody resolved it): `resolveThreshold` decides
 */
export function holds(rule: Judged, value: Value | undefined, open: boolean): boolean {
  if (value?.value === undefined) return false
  const threshold = open ? rule.resolveThreshold : rule.threshold
  if (rule.measure.kind !== 'spike') return compare(rule.condition, value.value, threshold)
  const {direction} = rule.measure
  return (direction !== 'down' && value.value >= threshold) || (direction !== 'up' && value.value <= 1 / threshold)
}

export function compare(condition: Condition, value: number, threshold: number): boolean {
  switch (condition) {
    case 'greater_than':
      return value > threshold
    case 'greater_than_or_equal':
      return value >= threshold
    case 'less_than':
      return value < threshold
    case 'less_than_or_equal':
      return value <= threshold
    case 'equals':
      return value === threshold
    default:
      return unreachable(condition)
  }
}

/** True where no matching record at all makes it hold: then groups that fell silent must be known. */
export function holdsAtZero(rule: Pick<Rule, 'measure' | 'condition' | 'threshold'>): boolean {
  if (rule.measure.kind === 'no_data') return true
  return rule.measure.kind === 'count' && compare(rule.condition, 0, rule.threshold)
}

/** True where more records cannot undo it: such an alert may open before its evaluation is final. */
export function staysWithMore({measure, condition}: Pick<Rule, 'measure' | 'condition'>): boolean {
  return measure.kind === 'count' && (condition === 'greater_than' || condition === 'greater_than_or_equal')
}
