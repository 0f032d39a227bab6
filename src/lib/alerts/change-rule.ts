import type {WrittenRule} from './rule.js'
import type {RuleState} from './state.js'

/** Alerts that are over with a rule that is switched off or removed. */
export interface EndedAlerts {
  open: string[]
  /** Pending ones: nothing happened. */
  pending: string[]
}

export function endOfState({groups, early}: RuleState): EndedAlerts {
  const all = Object.values(groups)
  const inPhase = (wanted: string) => all.filter(({phase}) => phase === wanted).map(({alert}) => alert)
  const open = new Set([...inPhase('open'), ...Object.values(early).map(({alert}) => alert)])
  // One that was pending may have been opened early.
  return {open: [...open], pending: inPhase('pending').filter((alert) => !open.has(alert))}
}

/** Every alert that a state speaks of. */
export function alertsOf({groups, early}: RuleState): Set<string> {
  return new Set([...Object.values(groups), ...Object.values(early)].map(({alert}) => alert))
}

/** Names of fields that differ, in the order of the alphabet; one that is left out differs from one that is written. */
export function changedFields(before: WrittenRule, after: WrittenRule): string[] {
  const [one, other] = [before, after] as unknown as [Record<string, unknown>, Record<string, unknown>]
  const fields = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...fields].filter((field) => !isSame(one[field], other[field])).sort()
}

/** As JSON, whatever the order of keys. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other))
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, inOrder(each)]))
}
