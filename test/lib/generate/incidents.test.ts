import {describe, expect, test} from 'vitest'
import {
  fingerprint,
  type GenerateOptions,
  generateEvents,
  generateLines,
  toLine,
} from '../../../src/lib/generate/generate.js'
import {planIncident, SCENARIOS} from '../../../src/lib/generate/incidents/scenarios.js'
import type {LogEvent} from '../../../src/lib/generate/log-event.js'
import {SERVICE_NAMES} from '../../../src/lib/generate/services.js'
import type {IncidentTruth} from '../../../src/lib/generate/weather.js'

const START = Date.UTC(2026, 0, 1, 10)
/** Nearly seven minutes, of which the incident is the third to the fifth. */
const RUN: GenerateOptions = {seed: 'shop', start: START, rate: 30, count: 12_000}
const AT = {afterMs: 120_000, lengthMs: 180_000}

function run(options: GenerateOptions): {events: LogEvent[]; truth: readonly IncidentTruth[]} {
  let truth: readonly IncidentTruth[] = []
  const events = [...generateEvents(options, {onIncidents: (all) => (truth = all)})]
  return {events, truth}
}

const calm = run(RUN).events
const begin = (START + AT.afterMs) * 1_000
const end = begin + AT.lengthMs * 1_000
const during = (events: LogEvent[]) => events.filter(({at}) => at >= begin && at < end)
const troubled = (events: LogEvent[]) =>
  during(events).filter(({level}) => level !== 'INFO' && level !== 'DEBUG').length

const NOBODY: string[] = []
const AFFECTED: Record<string, string[]> = {
  'deploy-errors': ['gateway', 'orders', 'shipping', 'mail'],
  'slow-db': ['gateway', 'catalogue', 'cart', 'orders', 'payment', 'shipping', 'mail'],
  'dead-dependency': ['gateway', 'catalogue', 'cart', 'orders', 'payment', 'shipping', 'mail'],
  'memory-leak': ['gateway', 'search'],
  'expired-certificate': ['gateway', 'orders', 'shipping', 'mail'],
  'brute-force': NOBODY,
  'poison-message': NOBODY,
  'bad-host': ['gateway'],
  'clock-skew': NOBODY,
  'noisy-neighbour': ['gateway', 'search'],
  'quiet-service': NOBODY,
  'leaked-secret': NOBODY,
}

