import {expect, test} from 'vitest'
import {readRule} from '../../../../src/lib/alerts/check-rule.js'
import type {WrittenRule} from '../../../../src/lib/alerts/rule.js'
import type {TestRecords} from '../../../../src/lib/alerts/rule-test.js'
import type {Incident} from '../../../../src/lib/alerts/score.js'
import {readSweep} from '../../../../src/lib/alerts/sweep.js'
import {type BacktestOptions, backtest} from '../../../../src/lib/flows/alerts/backtest.js'
import {recordsAsStore} from '../../../../src/lib/flows/alerts/replay.js'
import {testRecords} from '../../../../src/lib/flows/alerts/test-records.js'
import {sweptValues, variantsOf} from '../../../../src/lib/flows/alerts/try-values.js'

const START = Date.UTC(2026, 0, 1)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** So many errors a minute of a service, from one minute to another. */
function errors(service: string, from: number, to: number, perMinute: number): TestRecords {
  const every = MINUTE / perMinute
  return {at: from * MINUTE, count: (to - from) * perMinute, every, fields: {level: 'ERROR', service, message: 'no'}}
}

function storeOf(...records: TestRecords[]) {
  return recordsAsStore(testRecords({start: START, records}))
}

const written: WrittenRule = {
  name: 'errors',
  query: 'level:error',
  threshold: 5,
  time_window: '1m',
  group_by: ['service'],
}

async function test24h(
  store: ReturnType<typeof storeOf>,
  rule: WrittenRule = written,
  more: Partial<BacktestOptions> = {},
) {
  return (await backtest(store, readRule(rule), [], {since: START, until: START + 24 * HOUR, ...more})).backtest
}

const incident = (name: string, from: number, to: number, services: string[]): Incident => ({
  name,
  begin: START + from * MINUTE,
  end: START + to * MINUTE,
  services,
})

test('when it would have fired, how long, how often told', async () => {
  const result = await test24h(
    storeOf(errors('mail', 60, 70, 10), errors('shop', 65, 125, 12), errors('auth', 0, 600, 2)),
  )
  expect(result).toMatchObject({
    rule: 'errors',
    evaluations: 1440,
    triggered: 2,
    notices: 2,
    // 01:01 to 02:06, as one: they overlap
    open_seconds: 65 * 60,
    open_share: 65 / 1440,
    longest_seconds: 60 * 60,
    nearest_value: 12,
  })
  expect(result.alerts).toMatchObject([
    {
      opened_at: '2026-01-01T01:01:00.000Z',
      resolved_at: '2026-01-01T01:11:00.000Z',
      group: {service: 'mail'},
      value: 10,
    },
    {
      opened_at: '2026-01-01T01:06:00.000Z',
      resolved_at: '2026-01-01T02:06:00.000Z',
      group: {service: 'shop'},
      peak: 12,
    },
  ])
  expect(result.alerts[0]).toMatchObject({seconds: 600, from_start: false, silenced: false, threshold: 5})
  expect(result.values.length).toBeLessThanOrEqual(500)
  expect(result.values.filter(({open}) => open).length).toBeGreaterThan(15)
  expect(Math.max(...result.values.map(({value}) => value ?? 0))).toBe(12)
})

test('an alert that is open at the end, and one that held from the first evaluation on', async () => {
  const {alerts, open_seconds} = await test24h(storeOf(errors('mail', -30, 10, 10), errors('shop', 1430, 1450, 10)))
  expect(alerts).toMatchObject([
    {opened_at: '2026-01-01T00:01:00.000Z', from_start: true, seconds: 600},
    {opened_at: '2026-01-01T23:51:00.000Z', from_start: false, seconds: 540},
  ])
  expect(alerts[1]).not.toHaveProperty('resolved_at')
  expect(open_seconds).toBe(600 + 540)
})

test('a silence keeps notices back, and alerts open all the same', async () => {
  const silences = [{from: START, until: START + 2 * HOUR, matchers: {service: 'mail'}}]
  const result = await test24h(storeOf(errors('mail', 60, 70, 10), errors('shop', 60, 70, 10)), written, {silences})
  expect(result).toMatchObject({triggered: 2, notices: 1})
  expect(result.alerts.map(({silenced}) => silenced)).toEqual([true, false])
})

