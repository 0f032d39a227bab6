import type {Figures} from './figures.js'

export type HealthState = 'failing' | 'degraded' | 'quiet' | 'healthy' | 'unknown'

export interface Health {
  state: HealthState
  /** Why, in a few words; absent of what is healthy. */
  reason?: string
}

/** Fewer records, or errors, tell nothing. */
const FEWEST = {records: 20, errors: 5}
const FAILING = 0.05
const DEGRADED = 0.01
const DOUBLED = 2
const QUIET = 0.1

/** The rule, for help and beside the answer. */
export const HEALTH_RULE =
  `failing: over ${percent(FAILING)} of ${FEWEST.records} records or more are errors; ` +
  `degraded: over ${percent(DEGRADED)}, or twice the rate of the period before with ${FEWEST.errors} errors or more; ` +
  `quiet: at least ${percent(1 - QUIET)} fewer records than in the period before`

/** Worst first. */
export const HEALTH_STATES: readonly HealthState[] = ['failing', 'degraded', 'quiet', 'unknown', 'healthy']

/** How a service does, by HEALTH_RULE. @param before its figures in the period before, where they are known */
export function healthOf(now: Figures, before: Figures | undefined): Health {
  if (before && before.records >= FEWEST.records && now.records <= before.records * QUIET)
    return {state: 'quiet', reason: now.records === 0 ? 'no records any more' : 'records fell by 90 % or more'}
  if (now.records < FEWEST.records) return {state: 'unknown', reason: `fewer than ${FEWEST.records} records`}
  const rate = now.error_rate ?? 0
  if (rate > FAILING) return {state: 'failing', reason: `error rate over ${percent(FAILING)}`}
  if (rate > DEGRADED) return {state: 'degraded', reason: `error rate over ${percent(DEGRADED)}`}
  const was = before && before.records >= FEWEST.records ? (before.error_rate ?? 0) : undefined
  if (was !== undefined && now.errors >= FEWEST.errors && rate >= was * DOUBLED)
    return {state: 'degraded', reason: 'error rate at least doubled'}
  return {state: 'healthy'}
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`
}