describe.each(SCENARIOS.map(({name}) => name))('%s', (scenario) => {
  const options = {...RUN, incidents: [{scenario, ...AT}]}
  const {events, truth} = run(options)
  const [incident] = truth

  test('is the same for the same seed, and another run for another', () => {
    expect(events.map(toLine({})).join('\n')).toBe([...generateLines(options)].join('').trimEnd())
    expect(fingerprint(options)).not.toBe(fingerprint(RUN))
  })

  test('shows in the lines while it lasts, and hardly before', () => {
    const earlier = (all: LogEvent[]) => all.filter(({at}) => at < begin - 60_000_000).map(toLine({}))
    expect(earlier(events)).toEqual(earlier(calm))
    if (scenario === 'clock-skew')
      expect(during(events).filter(({stamp}) => stamp !== undefined).length).toBeGreaterThan(20)
    else if (scenario === 'quiet-service')
      expect(during(events).some(({service}) => service.name === 'shipping')).toBe(false)
    else if (scenario === 'leaked-secret')
      expect(during(events).some(({message}) => message.includes('password='))).toBe(true)
    else expect(troubled(events)).toBeGreaterThan(troubled(calm) + 10)
  })

  test('the truth names what the lines hold', () => {
    expect(incident).toMatchObject({
      kind: 'incident',
      scenario,
      begin: '2026-01-01T10:02:00.000000Z',
      end: '2026-01-01T10:05:00.000000Z',
    })
    const traces = new Set(events.map(({span}) => span?.request.traceId))
    const touched = incident?.trace_ids ?? []
    expect(new Set(touched).size).toBe(touched.length)
    if (scenario !== 'quiet-service') expect(touched.filter((id) => !traces.has(id))).toEqual([])
    const cause = incident?.cause
    if (cause === null) expect(scenario).toBe('quiet-service')
    else {
      const line = {host: cause?.host, level: cause?.level, message: cause?.message}
      expect(events).toContainEqual(expect.objectContaining(line))
    }
    expect(incident?.distractors.length).toBeGreaterThan(0)
  })

  test('the truth names who suffered with those in trouble: who waited for them, and who got less to do', () => {
    expect(incident?.affected_services).toEqual(AFFECTED[scenario])
  })

  test('its lines keep the promise of all lines: printable ASCII that needs no escape', () => {
    const odd = events.filter(({message}) => !/^[ !#-[\]-~]+$/.test(message))
    expect(odd.map(({message}) => message)).toEqual([])
    for (const line of events.map(toLine({}))) JSON.parse(line)
  })
})

test('incidents may overlap, and each has its own truth', () => {
  const {truth, events} = run({
    ...RUN,
    incidents: [
      {scenario: 'slow-db', afterMs: 60_000, lengthMs: 200_000},
      {scenario: 'brute-force', afterMs: 120_000, lengthMs: 60_000},
    ],
  })
  expect(truth.map(({scenario}) => scenario)).toEqual(['slow-db', 'brute-force'])
  expect(truth[0]?.trace_ids.length).toBeGreaterThan(100)
  expect(events.filter(({event}) => event === 'sign_in_refused').length).toBeGreaterThan(100)
})

test('a run that is ended early tells its truth all the same', () => {
  let truth: readonly IncidentTruth[] = []
  const incidents = [{scenario: 'bad-host', ...AT}]
  for (const event of generateEvents({...RUN, incidents}, {onIncidents: (all) => (truth = all)})) {
    if (event.at > begin + 60_000_000) break
  }
  expect(truth[0]?.trace_ids.length).toBeGreaterThan(0)
})

const span = (text: string) => ({'5m': 300_000, '10m': 600_000, '30s': 30_000})[text]

test.each([
  ['slow-db', {afterMs: 540_000, lengthMs: 600_000}],
  ['slow-db@5m', {afterMs: 300_000, lengthMs: 600_000}],
  ['slow-db@5m+10m', {afterMs: 300_000, lengthMs: 600_000}],
  ['slow-db+30s', {afterMs: 540_000, lengthMs: 30_000}],
])('--scenario %s in half an hour', (text, expected) => {
  expect(planIncident(text, {lengthMs: 1_800_000}, span)).toEqual({scenario: 'slow-db', ...expected})
})

test.each([
  ['slow-dp', /there is no scenario "slow-dp"/],
  ['slow-db@x', /"x" is no length of time/],
  ['slow-db@10m', /does not fit into a run of 600 s/],
  ['slow-db@5m+10m', /does not fit/],
])('--scenario %s in ten minutes is refused', (text, why) => {
  expect(() => planIncident(text, {lengthMs: 600_000}, span)).toThrow(why)
})

test('who would be in trouble has to write', () => {
  const services = SERVICE_NAMES.filter((name) => name !== 'inventory')
  expect(() => planIncident('slow-db', {lengthMs: 600_000, services}, span)).toThrow(/needs the service inventory/)
})

describe('shape and delivery', () => {
  test('a day has few lines at night and most in the evening, and as many as asked for', () => {
    const day: GenerateOptions = {
      seed: 'day',
      start: Date.UTC(2026, 0, 1),
      rate: 20_000 / 86_400,
      count: 20_000,
      shape: 'daily',
    }
    const hours = new Array<number>(24).fill(0)
    let last = 0
    let count = 0
    let ordered = true
    for (const {at} of generateEvents(day)) {
      const hour = Math.floor((at / 1_000 - day.start) / 3_600_000)
      hours[Math.min(hour, 23)] = (hours[Math.min(hour, 23)] as number) + 1
      ordered &&= at >= last
      last = at
      count++
    }
    expect(count).toBe(20_000)
    expect(ordered).toBe(true)
    expect(last / 1_000).toBeLessThan(day.start + 86_400_000)
    expect(hours[19]).toBeGreaterThan(10 * (hours[3] as number))
  })

  test('late lines and lines that come twice keep their times, and none is lost', () => {
    const delivery = {late: {share: 0.05, ms: 30_000}, doubled: 0.02}
    const events = run({...RUN, delivery}).events
    const line = toLine({})
    expect(new Set(events.map(line))).toEqual(new Set(calm.map(line)))
    const twice = events.length - calm.length
    expect(twice).toBeGreaterThan(120)
    expect(twice).toBeLessThan(400)
    let newest = 0
    let behind = 0
    let latest = 0
    for (const {at} of events) {
      if (at < newest) behind++
      newest = Math.max(newest, at)
      latest = Math.max(latest, newest - at)
    }
    expect(latest).toBeLessThanOrEqual(60_000_000)
    expect(behind).toBeGreaterThan(400)
  })
})
