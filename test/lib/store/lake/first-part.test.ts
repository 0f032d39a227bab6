import {expect, test} from 'vitest'
import {parseQuery} from '../../../../src/lib/query/parse-query.js'
import {makeItem} from '../../../contracts/store-records.js'
import {findAll, testLake, writeAll} from './open-lake.js'

// A search among few looks at the first part of a segment before the rest: at parts that begin and end within one
// millisecond, too, each record is found once.

const RECORDS = 26_000
const SAME_TIME = 9_000
const items = Array.from({length: RECORDS}, (_, i) =>
  makeItem(
    'app',
    i * 10,
    {
      '@timestamp': new Date(Date.UTC(2026, 10, 20) + Math.floor(i / SAME_TIME)).toISOString(),
      message: i % 100 === 7 ? `rare ${i}` : `line ${i}`,
    },
    10,
  ),
)

test('what is found by parts of a segment is found once', async () => {
  const lake = testLake()
  await writeAll(await lake.open({limits: {onClose: 1}}), items, 5_000)
  const store = await lake.open()
  const rare = items.filter(({record}) => record.message.startsWith('rare')).map(({record}) => record.id)
  const asked: Array<[query: string, all: string[]]> = [
    ['rare', rare],
    ['/rare/', rare],
    ['rare OR line', items.map(({record}) => record.id)],
    ['*', items.map(({record}) => record.id)],
  ]
  for (const [text, all] of asked) {
    for (const limit of [50, 200, 1_000]) {
      const query = parseQuery(text)
      const newest = (await findAll(store, {query, limit, order: 'newest'})).map(({id}) => id)
      expect({text, limit, newest}).toEqual({text, limit, newest: all.slice(-limit).reverse()})
      const oldest = (await findAll(store, {query, limit, order: 'oldest'})).map(({id}) => id)
      expect({text, limit, oldest}).toEqual({text, limit, oldest: all.slice(0, limit)})
    }
  }
}, 60_000)
