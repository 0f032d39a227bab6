import {describe, expect, test} from 'vitest'
import {advance} from '../../../src/lib/alerts/advance.js'
import {firstState} from '../../../src/lib/alerts/begin-state.js'
import {readRule} from '../../../src/lib/alerts/check-rule.js'
import type {Look} from '../../../src/lib/alerts/look.js'
import type {AlertEvent, ByHand, RuleState, SilenceSpan} from '../../../src/lib/alerts/state.js'
import {seededRandom} from '../../support/random.js'

// What opens before its evaluation is final. Evaluations are numbered; the cases of test/cases/alerts have the rest.

const EVERY = 60_000

/** Numbers from `first` on, as they were counted; final ones are `n`, others `n?`. */
function looks(first: number, ...counts: string[]): Look[] {
  return counts.map((count, i) => ({
    at: (first + i) * EVERY,
    final: !count.endsWith('?'),
    values: new Map([['[]', {value: Number.parseInt(count, 10)}]]),
  }))
}

interface Engine {
  state: RuleState
  /** `2 opened a1`, by evaluation. */
  look(looks: Look[], more?: {silences?: SilenceSpan[]; byHand?: Record<string, ByHand>}): string[]
}

function engine(fields: Record<string, unknown> = {}): Engine {
  const rule = readRule({name: 'r', threshold: 2, time_window: '1m', ...fields})
  let ids = 0
  return {
    state: firstState(0),
    look(given, {silences = [], byHand = {}} = {}) {
      const hands = new Map(Object.entries(byHand))
      const {state, events} = advance({
        rule,
        state: this.state,
        looks: given,
        silences,
        byHand: hands,
        newId: () => `a${++ids}`,
      })
      this.state = JSON.parse(JSON.stringify(state)) as RuleState
      return events.map(textOf)
    },
  }
}

function textOf(event: AlertEvent): string {
  const silenced = 'silenced' in event && event.silenced ? ' (silenced)' : ''
  return `${event.at / EVERY} ${event.kind} ${event.alert}${silenced}`
}

describe('an alert opens early', () => {
  test('and once', () => {
    const alerts = engine()
    expect(alerts.look(looks(1, '0', '3?'))).toEqual(['2 opened a1'])
    expect(alerts.look(looks(2, '3?', '4?'))).toEqual([])
    expect(alerts.look(looks(2, '3', '4?'))).toEqual([])
    expect(alerts.state).toMatchObject({early: {}, groups: {'[]': {phase: 'open', openedAt: 2 * EVERY}}})
    expect(alerts.look(looks(3, '4', '0'))).toEqual(['4 resolved a1'])
  })

  test('and is moved to where late records show that it opened', () => {
    const alerts = engine()
    expect(alerts.look(looks(1, '2?', '3?'))).toEqual(['2 opened a1'])
    expect(alerts.look(looks(1, '3', '3'))).toEqual(['1 moved a1'])
  })

  test('and is another one than what opened and resolved before it', () => {
    const alerts = engine()
    expect(alerts.look(looks(1, '2?', '2?', '3?'))).toEqual(['3 opened a1'])
    expect(alerts.look(looks(1, '3', '2', '3'))).toEqual(['1 moved a1', '2 resolved a1', '3 opened a2'])
  })

  test('only where more records cannot undo it', () => {
    for (const fields of [
      {condition: 'less_than', threshold: 9},
      {condition: 'equals', threshold: 3},
      {measure: 'ratio'},
      {measure: 'new_pattern'},
    ])
      expect(engine(fields).look(looks(1, '3?')), JSON.stringify(fields)).toEqual([])
    expect(engine({condition: 'greater_than_or_equal', threshold: 3}).look(looks(1, '3?'))).toEqual(['1 opened a1'])
  })

  test('but does not resolve early', () => {
    const alerts = engine()
    alerts.look(looks(1, '3'))
    expect(alerts.look(looks(2, '0?', '0?', '3?'))).toEqual([])
    expect(alerts.look(looks(2, '3', '3', '3'))).toEqual([])
  })

  test('once it held for all of the time it must', () => {
    const alerts = engine({for: '2m'})
    expect(alerts.look(looks(1, '3', '3?', '1?', '3?', '3?'))).toEqual(['1 pending a1'])
    expect(alerts.look(looks(2, '3', '1?', '3?', '3?', '3?'))).toEqual(['6 opened a1'])
    expect(alerts.look(looks(3, '1', '3', '3', '3', '0'))).toEqual(['7 resolved a1'])
  })

  test('from a pending one on', () => {
    const alerts = engine({for: '2m'})
    expect(alerts.look(looks(1, '3', '3?', '3?'))).toEqual(['1 pending a1', '3 opened a1'])
    expect(alerts.look(looks(2, '3', '3'))).toEqual([])
  })

  test('not where evaluations are missing between', () => {
    const alerts = engine({for: '2m'})
    expect(alerts.look([...looks(1, '3?'), ...looks(3, '3?')])).toEqual([])
  })

  test('not where a silence begins or ends meanwhile', () => {
    const silence = (from: number, until: number) => ({
      silences: [{from: from * EVERY, until: until * EVERY, matchers: {rule: 'r'}}],
    })
    expect(engine().look(looks(1, '0', '0?', '3?'), silence(2, 9))).toEqual([])
    expect(engine().look(looks(1, '0', '0?', '3?'), silence(0, 3))).toEqual([])
    expect(engine().look(looks(1, '0', '0?', '3?'), silence(4, 9))).toEqual(['3 opened a1'])
    expect(engine().look(looks(1, '0', '0?', '3?'), silence(1, 9))).toEqual(['3 opened a1 (silenced)'])
  })

  test('not again what somebody has just resolved', () => {
    const alerts = engine()
    alerts.look(looks(1, '3'))
    const byHand = {a1: {resolvedAt: 1.5 * EVERY}}
    expect(alerts.look(looks(2, '3?', '3?'), {byHand})).toEqual([])
    expect(alerts.look(looks(2, '3', '3', '0', '3'), {byHand})).toEqual(['5 opened a2'])
  })

  test('and is ended where the records are gone that it was opened for', () => {
    const alerts = engine()
    alerts.look(looks(1, '3?'))
    expect(alerts.look(looks(1, '0'))).toEqual(['1 resolved a1'])
    expect(alerts.state).toMatchObject({groups: {}, early: {}})
  })
})

