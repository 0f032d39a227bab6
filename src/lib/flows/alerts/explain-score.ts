import type {Rule} from '../../alerts/rule.js'
import type {Incident, IncidentScore, OpenSpan} from '../../alerts/score.js'
import type {Nearness, ReplayTally} from './replay-tally.js'

/** Why an alert told of no incident, in words. */
export function whyFalse(alert: OpenSpan, truth: readonly Incident[], graceMs: number): string {
  const at = alert.openedAt
  const within = truth.find(({begin, end}) => at >= begin && at <= end + graceMs)
  if (within) {
    const services = [...(within.services ?? []), ...(within.affected ?? [])].join(', ')
    return `${within.name} was under way, but in ${services}, not in ${String(alert.group.service ?? 'what the rule looks at')}`
  }
  const before = truth.reduce<Incident | undefined>((best, one) => {
    return one.begin > at && (best === undefined || one.begin < best.begin) ? one : best
  }, undefined)
  const after = truth.reduce<Incident | undefined>((best, one) => {
    return one.end + graceMs < at && (best === undefined || one.end > best.end) ? one : best
  }, undefined)
  const gaps = [
    ...(before ? [{ms: before.begin - at, text: `before ${before.name} began`}] : []),
    ...(after ? [{ms: at - after.end, text: `after ${after.name} was over`}] : []),
  ].sort((a, b) => a.ms - b.ms)
  const nearest = gaps[0]
  return nearest ? `nothing happened: it opened ${span(nearest.ms)} ${nearest.text}` : 'nothing happened'
}

/** Why an incident was missed, in words. */
export function whyMissed(
  {incident, hiddenBy}: IncidentScore,
  {rule, alerts}: Pick<ReplayTally, 'rule' | 'alerts'>,
  nearness: Nearness | undefined,
  until: number,
): string {
  const hiding = hiddenBy === undefined ? undefined : alerts[hiddenBy]
  if (hiding) {
    return `a false alert had been open for ${span(incident.begin - hiding.openedAt)} when it began, so nobody was told`
  }
  if (nearness && nearness.pendingMs > 0) {
    return `the condition held for ${span(nearness.pendingMs)}, less than for: ${span(rule.forMs)}`
  }
  if (nearness?.value === undefined) {
    return incident.begin + rule.everyMs > until ? 'the replay ended with it' : 'nothing was measured of its services'
  }
  return `${extreme(rule)} measured was ${round(nearness.value)}, and the threshold is ${rule.threshold}`
}

function extreme({condition, measure}: Rule): string {
  const less = condition.startsWith('less') || (measure.kind === 'spike' && measure.direction === 'down')
  return condition === 'equals' ? 'the nearest' : less ? 'the least' : 'the most'
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}

/** `2 min 30 s`; output/numbers.ts is for views, and rounds. */
function span(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}
