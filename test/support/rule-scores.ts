// How well the example rules tell of the incidents that `generate` makes: shown by `npm run bench -- --only precision`, held
// by test/examples-precision.test.ts.

import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import type {Backtest} from '../../src/lib/alerts/backtested.js'
import {readRule} from '../../src/lib/alerts/check-rule.js'
import type {Rule} from '../../src/lib/alerts/rule.js'
import {backtest} from '../../src/lib/flows/alerts/backtest.js'
import {recordsAsStore} from '../../src/lib/flows/alerts/replay.js'
import {rulesOf} from '../../src/lib/flows/alerts/rule-test-files.js'
import type {ScenarioRun} from './scenario-runs.js'

/** The rule that somebody would write for an incident of that kind. */
export const FITTING: Readonly<Record<string, string>> = {
  'deploy-errors': 'error-rate',
  'slow-db': 'latency',
  'dead-dependency': 'traffic-drop',
  'memory-leak': 'restart-loop',
  'expired-certificate': 'error-rate',
  'brute-force': 'brute-force-sign-ins',
  'poison-message': 'failing-host',
  'bad-host': 'failing-host',
  'clock-skew': 'clock-unsynchronised',
  'noisy-neighbour': 'latency',
  'quiet-service': 'traffic-drop',
  'leaked-secret': 'leaked-secret',
}

/** The rules that are shipped, by the names of their files. */
export async function exampleRules(folder: string): Promise<Map<string, Rule>> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'))
  const rules = new Map<string, Rule>()
  for (const file of files.sort()) {
    const [rule] = await rulesOf(join(folder, file), readRule)
    rules.set(file.replace('.yaml', ''), rule as Rule)
  }
  return rules
}

/** What came of one rule, or of several together, over one run or several. */
export interface Tally {
  alerts: number
  /** Alerts that told of an incident. */
  told: number
  incidents: number
  /** The scenario of each that was detected. */
  detected: string[]
  /** Of the detected: seconds from the begin to the first alert. */
  delays: number[]
  /** Of the false ones: which rule, when, in what, and why. */
  wrong: string[]
}

export function precision({told, alerts}: Tally): number {
  return alerts === 0 ? 1 : told / alerts
}

export function recall({detected, incidents}: Tally): number {
  return incidents === 0 ? 1 : detected.length / incidents
}

export function sum(tallies: readonly Tally[]): Tally {
  const counted = (name: 'alerts' | 'told' | 'incidents') => tallies.reduce((all, one) => all + one[name], 0)
  return {
    alerts: counted('alerts'),
    told: counted('told'),
    incidents: counted('incidents'),
    detected: tallies.flatMap(({detected}) => detected),
    delays: tallies.flatMap(({delays}) => delays),
    wrong: tallies.flatMap(({wrong}) => wrong),
  }
}

export interface Judged {
  /** Of each rule, by its name. */
  each: Map<string, Tally>
  all: Tally
}

/** Each rule by itself and all of them together, as `alerts backtest --truth` judges them. */
export async function judge(
  rules: ReadonlyMap<string, Rule>,
  {records, incidents, since, until}: ScenarioRun,
): Promise<Judged> {
  const store = recordsAsStore(records)
  const tested = new Map<string, Backtest>()
  for (const [name, rule] of rules) {
    const {backtest: one} = await backtest(store, rule, [], {since, until, truth: incidents})
    tested.set(name, one)
  }
  const each = new Map([...tested].map(([name, one]) => [name, together([[name, one]])]))
  return {each, all: together([...tested])}
}

/**
 * An incident is detected when any of the rules detects it, and by the first that does. More strictly than by the backtest
 * an alert that was open before it began told of something else, and does not count.
 */
function together(tested: ReadonlyArray<readonly [string, Backtest]>): Tally {
  const alerts = tested.flatMap(([name, one]) => one.alerts.map((alert) => ({name, ...alert})))
  const wrong = alerts.filter(({incident}) => incident === undefined)
  const incidents = tested[0]?.[1].incidents ?? []
  const found = incidents.flatMap(({scenario = ''}, index) => {
    const delays = tested.flatMap(([, one]) => one.incidents?.[index]?.detected_after_seconds || [])
    return delays.length > 0 ? [{scenario, delay: Math.min(...delays)}] : []
  })
  return {
    alerts: alerts.length,
    told: alerts.length - wrong.length,
    incidents: incidents.length,
    detected: found.map(({scenario}) => scenario),
    delays: found.map(({delay}) => delay),
    wrong: wrong.map((one) => `${one.name} at ${one.opened_at} in ${JSON.stringify(one.group)}: ${one.false_because}`),
  }
}
