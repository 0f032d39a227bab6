import {expect, test} from 'vitest'
import {aroundRecord} from '../../../src/lib/flows/around-record.js'
import {type ContextOptions, type Group, withContext} from '../../../src/lib/flows/record-context.js'
import type {AskRecords} from '../../../src/lib/flows/search-records.js'
import type {QueryNode} from '../../../src/lib/query/query.js'
import {isAsked} from '../../../src/lib/query/record-filter.js'
import {compareRecords} from '../../../src/lib/record/order.js'
import type {LogRecord} from '../../../src/lib/record/record.js'

/** Two files of twenty lines, one second apart, in turns: a0 b0 a1 b1 … Messages say the same. */
const RECORDS: LogRecord[] = Array.from({length: 40}, (_, i) => {
  const [file, line] = [i % 2 ? 'b' : 'a', Math.floor(i / 2)]
  return {
    id: `${file}${line}`,
    '@timestamp': new Date(Date.UTC(2026, 10, 21, 9, 0, 0) + i * 500 + (line > 15 ? 3_600_000 : 0)).toISOString(),
    observed_timestamp: '2026-11-21T10:00:00.000Z',
    service: file === 'a' ? 'gateway' : 'payment',
    host: line % 2 ? 'web-1' : 'web-2',
    message: `${file}${line}`,
    attributes: {},
    source: {id: file, file: `/${file}.log`, offset: line * 10, format: 'plain'},
  }
})

const ask: AskRecords = async function* ({order, limit, after, ...filter}) {
  const sign = order === 'oldest' ? 1 : -1
  const edge = after && ({'@timestamp': after.time, source: {id: after.source, offset: after.offset}} as LogRecord)
  const found = RECORDS.filter((one) => isAsked(one, filter) && (!edge || compareRecords(one, edge) * sign > 0))
  yield found.sort((a, b) => sign * compareRecords(a, b)).slice(0, limit)
}

const wordsQuery = (words: string[]): QueryNode => ({
  kind: 'or',
  nodes: words.map((word) => ({kind: 'phrase', words: [word]})),
})

/** The groups as text: matches in capitals, groups parted by `--`. `pages` is how many matches come at once. */
async function shown(words: string, options: Partial<ContextOptions>, pageSize = 100): Promise<string> {
  const query = wordsQuery(words.split(' '))
  const sort = options.sort ?? 'oldest'
  const matches = async function* () {
    for await (const page of ask({query, order: sort, limit: 100}))
      for (let at = 0; at < page.length; at += pageSize) yield page.slice(at, at + pageSize)
  }
  let text = ''
  for await (const {records, apart} of withContext(ask, matches(), {
    before: 0,
    after: 0,
    filter: {query},
    sort,
    ...options,
  })) {
    if (apart) text += ' --'
    for (const {id, match} of records) text += ` ${match ? id.toUpperCase() : id}`
  }
  return text.trim()
}

// What is looked for, the options, and what is shown.
const CASES: Array<[string, Partial<ContextOptions>, string]> = [
  ['a5', {before: 2, after: 1}, 'a3 a4 A5 a6'],
  ['a5', {}, 'A5'],
  ['a0', {before: 3, after: 1}, 'A0 a1'],
  ['a19', {before: 1, after: 5}, 'a18 A19'],
  ['a5 a7', {before: 1, after: 1}, 'a4 A5 a6 A7 a8'],
  ['a5 a6', {before: 1, after: 1}, 'a4 A5 A6 a7'],
  ['a5 a8', {before: 1, after: 1}, 'a4 A5 a6 a7 A8 a9'],
  ['a5 a9', {before: 1, after: 1}, 'a4 A5 a6 -- a8 A9 a10'],
  ['a5 a9', {before: 3}, 'a2 a3 a4 A5 a6 a7 a8 A9'],
  ['a5 a9', {after: 3}, 'A5 a6 a7 a8 A9 a10 a11 a12'],
  ['a5 b5', {before: 1, after: 1}, 'a4 A5 a6 -- b4 B5 b6'],
  ['a5 b5 a6', {before: 1, after: 1}, 'a4 A5 A6 a7 -- b4 B5 b6'],
  ['a5', {before: 1, after: 1, by: 'host'}, 'b3 A5 b5'],
  ['a5', {before: 1, after: 1, by: 'service'}, 'a4 A5 a6'],
  ['a15', {before: 1, after: 2}, 'a14 A15 a16 a17'],
  ['a16', {before: 2, after: 1}, 'a14 a15 A16 a17'],
  ['a5', {before: 2, after: 1, sort: 'newest'}, 'a6 A5 a4 a3'],
  ['a5 a9 b2', {before: 1, after: 1, sort: 'newest'}, 'a10 A9 a8 -- a6 A5 a4 -- b3 B2 b1'],
]

