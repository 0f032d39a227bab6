import {type GroupKey, groupValues, type Rule} from './rule.js'
import type {SilenceSpan} from './state.js'

/** What a silence is compared with: an alert of a rule at an evaluation. */
export interface SilenceTarget {
  rule: Pick<Rule, 'name' | 'severity' | 'labels' | 'groupBy'>
  group: GroupKey
  /** ms since 1970. */
  at: number
}

/** Whether nobody is to be told of an alert at that moment. */
export function matchesSilence(silence: SilenceSpan, target: SilenceTarget): boolean {
  return silence.from <= target.at && target.at < silence.until && fitsMatchers(silence.matchers, target)
}

/** Whether an alert is one that these matchers mean, at whatever time. Without matchers every alert is. */
export function fitsMatchers(matchers: SilenceSpan['matchers'], target: Omit<SilenceTarget, 'at'>): boolean {
  return Object.entries(matchers).every(([name, value]) => ownValue(name, target) === value)
}

/** `rule` and `severity` before labels, labels before fields of group_by. */
function ownValue(name: string, {rule, group}: Omit<SilenceTarget, 'at'>): string | null | undefined {
  if (name === 'rule') return rule.name
  if (name === 'severity') return rule.severity
  if (Object.hasOwn(rule.labels, name)) return rule.labels[name]
  const place = rule.groupBy.indexOf(name)
  return place === -1 ? undefined : groupValues(group)[place]
}
