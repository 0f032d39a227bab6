import {expect, test} from 'vitest'
import {formatCursor, readCursor} from '../../../src/lib/flows/search-cursor.js'
import {type AskRecords, type SearchOptions, searchRecords} from '../../../src/lib/flows/search-records.js'
import {compareRecords} from '../../../src/lib/record/order.js'
import type {LogRecord} from '../../../src/lib/record/record.js'

/** Records of two files; every third shares its time with others, and two share even their place. */
const RECORDS: LogRecord[] = Array.from({length: 60}, (_, i) => record(`s${i % 2}`, i, Math.floor(i / 3)))
RECORDS.push({...(RECORDS[30] as LogRecord), id: 'cut', message: 'the same line, cut off'})
RECORDS.sort(compareRecords)

function record(source: string, offset: number, ms: number): LogRecord {
  return {
    id: `${source}-${offset}`,
    '@timestamp': `2026-11-21T09:41:07.${String(ms).padStart(3, '0')}${ms % 2 ? '000001' : ''}Z`,
    observed_timestamp: '2026-11-21T10:00:00.000Z',
    message: `line ${offset}`,
    attributes: {},
    source: {id: source, offset, format: 'plain'},
  }
}

/** What a store does, in pages of seven. */
const ask: AskRecords = async function* ({order, limit, after}) {
  const sorted = order === 'oldest' ? RECORDS : [...RECORDS].reverse()
  const edge = after && {...record(after.source, after.offset, 0), '@timestamp': after.time}
  const left = sorted.filter((one) => !edge || compareRecords(one, edge) * (order === 'oldest' ? 1 : -1) > 0)
  const given = left.slice(0, limit)
  for (let at = 0; at < given.length; at += 7) yield given.slice(at, at + 7)
}

const QUERY = {kind: 'all'} as const

async function answered(options: Omit<SearchOptions, 'query'>, signal?: AbortSignal) {
  const answer = searchRecords(ask, {query: QUERY, ...options}, signal)
  const ids: string[] = []
  for await (const page of answer.pages) ids.push(...page.map(({id}) => id))
  return {ids, rest: answer.rest()}
}

const ALL = RECORDS.map(({id}) => id)

test.each([1, 2, 7, 8, 13, 60, 61, 62])('in pieces of %i, everything comes once, in both orders', async (limit) => {
  for (const sort of ['oldest', 'newest'] as const) {
    let got: string[] = []
    let going: SearchOptions['going']
    for (let piece = 0; piece === 0 || going; piece++) {
      const {ids, rest} = await answered({limit, sort, ...(going ? {going} : {})})
      expect(ids.length).toBe(Math.min(limit, ALL.length - got.length))
      got = sort === 'oldest' ? [...ids, ...got] : [...got, ...ids]
      // As text and back, as from one run to the next.
      going = rest && readCursor(formatCursor({going: rest, beganMs: 0}, 'the same'), 'the same').going
    }
    expect(got).toEqual(sort === 'oldest' ? ALL : [...ALL].reverse())
  }
})

test('all of them leave nothing to go on with; all of them ended early do', async () => {
  expect(await answered({limit: Number.POSITIVE_INFINITY, sort: 'oldest'})).toEqual({ids: ALL, rest: undefined})
  const stop = new AbortController()
  const answer = searchRecords(ask, {query: QUERY, limit: Number.POSITIVE_INFINITY, sort: 'oldest'}, stop.signal)
  const first: string[] = []
  for await (const page of answer.pages) {
    first.push(...page.map(({id}) => id))
    stop.abort()
  }
  const going = answer.rest()
  expect(first).toEqual(ALL.slice(0, 7))
  const rest = await answered({limit: Number.POSITIVE_INFINITY, sort: 'oldest', ...(going ? {going} : {})})
  expect([...first, ...rest.ids]).toEqual(ALL)
})

test('a cursor holds its place and times to the nanosecond, and is short', () => {
  const going = {
    order: 'oldest',
    place: {time: '2026-11-21T09:41:07.118900123Z', source: '3k9x0v2m1qzt', offset: 2 ** 40 + 1},
    seen: [1, 2 ** 32 - 1],
  } as const
  const cursor = {going, beganMs: Date.UTC(2026, 10, 21, 9, 41, 7, 118)}
  const text = formatCursor(cursor, ['error', null])
  expect(readCursor(text, ['error', null])).toEqual(cursor)
  expect(text).toMatch(/^[\w-]{60,100}$/)
})

test('a cursor of another search, a damaged one and none at all are refused', () => {
  const going = {order: 'newest', place: {time: '2026-11-21T09:41:07.118Z', source: 's', offset: 7}, seen: []} as const
  const text = formatCursor({going, beganMs: 1}, ['error'])
  expect(() => readCursor(text, ['warn'])).toThrow('belongs to another search')
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'A' ? 'B' : 'A'
    expect(() => readCursor(text.slice(0, at) + other + text.slice(at + 1), ['error'])).toThrow(/^the cursor /)
  }
  for (const none of ['', 'x', text.slice(1), text.slice(0, -4), `${text}AAAA`, '\u0000', 'cursor: abc'])
    expect(() => readCursor(none, ['error'])).toThrow('the cursor is none, or not whole')
})