test('against a truth: what was right, what was false, what was missed, and why', async () => {
  const store = storeOf(
    errors('mail', 62, 75, 10), // the incident, from its third minute on
    errors('shop', 200, 203, 10), // nothing
    errors('shop', 300, 310, 4), // an incident too small for the threshold
    errors('auth', 480, 600, 10), // begins before its incident
    errors('mail', 900, 905, 10), // in the time of an incident of another service
  )
  const truth = [
    incident('mail down', 60, 75, ['mail']),
    incident('shop slow', 300, 310, ['shop']),
    incident('sign-ins', 500, 520, ['auth']),
    incident('orders lost', 899, 910, ['orders']),
  ]
  const result = await test24h(store, written, {truth})
  expect(result).toMatchObject({triggered: 4, precision: 1 / 4, recall: 1 / 4, f1: 1 / 4, incidents_not_judged: 0})
  expect(result).toMatchObject({detection_median_seconds: 180, detection_worst_seconds: 180})
  expect(result.incidents).toMatchObject([
    {name: 'mail down', detected: true, detected_after_seconds: 180, alerts: 1},
    {name: 'shop slow', missed_because: 'the most measured was 4, and the threshold is 5'},
    {name: 'sign-ins', missed_because: 'a false alert had been open for 19 min when it began, so nobody was told'},
    {name: 'orders lost', missed_because: 'nothing was measured of its services'},
  ])
  expect(result.alerts.map(({incident, false_because}) => incident ?? false_because)).toEqual([
    'mail down',
    'nothing happened: it opened 1 h 39 min before shop slow began',
    'nothing happened: it opened 19 min before sign-ins began',
    'orders lost was under way, but in orders, not in mail',
  ])
})

test('an incident that was pending for too short a time says how long', async () => {
  const truth = [incident('mail down', 60, 63, ['mail'])]
  const {incidents} = await test24h(storeOf(errors('mail', 60, 63, 10)), {...written, for: '5m'}, {truth})
  expect(incidents?.[0]?.missed_because).toBe('the condition held for 2 min, less than for: 5 min')
})

test('a sweep reads the store once, and each value does what a rule with it does', async () => {
  const store = storeOf(errors('mail', 60, 70, 10), errors('shop', 65, 125, 20), errors('auth', 0, 600, 2))
  let questions = 0
  const counted = {
    aggregateEach: (asked: Parameters<typeof store.aggregateEach>[0]) => {
      questions += asked.length
      return store.aggregateEach(asked)
    },
  }
  const sweep = readSweep('threshold=1,5,15,25')
  const variants = variantsOf(written, sweep, (one) => readRule(one))
  const span = {since: START, until: START + 24 * HOUR}
  const rule = readRule(written)
  const {variants: figures} = await backtest(counted, rule, variants, span)
  expect(questions).toBe(1)
  const swept = sweptValues(rule, sweep, variants, figures)
  expect(swept.map(({threshold, triggered, current}) => [threshold, triggered, current])).toEqual([
    [1, 3, false],
    [5, 2, true],
    [15, 1, false],
    [25, 0, false],
  ])
  for (const [index, threshold] of [1, 5, 15, 25].entries()) {
    const {backtest: alone} = await backtest(store, readRule({...written, threshold}), [], span)
    expect(alone).toMatchObject(figures[index] as object)
  }
})

test('with another threshold the hysteresis stays the same part of it', () => {
  const hysteresis: WrittenRule = {...written, threshold: 0.1, resolve_threshold: 0.07}
  const variants = variantsOf(hysteresis, readSweep('threshold=0.02,0.1,0.2'), (one) => readRule(one))
  expect(variants.map(({resolveThreshold}) => resolveThreshold)).toEqual([0.014, 0.07, 0.14])
  const others = variantsOf(hysteresis, readSweep('for=1m,2m'), (one) => readRule(one))
  expect(others.map(({resolveThreshold}) => resolveThreshold)).toEqual([0.07, 0.07])
})

test('values of a sweep that the rule cannot have are refused by name', () => {
  const read = (one: unknown) => readRule(one)
  expect(() => variantsOf(written, readSweep('time_window=0s,5m'), read)).toThrow(/--sweep time_window: with 0s, /)
  expect(() => variantsOf(written, readSweep('resolve_threshold=9'), read)).toThrow(
    /--sweep resolve_threshold: with 9, /,
  )
})
