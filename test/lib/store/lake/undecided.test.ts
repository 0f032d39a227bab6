import {renameSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import type {QueryNode} from '../../../../src/lib/query/query.js'
import {Duck} from '../../../../src/lib/store/lake/duckdb.js'
import {makeItem} from '../../../contracts/store-records.js'
import {tempFolder} from '../../../support/temp-folder.js'
import {findAll, testLake, writeAll} from './open-lake.js'

const word = (text: string): QueryNode => ({kind: 'phrase', words: [text]})
const tag = (value: string): QueryNode => ({
  kind: 'field',
  field: {in: 'attributes', path: 'tag'},
  test: {kind: 'equals', value, quoted: true},
})

test('records without a message that an older logflow stored, without the words of their values, are found', async () => {
  const lake = testLake()
  const store = await lake.open({limits: {onClose: 1}})
  const items = [
    makeItem('app', 0, {message: '', attributes: {status: 'declined'}}),
    makeItem('app', 10, {message: 'declined'}),
    makeItem('app', 20, {message: '', attributes: {declined: 'status'}}),
    makeItem('app', 30, {message: ''}),
  ]
  await writeAll(store, items)
  const path = join(lake.dir, 'sealed', '00000001.parquet')
  const duck = new Duck({memoryLimitMb: 64, threads: 1, tempDir: tempFolder()})
  await duck.rows(`COPY (SELECT * REPLACE (NULL::VARCHAR AS words) FROM '${path}') TO '${path}.old' (FORMAT parquet)`)
  await duck.close()
  renameSync(`${path}.old`, path)
  const older = await lake.open()
  const offsets = async (query: QueryNode) => (await findAll(older, {query})).map(({source}) => source.offset)
  expect(await offsets(word('declined'))).toEqual([0, 10])
  expect(await offsets({kind: 'not', node: word('declined')})).toEqual([20, 30])
  expect(await offsets({kind: 'text-regex', regex: {source: '^stat', ignoreCase: false}})).toEqual([20])
  expect(await older.count({query: word('declined')})).toBe(2)
  expect(await older.aggregate([{query: word('declined')}])).toEqual([[{count: 2, errors: 0}]])
})

test('what columns cannot tell does not cut a short answer shorter, nor put it out of order', async () => {
  const lake = testLake()
  const store = await lake.open({limits: {onClose: 1, records: 250}})
  // Lists in lists: one in ten holds what is asked for, all of them might.
  const items = Array.from({length: 1_500}, (_, i) =>
    makeItem('app', i * 10, {attributes: {tag: [[i % 10 === 0 ? 'wanted' : 'other']]}}, 10),
  )
  await writeAll(store, items, 250)
  const wanted = items.filter((_, i) => i % 10 === 0).map(({record}) => record.id)
  for (const [limit, order] of [
    [5, 'newest'],
    [120, 'oldest'],
    [149, 'newest'],
    [1_000, 'oldest'],
    [Infinity, 'newest'],
  ] as const) {
    const found = (await findAll(store, {query: tag('wanted'), limit, order})).map(({id}) => id)
    const expected = order === 'oldest' ? wanted : wanted.toReversed()
    expect({limit, found}).toEqual({limit, found: expected.slice(0, limit)})
  }
})

test('explain says what DuckDB is asked, and whether that is all', async () => {
  const lake = testLake()
  const store = await lake.open({limits: {onClose: 1}})
  await writeAll(store, [makeItem('app', 0)])
  const id: QueryNode = {
    kind: 'field',
    field: {in: 'record', name: 'raw'},
    test: {kind: 'equals', value: `it's $1`, quoted: true},
  }
  const times = {since: '2026-11-20T00:00:00Z', until: '2026-11-21T00:00:00Z'}
  expect(await store.explain?.({query: id, ...times})).toEqual({
    engine: expect.stringMatching(/^lake 1, DuckDB v/),
    asked: `SELECT * FROM segments\nWHERE time >= ${Date.UTC(2026, 10, 20)}\n  AND time < ${Date.UTC(2026, 10, 21)}\n  AND raw = 'it''s $1'`,
    exact: true,
    notes: ['asked of 1 of 1 segments; times and words rule out the others'],
  })
  expect(await store.explain?.({query: tag('x'), ...times})).toMatchObject({exact: false})
})
