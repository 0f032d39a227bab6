import {LogflowError} from '../../errors/logflow-error.js'
import type {ServiceName} from '../services.js'
import {badHost} from './bad-host.js'
import {bruteForce} from './brute-force.js'
import {clockSkew} from './clock-skew.js'
import {deadDependency} from './dead-dependency.js'
import {deployErrors} from './deploy-errors.js'
import {expiredCertificate} from './expired-certificate.js'
import type {Scenario} from './incident.js'
import {leakedSecret} from './leaked-secret.js'
import {memoryLeak} from './memory-leak.js'
import {noisyNeighbour} from './noisy-neighbour.js'
import {poisonMessage} from './poison-message.js'
import {quietService} from './quiet-service.js'
import {slowDb} from './slow-db.js'

/** Every incident there is, in the order in which they are listed. */
export const SCENARIOS: readonly Scenario[] = [
  deployErrors,
  slowDb,
  deadDependency,
  memoryLeak,
  expiredCertificate,
  bruteForce,
  poisonMessage,
  badHost,
  clockSkew,
  noisyNeighbour,
  quietService,
  leakedSecret,
]

/** An incident that was asked for: which, and when; milliseconds from the start of the run. */
export interface PlannedIncident {
  scenario: string
  afterMs: number
  lengthMs: number
}

/** Where nothing else is said: after that part of the run, for that part, and no longer than the last. */
const AFTER = 0.3
const LENGTH = 0.4
const LONGEST_MS = 10 * 60_000
/** Of a run without an end. */
const ENDLESS_MS = 60 * 60_000

/** The scenario of a name. Throws USAGE that names those there are. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name)
  if (found) return found
  throw new LogflowError('USAGE', `there is no scenario ${JSON.stringify(name)}`, {
    suggestions: [`Scenarios: ${SCENARIOS.map((scenario) => scenario.name).join(', ')}`, 'logflow generate list'],
  })
}

/**
 * Reads `slow-db`, `slow-db@5m`, `slow-db@5m+10m`: a scenario, when it begins after the start of the run, and how long it
 * lasts. Throws USAGE where it does not fit into the run, or where who would be in trouble does not write.
 *
 * @param spanOf milliseconds of `5m`; undefined where it is no length of time
 */
export function planIncident(
  text: string,
  run: {lengthMs: number; services?: readonly ServiceName[]},
  spanOf: (text: string) => number | undefined,
): PlannedIncident {
  const [, name = '', at, length] = /^([^@+]*)(?:@([^+]*))?(?:\+(.*))?$/.exec(text) ?? []
  const scenario = scenarioOf(name)
  const missing = scenario.services.filter((service) => run.services && !run.services.includes(service))
  if (missing.length > 0) {
    throw refused(text, `it needs the service ${missing[0]}, which does not write`, ['Leave --services out, or add it'])
  }
  const whole = Math.min(run.lengthMs, ENDLESS_MS)
  const afterMs = at === undefined ? Math.round(whole * AFTER) : read(text, at, spanOf)
  const left = run.lengthMs - afterMs
  const lengthMs =
    length === undefined ? Math.min(Math.round(whole * LENGTH), LONGEST_MS, left) : read(text, length, spanOf)
  if (lengthMs < 1_000 || lengthMs > left) {
    throw refused(text, `it does not fit into a run of ${Math.floor(run.lengthMs / 1_000)} s`, [
      'Write it as slow-db@5m+10m: after 5 minutes, for 10',
      'Make the run longer: --duration 30m',
    ])
  }
  return {scenario: name, afterMs, lengthMs}
}

function read(text: string, span: string, spanOf: (text: string) => number | undefined): number {
  const ms = spanOf(span)
  if (ms === undefined || ms < 0) {
    throw refused(text, `${JSON.stringify(span)} is no length of time`, ['Write it as slow-db@5m+10m'])
  }
  return Math.round(ms)
}

function refused(text: string, why: string, suggestions: string[]): LogflowError {
  return new LogflowError('USAGE', `--scenario ${text}: ${why}`, {suggestions})
}
