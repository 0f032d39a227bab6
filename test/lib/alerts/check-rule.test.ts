import {expect, test} from 'vitest'
import {checkRule, readRule} from '../../../src/lib/alerts/check-rule.js'

test('what is left out has a value', () => {
  const rule = readRule({name: 'errors', query: 'level:error', threshold: 5})
  expect(rule).toMatchObject({
    name: 'errors',
    active: true,
    severity: 'warning',
    query: 'level:error',
    measure: {kind: 'count'},
    condition: 'greater_than',
    threshold: 5,
    resolveThreshold: 5,
    windowMs: 300_000,
    groupBy: [],
    everyMs: 60_000,
    latenessMs: 60_000,
    channel: 'console',
  })
  expect(rule).toMatchObject({forMs: 0, keepOpenForMs: 0, renotifyMs: 0, notifyResolved: false, channelConfig: {}})
})

test('all mistakes are told at once', () => {
  const {mistakes} = checkRule({threshhold: 5, time_window: 0, severity: 'bad'})
  expect(mistakes.map(({message}) => message)).toEqual([
    'threshhold: there is no such field of a rule',
    'name: is missing',
    'threshold: is missing',
    'time_window: must be from 1s to 31d, not 0s',
    'severity: must be one of info, warning, critical, not "bad"',
  ])
})