test('an early one that somebody resolves stays so while it holds', () => {
  const alerts = engine()
  alerts.look(looks(1, '3?'))
  const byHand = {a1: {resolvedAt: 1.5 * EVERY}}
  expect(alerts.look(looks(1, '3', '3', '3?'), {byHand})).toEqual([])
  expect(alerts.state.groups['[]']).toMatchObject({phase: 'held'})
})

test('an evaluation that was counted is not counted again', () => {
  const alerts = engine({for: '1m'})
  alerts.look(looks(1, '3'))
  expect(alerts.look(looks(1, '3'))).toEqual([])
  expect(alerts.look(looks(2, '3', '0'))).toEqual(['2 opened a1', '3 resolved a1'])
  expect(alerts.look(looks(1, '0', '3', '0'))).toEqual([])
})

test('the state that is given stays as it is', () => {
  const alerts = engine({keep_open_for: '5m'})
  alerts.look(looks(1, '3'))
  const before = JSON.stringify(alerts.state)
  const {state} = alerts
  alerts.look(looks(2, '0', '3?'))
  expect(JSON.stringify(state)).toBe(before)
})

test('a signal that swings makes one notice an incident, live and looked at again', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed)
    const [first, last] = [5, 45]
    const counts: number[] = []
    for (let i = 1; i <= 60; i++) {
      const inside = i >= first && i <= last
      // Never quiet for as long as keep_open_for.
      const must = i === first || i === last || counts.slice(-4).every((count) => count < 3)
      counts.push(inside && (must || random() < 0.4) ? 3 : Math.floor(random() * 3))
    }
    const alerts = engine({keep_open_for: '5m'})
    const told: string[] = []
    let done = 0
    while (done < counts.length) {
      // Final ones, and up to three that are not yet.
      const until = Math.min(counts.length, done + 1 + Math.floor(random() * 4))
      const given = counts.slice(done, until + 3).map((count, i) => `${count}${done + i < until ? '' : '?'}`)
      told.push(...alerts.look(looks(done + 1, ...given)))
      done = until
    }
    const end = counts.lastIndexOf(3) + 1
    expect(told, `signal ${seed}: ${counts.join('')}`).toEqual([`${first} opened a1`, `${end + 6} resolved a1`])
  }
})