test.each(CASES)('%s with %j', async (words, options, expected) => {
  expect(await shown(words, options)).toBe(expected)
})

test('many matches need few questions, whatever the distances', async () => {
  const every = RECORDS.filter(({id}) => id.startsWith('b')).map(({id}) => id)
  let asked = 0
  const counted: AskRecords = (request) => {
    asked++
    return ask(request)
  }
  const query = wordsQuery(every.slice(2, 14))
  const matches = ask({query, order: 'oldest', limit: 100})
  const ids: string[] = []
  const options = {before: 1, after: 1, filter: {query}, sort: 'oldest'} as const
  for await (const {records} of withContext(counted, matches, options)) ids.push(...records.map(({id}) => id))
  expect(ids).toEqual(every.slice(1, 15))
  expect(asked).toBeLessThan(6)
})

test('matches that come page by page: nothing twice, and what goes on goes on', async () => {
  expect(await shown('a5 a7 a8 a15', {before: 1, after: 2}, 1)).toBe('a4 A5 a6 A7 A8 a9 a10 -- a14 A15 a16 a17')
  const every = RECORDS.filter(({id}) => id.startsWith('a')).map(({id}) => id)
  expect(await shown(every.join(' '), {before: 2, after: 2}, 3)).toBe(every.join(' ').toUpperCase())
  const spread = await shown('a2 b2 a6 b6 a11 b11', {before: 2, after: 2}, 2)
  expect(spread.replaceAll(' --', '').toLowerCase().split(' ').sort()).toEqual(
    [...new Set(spread.replaceAll(' --', '').toLowerCase().split(' '))].sort(),
  )
})

async function around(id: string, windowMs: number, limit: number, sort: 'oldest' | 'newest' = 'oldest') {
  const center = RECORDS.find((record) => record.id === id) as LogRecord
  const ids: string[] = []
  for await (const page of aroundRecord(ask, center, {query: {kind: 'all'}, windowMs, limit, sort}))
    ids.push(...page.map(({id: one, match}) => (match ? one.toUpperCase() : one)))
  return ids.join(' ')
}

test('around a record: all within the window, or the nearest, in either order', async () => {
  expect(await around('a5', 1_000, Number.POSITIVE_INFINITY)).toBe('a4 b4 A5 b5 a6')
  expect(await around('a5', 1_000, Number.POSITIVE_INFINITY, 'newest')).toBe('a6 b5 A5 b4 a4')
  expect(await around('a5', 60_000, 3)).toBe('b4 A5 b5')
  expect(await around('a0', 60_000, 4)).toBe('A0 b0 a1 b1')
  expect(await around('a5', 60_000, 1)).toBe('A5')
  expect(await around('a5', 0, Number.POSITIVE_INFINITY)).toBe('A5')
})

test('groups hold whole records', async () => {
  const groups: Group[] = []
  const query = wordsQuery(['b3'])
  const matches = ask({query, order: 'oldest', limit: 1})
  for await (const group of withContext(ask, matches, {before: 0, after: 0, filter: {query}, sort: 'oldest'}))
    groups.push(group)
  expect(groups).toEqual([{records: [{...RECORDS[7], match: true}], apart: false}])
})
