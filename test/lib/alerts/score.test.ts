import {describe, expect, test} from 'vitest'
import {type Incident, type OpenSpan, score} from '../../../src/lib/alerts/score.js'

const MINUTE = 60_000
const at = (minutes: number) => minutes * MINUTE
const OPTIONS = {since: 0, until: at(600), graceMs: at(5)}

function incident(name: string, begin: number, end: number, services?: string[]): Incident {
  return {name, begin: at(begin), end: at(end), ...(services ? {services} : {})}
}

function alert(opened: number, resolved?: number, service?: string): OpenSpan {
  return {
    openedAt: at(opened),
    ...(resolved === undefined ? {} : {resolvedAt: at(resolved)}),
    group: service === undefined ? {} : {service},
  }
}

describe('an alert is true that opened from the begin of an incident to its end and grace', () => {
  const cases: Array<[string, number, boolean]> = [
    ['a minute before it', 59, false],
    ['as it begins', 60, true],
    ['in it', 70, true],
    ['within the grace after it', 85, true],
    ['after the grace', 86, false],
  ]
  test.each(cases)('%s', (_, opened, isTrue) => {
    const {trueFor, precision, recall} = score([alert(opened, opened + 1)], [incident('a', 60, 80)], OPTIONS)
    expect(trueFor).toEqual([isTrue ? 0 : undefined])
    expect(precision).toBe(isTrue ? 1 : 0)
    expect(recall).toBe(isTrue ? 1 : 0)
  })
})

test('an alert that is always open is no detection', () => {
  const result = score([alert(1)], [incident('a', 60, 80), incident('b', 200, 220)], OPTIONS)
  expect(result).toMatchObject({precision: 0, recall: 0, f1: 0})
  expect(result.incidents.map(({hiddenBy}) => hiddenBy)).toEqual([0, 0])
  expect(result.detection).toBeUndefined()
})

test('one alert may tell of two incidents that follow each other: of the second at once', () => {
  const result = score([alert(62, 130)], [incident('a', 60, 80), incident('b', 100, 120)], OPTIONS)
  expect(result).toMatchObject({precision: 1, recall: 1, f1: 1})
  expect(result.incidents.map(({afterMs}) => afterMs)).toEqual([at(2), 0])
  expect(result.detection).toEqual({medianMs: at(1), worstMs: at(2)})
})

test('an alert that opened after the end of an incident and tells of the next is none of the first', () => {
  const result = score([alert(82, 90)], [incident('a', 60, 80), incident('b', 81, 100)], OPTIONS)
  expect(result).toMatchObject({precision: 1, recall: 1 / 2, trueFor: [1]})
  expect(result.incidents.map(({alerts}) => alerts)).toEqual([[], [0]])
  // both were under way
  expect(score([alert(79, 90)], [incident('a', 60, 80), incident('b', 75, 100)], OPTIONS).recall).toBe(1)
})

test('many alerts of one incident are all true, and one incident is one', () => {
  const alerts = [alert(61, 63), alert(65, 66), alert(70, 90), alert(300, 301)]
  const result = score(alerts, [incident('a', 60, 80), incident('missed', 400, 420)], OPTIONS)
  expect(result).toMatchObject({precision: 3 / 4, recall: 1 / 2, trueFor: [0, 0, 0, undefined]})
  expect(result.incidents[0]?.alerts).toEqual([0, 1, 2])
  expect(result.f1).toBeCloseTo(0.6)
})

test('the service of its group must be one of the incident', () => {
  const truth = [incident('a', 60, 80, ['payment', 'orders'])]
  expect(score([alert(65, 70, 'payment')], truth, OPTIONS).recall).toBe(1)
  expect(score([alert(65, 70, 'mail')], truth, OPTIONS)).toMatchObject({precision: 0, recall: 0})
  // without a group it is what the rule looks at
  expect(score([alert(65, 70)], truth, OPTIONS).recall).toBe(1)
  expect(score([alert(65, 70)], truth, {...OPTIONS, services: ['mail']}).recall).toBe(0)
  expect(score([alert(65, 70)], truth, {...OPTIONS, services: ['mail', 'orders']}).recall).toBe(1)
})

test('an alert in a service that suffered with the broken one is true, in any other it is not', () => {
  const truth = [{...incident('a', 60, 80, ['payment']), affected: ['gateway', 'orders']}]
  expect(score([alert(65, 70, 'orders')], truth, OPTIONS)).toMatchObject({precision: 1, recall: 1})
  expect(score([alert(65, 70, 'mail')], truth, OPTIONS)).toMatchObject({precision: 0, recall: 0})
  expect(score([alert(90, 95, 'orders')], truth, OPTIONS)).toMatchObject({precision: 0, recall: 0})
  expect(score([alert(65, 70)], truth, {...OPTIONS, services: ['gateway']}).recall).toBe(1)
})

test('incidents a rule is not meant for are not missed, and their alerts are not false', () => {
  const truth = [incident('errors', 60, 80), incident('latency', 200, 220), incident('before', -10, 20)]
  const result = score([alert(61, 62), alert(201, 202)], truth, {...OPTIONS, meant: ({name}) => name === 'errors'})
  expect(result).toMatchObject({precision: 1, recall: 1, notJudged: 2})
  expect(result.incidents).toHaveLength(1)
})

test('what cannot be divided has no figure', () => {
  expect(score([], [], OPTIONS)).toEqual({incidents: [], trueFor: [], notJudged: 0})
  expect(score([alert(1, 2)], [], OPTIONS)).toMatchObject({precision: 0})
  expect(score([alert(1, 2)], [], OPTIONS).recall).toBeUndefined()
  const missed = score([], [incident('a', 60, 80)], OPTIONS)
  expect(missed).toMatchObject({recall: 0, f1: 0})
  expect(missed.precision).toBeUndefined()
})

test('anywhere: an alert in a caller of the broken service is true, outside the incident it still is not', () => {
  const truth = [incident('a', 60, 80, ['payment'])]
  const alerts = [alert(65, 85, 'orders'), alert(120, 130, 'orders')]
  expect(score(alerts, truth, OPTIONS)).toMatchObject({precision: 0, recall: 0})
  const anywhere = score(alerts, truth, {...OPTIONS, anywhere: true})
  expect(anywhere).toMatchObject({precision: 0.5, recall: 1, trueFor: [0, undefined]})
})
