import {existsSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {matches} from '../../../../src/lib/query/matches.js'
import type {QueryNode} from '../../../../src/lib/query/query.js'
import {compareRecords} from '../../../../src/lib/record/order.js'
import {makeItem} from '../../../contracts/store-records.js'
import {seededRandom} from '../../../support/random.js'
import {numberedItem, numberOf} from './numbered-items.js'
import {findAll, testLake, writeAll} from './open-lake.js'

test('readers see one whole answer while segments are filled, sealed and removed under them', async () => {
  const lake = testLake()
  let clock = Date.now()
  // Each look at the clock is an hour later: replaced files are removed at the next chance, under their readers.
  const store = await lake.open({now: () => (clock += 3_600_000), limits: {records: 400, merge: Infinity}})
  const writer = await store.openWriter()
  let stored = 0
  let writing = true
  const problems: string[] = []
  const read = async (order: 'oldest' | 'newest') => {
    const reader = await lake.open()
    for (let answers = 0; writing || answers === 0; answers++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const before = stored
      const numbers = (await findAll(reader, {order})).map(numberOf)
      const inOrder = [...new Set(numbers)].sort((a, b) => a - b)
      if (inOrder.length !== numbers.length) problems.push('a record came twice')
      // One that goes on from a new manifest may miss what came into times it has passed, never what was there.
      const there = new Set(numbers)
      const missing = Array.from({length: before}, (_, i) => i).filter((i) => !there.has(i))
      if (missing.length > 0) problems.push(`${missing.length} of ${before} are missing`)
    }
  }
  const readers = Promise.all([read('oldest'), read('newest')])
  for (let from = 0; from < 8_000; from += 200) {
    await writer.write({items: Array.from({length: 200}, (_, i) => numberedItem(from + i)), positions: []})
    stored = from + 200
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await writer.close()
  writing = false
  await readers
  expect(problems).toEqual([])
  expect(readdirSync(join(lake.dir, 'hot')).length).toBeLessThanOrEqual(2)
}, 120_000)

test('newest first is exact with times shuffled over all segments', async () => {
  const random = seededRandom(5)
  const items = Array.from({length: 4_000}, (_, i) => {
    const time = new Date(Date.UTC(2026, 10, 20) + Math.floor(random() * 1_000) * 1_000).toISOString()
    return makeItem(`s${i % 4}`, i * 10, {'@timestamp': time, level: random() < 0.02 ? 'ERROR' : 'INFO'}, 10)
  })
  const lake = testLake()
  const store = await lake.open({limits: {records: 200, onClose: 1, merge: Infinity}})
  await writeAll(store, items, 200)
  expect((await store.status()).parts).toEqual({hot: 0, sealed: 20})
  const queries: QueryNode[] = [{kind: 'all'}, {kind: 'level', levels: ['ERROR']}]
  for (const query of queries) {
    const expected = items
      .map(({record}) => record)
      .filter((record) => matches(query, record))
      .sort(compareRecords)
    for (const limit of [1, 10, 50, 300]) {
      const oldest = await findAll(store, {query, limit})
      expect(oldest.map(({id}) => id)).toEqual(expected.slice(0, limit).map(({id}) => id))
      const newest = await findAll(store, {query, limit, order: 'newest'})
      expect(newest.map(({id}) => id)).toEqual(
        expected
          .slice(-limit)
          .reverse()
          .map(({id}) => id),
      )
    }
  }
})

test('segments that cannot hold an answer are not opened', async () => {
  const lake = testLake()
  const opened: string[] = []
  const store = await lake.open({
    limits: {records: 300, onClose: 1, merge: Infinity},
    onDamage: ({file}) => opened.push(file),
  })
  await writeAll(
    store,
    Array.from({length: 3_000}, (_, i) => numberedItem(i)),
    300,
  )
  const oldest = join(lake.dir, 'sealed', '00000001.parquet')
  expect(existsSync(oldest)).toBe(true)
  writeFileSync(oldest, 'not Parquet at all')
  const newest = await findAll(store, {order: 'newest', limit: 20})
  expect(newest.map(numberOf)).toEqual(Array.from({length: 20}, (_, i) => 2_999 - i))
  expect(await store.count({query: {kind: 'all'}, since: '2026-11-20T00:00:05Z'})).toBeGreaterThan(0)
  expect(opened).toEqual([])
  expect((await findAll(store, {limit: 5_000})).length).toBe(2_700)
  expect(opened).toEqual([oldest])
})

test('the same place twice, cut off and whole, is two records', async () => {
  const lake = testLake()
  const store = await lake.open({limits: {onClose: 1, merge: Infinity}})
  const cut = makeItem('app', 0, {message: 'half a li'}, 9)
  const whole = makeItem('app', 0, {message: 'half a line'}, 12)
  whole.key = {...whole.key, crc: 7}
  whole.record = {...whole.record, id: 'app-0-00000007'}
  await writeAll(store, [cut], 1)
  await writeAll(store, [whole], 1)
  for (const limit of [10, 10_000]) {
    expect((await findAll(store, {limit})).map(({id}) => id).sort()).toEqual([cut.record.id, whole.record.id].sort())
    const line = await findAll(store, {limit, query: {kind: 'phrase', words: ['line']}})
    expect(line.map(({id}) => id)).toEqual([whole.record.id])
  }
  expect((await store.get('app-0-00000007'))?.message).toBe('half a line')
})
