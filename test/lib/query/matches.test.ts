import {expect, test} from 'vitest'
import {matches} from '../../../src/lib/query/matches.js'
import {parseQuery} from '../../../src/lib/query/parse-query.js'
import type {LogRecord} from '../../../src/lib/record/record.js'

const record: LogRecord = {
  id: 's-0-00000000',
  '@timestamp': '2026-11-21T09:41:07.118Z',
  observed_timestamp: '2026-11-21T09:41:08.000Z',
  level: 'WARN',
  service: 'Payment',
  message: 'Card declined: ord_83a1 (attempt 2) für ÉTÉ, card lost',
  trace_id: '4bf92f35',
  attributes: {},
  source: {id: 's', offset: 0, format: 'json'},
}

const CASES: Array<[string, boolean]> = [
  ['', true],
  ['card', true],
  ['CARD', true],
  ['car', false],
  ['"card declined"', true],
  ['"declined card"', false],
  ['"card lost"', true],
  ['ord_83a1', true],
  ['83a1', false],
  ['été', true],
  ['für', true],
  ['service:payment', true],
  ['service:PAYMENT', true],
  ['trace_id:4BF92F35', false],
  ['trace_id:4bf92f35', true],
  ['level:warn', true],
  ['level>=error', false],
  ['-level>=error', true],
  ['host:web', false],
  ['NOT host:web', true],
  ['card (lost OR found)', true],
  ['card lost -declined', false],
]

test.each(CASES)('%s → %s', (query, expected) => {
  expect(matches(parseQuery(query), record)).toBe(expected)
})

test('a record without a level matches no level, not even the lowest', () => {
  const {level: _, ...plain} = record
  expect(matches(parseQuery('level>=trace'), plain)).toBe(false)
  expect(matches(parseQuery('NOT level:info'), plain)).toBe(true)
})
