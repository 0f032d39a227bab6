import {expect, test} from 'vitest'
import {readRule} from '../../../src/lib/alerts/check-rule.js'
import type {Look} from '../../../src/lib/alerts/look.js'
import {planLooks} from '../../../src/lib/alerts/plan.js'
import {Aggregator} from '../../../src/lib/metrics/aggregator.js'
import {fakeItems} from '../../contracts/store-records.js'
import {testLake, writeAll} from '../store/lake/open-lake.js'

const LAST = Math.max(...fakeItems().map(({record}) => Date.parse(record['@timestamp'])))

const RULES = [
  {measure: 'count'},
  {measure: 'count', query: 'card OR level:error', group_by: ['service']},
  {query: 'level>=warn', measure: 'ratio', group_by: ['host', 'level']},
  {measure: 'count', condition: 'less_than', threshold: 3, group_by: ['service'], services: ['payment', 'unheard-of']},
  {measure: 'no_data', group_by: ['environment', 'trace_id', 'error.name']},
  {measure: 'spike', time_window: '40s', group_by: ['service', 'message']},
  {measure: 'new_pattern', time_window: '20s', baseline: '1m'},
  {measure: 'new_pattern', time_window: '20s', baseline: '1m', group_by: ['service', 'level']},
].map((fields) =>
  readRule({
    name: 'r',
    ...(fields.measure !== 'no_data' && {threshold: 2}),
    time_window: '1m',
    every: '20s',
    ...fields,
  }),
)

test('on a lake evaluations find what the meaning says', async () => {
  const items = fakeItems()
  const store = await testLake().open({limits: {records: 150, onClose: 100_000}})
  await writeAll(store, items, 100)
  for (const [i, rule] of RULES.entries()) {
    // Many evaluations, and for some rules a single one.
    const [from, to] = i % 3 === 1 ? [LAST, LAST + rule.everyMs] : [LAST - 300_000, LAST + 60_000]
    const plan = planLooks(rule, {from, to, finalUntil: to})
    const meaning = new Aggregator(plan.questions)
    for (const {record} of items) meaning.add(record)
    const found = plan.looks(await store.aggregate(plan.questions))
    expect(found.map(plain), JSON.stringify(rule)).toEqual(plan.looks(meaning.answers()).map(plain))
    expect(
      found.some(({values}) => values.size > 0),
      JSON.stringify(rule),
    ).toBe(true)
  }
})

/** Groups in the order of their keys. */
function plain({at, values}: Look): unknown {
  return {at, values: [...values].sort(([a], [b]) => (a < b ? -1 : 1))}
}
