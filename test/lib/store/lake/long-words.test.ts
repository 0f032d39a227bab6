import {expect, test} from 'vitest'
import type {QueryNode} from '../../../../src/lib/query/query.js'
import {makeItem} from '../../../contracts/store-records.js'
import {testLake, writeAll} from './open-lake.js'

// Words are cut at 1,024 characters before they are compared, also where SQL compares them: messages with longer ones
// are found out in time that grows with their length alone. Counted by a regular expression they took 30 ms each.

const MESSAGES = 2_000

test('words with wildcards in thousands of messages with words too long', async () => {
  const store = await testLake().open({})
  const items = Array.from({length: MESSAGES}, (_, i) =>
    makeItem('app', i * 2_000, {message: `${'x'.repeat(i % 2 ? 1_100 : 900)}y order`}, 2_000),
  )
  await writeAll(store, items, 500)
  const query: QueryNode = {kind: 'wild-word', pattern: ['xxx', {any: 'many'}, 'y']}
  expect(await store.count({query})).toBe(MESSAGES / 2)
}, 20_000)
