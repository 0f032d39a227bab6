import {readTruth} from '../../src/lib/alerts/read-truth.js'
import type {Incident} from '../../src/lib/alerts/score.js'
import {type GenerateOptions, generateEvents, toLine} from '../../src/lib/generate/generate.js'
import {SCENARIOS} from '../../src/lib/generate/incidents/scenarios.js'
import type {IncidentTruth} from '../../src/lib/generate/weather.js'
import {toRecord} from '../../src/lib/parse/to-record.js'
import type {LogRecord} from '../../src/lib/record/record.js'

/** What `generate --scenario --truth` makes, as records and incidents in memory. */
export interface ScenarioRun {
  records: LogRecord[]
  /** As `alerts backtest --truth` reads them. */
  incidents: Incident[]
  /** ms since 1970 */
  since: number
  until: number
}

const START = Date.UTC(2026, 0, 5, 9)

/** Lines go through the parser, each first seen when it was written, by a shipper of its service. */
export function scenarioRun(options: Omit<GenerateOptions, 'start'>): ScenarioRun {
  const whole = {...options, start: START}
  const write = toLine(whole)
  const records: LogRecord[] = []
  let told: readonly IncidentTruth[] = []
  for (const event of generateEvents(whole, {onIncidents: (all) => (told = all)})) {
    const {service, host, at} = event
    const observed = new Date(Math.floor(at / 1_000)).toISOString()
    const envelope = {source: 'made', host, timezone: 'UTC', observed, service: service.name}
    records.push(toRecord(write(event), envelope, {source: 'made', offset: records.length, crc: 0}, 0))
  }
  return {
    records,
    incidents: told.length === 0 ? [] : readTruth('the truth', told.map((one) => JSON.stringify(one)).join('\n')),
    since: START,
    until: START + (options.count / options.rate) * 1_000,
  }
}

const MINUTE = 60_000

export type How = Pick<GenerateOptions, 'seed' | 'format' | 'rate' | 'delivery'>

/** Two incidents of one kind, of eight and twelve minutes, in 70 minutes. */
export function runOf(scenario: string, how: How): ScenarioRun {
  const incidents = [
    {scenario, afterMs: 10 * MINUTE, lengthMs: 8 * MINUTE},
    {scenario, afterMs: 46 * MINUTE, lengthMs: 12 * MINUTE},
  ]
  return scenarioRun({...how, count: how.rate * 70 * 60, incidents})
}

/** One incident of each kind, of ten minutes, 22 minutes from begin to begin. */
export function runOfAll(how: How): ScenarioRun {
  const incidents = SCENARIOS.map(({name: scenario}, index) => ({
    scenario,
    afterMs: (15 + 22 * index) * MINUTE,
    lengthMs: 10 * MINUTE,
  }))
  return scenarioRun({...how, count: how.rate * (15 + 22 * SCENARIOS.length) * 60, incidents})
}

/** Four hours in which nothing goes wrong. */
export function calmRun(how: How): ScenarioRun {
  return scenarioRun({...how, count: how.rate * 4 * 3_600})
}
