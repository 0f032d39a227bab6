import {expect, test} from 'vitest'
import {advance} from '../../../src/lib/alerts/advance.js'
import {firstState} from '../../../src/lib/alerts/begin-state.js'
import {readRule} from '../../../src/lib/alerts/check-rule.js'
import {planLooks} from '../../../src/lib/alerts/plan.js'
import {Aggregator} from '../../../src/lib/metrics/aggregator.js'
import {makeItem} from '../../contracts/store-records.js'

const T0 = Date.UTC(2026, 0, 1)

test('a burst opens an alert, and its end resolves it', () => {
  const rule = readRule({name: 'errors', threshold: 2, time_window: '1m'})
  const times = [61, 62, 63, 64, 200].map((s) => new Date(T0 + s * 1_000).toISOString())
  const range = {from: T0, to: T0 + 300_000, finalUntil: T0 + 300_000}
  const plan = planLooks(rule, range)
  const aggregator = new Aggregator(plan.questions)
  for (const [i, time] of times.entries()) aggregator.add(makeItem('s', i, {'@timestamp': time}).record)
  const looks = plan.looks(aggregator.answers())
  expect(looks.map(({values}) => values.get('[]')?.value)).toEqual([0, 4, 0, 1, 0])
  let id = 0
  const {state, events} = advance({
    rule,
    state: firstState(T0),
    looks,
    silences: [],
    byHand: new Map(),
    newId: () => `a${++id}`,
  })
  expect(events).toEqual([
    {kind: 'opened', alert: 'a1', group: '[]', at: T0 + 120_000, value: 4, silenced: false},
    {kind: 'resolved', alert: 'a1', group: '[]', at: T0 + 180_000, value: 0, silenced: false},
  ])
  expect(state).toEqual({until: T0 + 300_000, groups: {}, early: {}})
})
