import {expect, test} from 'vitest'
import {NewestRecords} from '../../../src/lib/flows/newest-records.js'
import type {LogRecord} from '../../../src/lib/record/record.js'

const record = (n: number): LogRecord => ({
  id: `id${n}`,
  '@timestamp': new Date(n * 1_000).toISOString(),
  observed_timestamp: '2026-11-21T09:41:00.000Z',
  host: 'web',
  message: `number ${n}`,
  attributes: {},
  source: {id: 'app', offset: n, format: 'plain'},
})
const numbersOf = (newest: NewestRecords) => newest.inOrder().map(({source}) => source.offset)

test('the newest by event time, oldest first, each once, in whatever order they came', () => {
  const newest = new NewestRecords(5)
  // 7 and 5,000 have no common divisor: every number once, far from in order.
  for (let i = 0; i < 5_000; i++) newest.add(record((i * 7) % 5_000))
  for (let i = 4_990; i < 5_000; i++) newest.add(record(i))
  expect(numbersOf(newest)).toEqual([4_995, 4_996, 4_997, 4_998, 4_999])
})

test('fewer than asked for are all of them, and none are none', () => {
  const some = new NewestRecords(5)
  for (const n of [2, 1, 2]) some.add(record(n))
  expect(numbersOf(some)).toEqual([1, 2])
  const none = new NewestRecords(0)
  none.add(record(1))
  expect(numbersOf(none)).toEqual([])
})
