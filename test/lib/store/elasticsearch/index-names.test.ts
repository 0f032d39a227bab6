import {expect, test} from 'vitest'
import {indexFor, indexNamer} from '../../../../src/lib/store/elasticsearch/index-names.js'
import type {Period} from '../../../../src/lib/store/elasticsearch/settings.js'

test.each<[Period, string, string]>([
  ['none', '2026-11-21T09:00:00.000Z', 'logflow-all'],
  ['year', '2026-11-21T09:00:00.000Z', 'logflow-2026'],
  ['month', '2026-11-21T09:00:00.000Z', 'logflow-2026-11'],
  ['day', '2026-11-21T09:00:00.000Z', 'logflow-2026-11-21'],
  ['week', '2026-11-21T09:00:00.000Z', 'logflow-2026-w47'],
  ['week', '2026-01-01T00:00:00.000Z', 'logflow-2026-w01'],
  ['week', '2027-01-01T00:00:00.000Z', 'logflow-2026-w53'],
  ['week', '2024-12-30T00:00:00.000Z', 'logflow-2025-w01'],
  ['week', '2023-01-01T23:59:59.999Z', 'logflow-2022-w52'],
  ['month', '1970-01-01T00:00:00Z', 'logflow-1970-01'],
  ['month', '2261-12-31T23:59:59.999999999Z', 'logflow-2261-12'],
  ['day', '2024-02-29T00:00:00.123456Z', 'logflow-2024-02-29'],
])('an index a %s: %s lies in %s', (period, time, index) => {
  expect(indexFor('logflow', period, time)).toBe(index)
  expect(indexNamer('logflow', period)(time)).toBe(index)
})

test.each([
  '1969-12-31T23:59:59.999Z',
  '2262-01-01T00:00:00.000Z',
  '2026-13-01T00:00:00.000Z',
  '2026-02-29T00:00:00.000Z',
  '2026-11-31T00:00:00.000Z',
  '2026-11-21T24:00:00.000Z',
  '2026-11-21T09:60:00.000Z',
  '2026-11-21T09:00:60.000Z',
  '2026-11-21T09:00:00.0000000000Z',
  '2026-11-21T09:00:00.000+01:00',
  '2026-11-21T09:00:00.000',
  '2026-11-21 09:00:00.000Z',
  '2026-11-21T09:00:00.000Z/../x',
  '1763715600000',
  '',
])('%s names no index, whatever came before', (time) => {
  const name = indexNamer('logflow', 'day')
  expect(name(time)).toBeUndefined()
  expect(name('2026-11-21T09:00:00.000Z')).toBe('logflow-2026-11-21')
  expect(name(time)).toBeUndefined()
})

test('a run of times may leave the day and come back', () => {
  const name = indexNamer('logflow', 'day')
  const times = ['2026-11-20T23:59:59.999Z', '2026-11-21T00:00:00.000Z', '2026-11-20T00:00:00Z', '2025-11-20T00:00:00Z']
  expect(times.map(name)).toEqual([
    'logflow-2026-11-20',
    'logflow-2026-11-21',
    'logflow-2026-11-20',
    'logflow-2025-11-20',
  ])
})
