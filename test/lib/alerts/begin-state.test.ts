import {describe, expect, test} from 'vitest'
import {definitionOf, firstState, skipTo, takeUp} from '../../../src/lib/alerts/begin-state.js'
import {readRule} from '../../../src/lib/alerts/check-rule.js'
import type {RuleState} from '../../../src/lib/alerts/state.js'

const written = {name: 'errors', query: 'level:error', threshold: 5, group_by: ['service']}
const rule = readRule(written)

const OPEN = {phase: 'open', alert: 'o', since: 900, openedAt: 1_000, toldAt: 1_000, clearSince: 1_500} as const
const STATE: RuleState = {
  until: 2_000,
  groups: {
    '["open"]': OPEN,
    '["pending"]': {phase: 'pending', alert: 'p', since: 1_900},
    '["held"]': {phase: 'held', alert: 'h', since: 500},
  },
  early: {'["early"]': {alert: 'e', openedAt: 2_500, silenced: false}},
}
const KNOWN = takeUp(rule, STATE, 0).state

test('a new rule is not changed', () => {
  const {state, events} = takeUp(rule, firstState(7), 3)
  expect(state).toEqual({until: 7, groups: {}, early: {}, definition: definitionOf(rule), groupBy: ['service']})
  expect(events).toEqual([])
})

test.each([
  {name: 'Errors of the shop'},
  {description: 'what it means'},
  {severity: 'critical'},
  {labels: {team: 'shop'}},
  {renotify: '1h'},
  {notify_resolved: true},
  {notification_channel: 'slack', notification_config: {url: 'https://example.org'}},
])('what is evaluated stays the same with %o', (change) => {
  expect(takeUp(readRule({...written, ...change}), KNOWN, 3_000)).toEqual({state: KNOWN, events: []})
})

describe.each([
  {query: 'level:fatal'},
  {threshold: 6},
  {resolve_threshold: 2},
  {time_window: '10m'},
  {for: '1m'},
  {keep_open_for: '1m'},
  {every: '30s'},
  {lateness: '2m'},
  {measure: 'spike'},
])('evaluations begin anew with %o', (change) => {
  const changed = readRule({...written, ...change})
  const {state, events} = takeUp(changed, KNOWN, 3_000)

  test('after the change', () => {
    expect(state).toMatchObject({until: 3_000, early: {}, definition: definitionOf(changed)})
  })

  test('open alerts stay open, nobody being told again', () => {
    const {clearSince: _, ...open} = OPEN
    expect(state.groups).toEqual({
      '["open"]': open,
      '["held"]': {phase: 'held', alert: 'h', since: 500},
      '["early"]': {phase: 'open', alert: 'e', since: 2_500, openedAt: 2_500, toldAt: 2_500},
    })
    expect(events).toEqual([{kind: 'fell_back', alert: 'p', group: '["pending"]', at: 3_000}])
  })

  test('once', () => {
    expect(takeUp(changed, state, 3_000)).toEqual({state, events: []})
  })
})

test('grouped by something else, open alerts resolve', () => {
  const {state, events} = takeUp(readRule({...written, group_by: ['host']}), KNOWN, 3_000)
  expect(state).toMatchObject({until: 3_000, groups: {}, early: {}, groupBy: ['host']})
  expect(events).toEqual([
    {kind: 'resolved', alert: 'o', group: '["open"]', at: 3_000, silenced: false},
    {kind: 'fell_back', alert: 'p', group: '["pending"]', at: 3_000},
    {kind: 'resolved', alert: 'e', group: '["early"]', at: 3_000, silenced: false},
  ])
})

test('a change before what was evaluated last brings nothing back', () => {
  expect(takeUp(readRule({...written, threshold: 6}), KNOWN, 1_000).state.until).toBe(2_000)
})

test('over what is left out, open alerts stay and pending ones fall back', () => {
  const {state, events} = skipTo(KNOWN, 9_000)
  expect(state).toMatchObject({until: 9_000, early: {}, groups: {'["open"]': OPEN, '["early"]': {phase: 'open'}}})
  expect(events).toEqual([{kind: 'fell_back', alert: 'p', group: '["pending"]', at: 9_000}])
  expect(skipTo(KNOWN, 2_000)).toEqual({state: KNOWN, events: []})
})
