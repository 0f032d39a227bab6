import {expect, test} from 'vitest'
import {advance} from '../../../../src/lib/alerts/advance.js'
import {firstState} from '../../../../src/lib/alerts/begin-state.js'
import {readRule} from '../../../../src/lib/alerts/check-rule.js'
import type {WrittenRule} from '../../../../src/lib/alerts/rule.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {lookAt, nextLookAt} from '../../../../src/lib/flows/alerts/look.js'
import {replay} from '../../../../src/lib/flows/alerts/replay.js'
import type {Question} from '../../../../src/lib/metrics/question.js'
import {makeItem} from '../../../contracts/store-records.js'
import {memoryStore} from '../../../support/memory-store.js'

const START = Date.parse('2026-01-01T00:00:00Z')
const MINUTE = 60_000

/** A record every 10 s for 5 minutes from 00:10 on. */
function burst() {
  const store = memoryStore()
  for (let i = 0; i < 30; i++) {
    const at = new Date(START + 10 * MINUTE + i * 10_000).toISOString()
    store.add(makeItem('app', i * 10, {'@timestamp': at, level: 'ERROR', service: 'payment'}))
  }
  return store
}

function rule(written: Partial<WrittenRule> = {}) {
  return readRule({name: 'errors', query: 'level:error', threshold: 4, time_window: '1m', ...written})
}

test('a replay finds the minutes in which the condition held, as often as it is made', async () => {
  const once = await replay(burst(), rule(), {since: START, until: START + 60 * MINUTE})
  expect(once.events.map(({kind, at}) => [kind, (at - START) / MINUTE])).toEqual([
    ['opened', 11],
    ['resolved', 16],
  ])
  expect(await replay(burst(), rule(), {since: START, until: START + 60 * MINUTE})).toEqual(once)
})

test('a long past is replayed in parts, and as in one', async () => {
  const written = {every: '1s', time_window: '1m'}
  const {events} = await replay(burst(), rule(written), {since: START, until: START + 120 * MINUTE})
  expect(events.map(({kind, at}) => [kind, (at - START) / 1_000])).toEqual([
    ['opened', 641],
    ['resolved', 911],
  ])
})

test('however long lateness is, the newest evaluations are made at once, and a look comes to its end', async () => {
  const store = burst()
  const late = rule({every: '1s', time_window: '1m', lateness: '1d'})
  const now = START + 11 * MINUTE
  let state = firstState(now - 2 * 86_400_000)
  const openings: number[] = []
  for (let looks = 0, more = true; more; looks++) {
    expect(looks).toBeLessThan(1_000)
    const found = (await lookAt(store, [{rule: late, state}], now)).get(0)
    if (found === undefined || 'failed' in found) throw new Error('not looked at')
    const went = advance({rule: late, state, looks: found.looks, silences: [], byHand: new Map(), newId: () => 'a'})
    openings.push(...went.events.map(({at}) => at))
    state = went.state
    more = found.more
  }
  expect(state.until).toBe(now - 86_400_000)
  expect(openings).toEqual([START + 641_000])
})

test('rules that ask the same are answered by one question', async () => {
  const store = burst()
  const rules = [4, 5, 6].map((threshold) => ({rule: rule({threshold}), state: firstState(START)}))
  const looked = await lookAt(store, rules, START + 30 * MINUTE)
  expect(store.asked.length).toBe(1)
  expect(looked.size).toBe(3)
  for (const found of looked.values()) expect(found).toMatchObject({more: false})
})

test('a rule that the store refuses fails alone, whichever way it is refused', async () => {
  for (const throwing of [false, true]) {
    const store = burst()
    store.refuse = ({query}: Question) => {
      if (!JSON.stringify(query).includes('unlucky')) return undefined
      const error = new LogflowError('OUT_OF_MEMORY', 'too much to count')
      if (throwing) throw error
      return error
    }
    const rules = ['', 'unlucky', '', ''].map((text, i) => ({
      rule: rule({query: `level:error ${text}`, threshold: i}),
      state: firstState(START),
    }))
    const looked = await lookAt(store, rules, START + 30 * MINUTE)
    expect([...looked].sort(([a], [b]) => a - b).map(([, found]) => 'failed' in found && found.failed)).toEqual([
      false,
      'too much to count',
      false,
      false,
    ])
  }
})

test('what is too much to ask at once is asked in shorter stretches', async () => {
  const store = burst()
  store.refuse = ({since = '', until = ''}: Question) =>
    Date.parse(until) - Date.parse(since) > 10 * MINUTE
      ? new LogflowError('OUT_OF_MEMORY', 'more than 10,000 groups')
      : undefined
  const {events} = await replay(store, rule(), {since: START, until: START + 60 * MINUTE})
  expect(events.map(({kind, at}) => [kind, (at - START) / MINUTE])).toEqual([
    ['opened', 11],
    ['resolved', 16],
  ])
})

test('a store that is away fails every rule without being asked for each', async () => {
  const store = burst()
  let asked = 0
  store.refuse = () => {
    asked++
    throw new LogflowError('STORE_UNREACHABLE', 'no answer', {retriable: true})
  }
  const rules = [1, 2, 3].map((threshold) => ({rule: rule({query: `q${threshold}`}), state: firstState(START)}))
  const looked = await lookAt(store, rules, START + 30 * MINUTE)
  expect([...looked.values()]).toMatchObject(rules.map(() => ({failed: 'no answer'})))
  expect(asked).toBe(1)
})

test('the next look is at the next evaluation, or as one becomes final', () => {
  expect(nextLookAt(rule({lateness: '1m'}), START + 1)).toBe(START + MINUTE)
  expect(nextLookAt(rule({lateness: '10s'}), START + 1)).toBe(START + 10_000)
  expect(nextLookAt(rule({lateness: '10s'}), START + 10_000)).toBe(START + MINUTE)
  expect(nextLookAt(rule({lateness: '10s', condition: 'less_than'}), START + 10_000)).toBe(START + 70_000)
})
