import {expect, test} from 'vitest'
import {parseSpan, parseTime} from '../../../src/lib/query/parse-time.js'

const NOW = new Date('2026-11-21T09:41:07.118Z')

test.each([
  ['15m', '2026-11-21T09:26:07.118Z'],
  ['1h30m', '2026-11-21T08:11:07.118Z'],
  ['2d', '2026-11-19T09:41:07.118Z'],
  ['250ms', '2026-11-21T09:41:06.868Z'],
  ['now', '2026-11-21T09:41:07.118Z'],
  ['2026-11-20T01:02:03Z', '2026-11-20T01:02:03.000Z'],
  ['2026-11-20T01:02:03.123456789+02:00', '2026-11-19T23:02:03.123456789Z'],
  ['2026-11-20 01:02:03,5-0530', '2026-11-20T06:32:03.500Z'],
  ['@1763715600', '2025-11-21T09:00:00.000Z'],
])('%s', (text, expected) => {
  expect(parseTime(text, NOW)).toBe(expected)
})

test('days are local days', () => {
  const midnight = new Date(NOW)
  midnight.setHours(0, 0, 0, 0)
  expect(parseTime('today', NOW)).toBe(midnight.toISOString())
  midnight.setDate(midnight.getDate() - 1)
  expect(parseTime('yesterday', NOW)).toBe(midnight.toISOString())
  expect(parseTime('2026-11-20', NOW)).toBe(new Date(2026, 10, 20).toISOString())
})

test.each(['', 'soon', '15', '15 minutes', '2026-13-01', '2026-02-30', '2026-11-20T25:00:00Z', '-5m'])(
  'refuses %s',
  (text) => {
    expect(() => parseTime(text, NOW)).toThrow(`"${text}" is no time`)
  },
)

test('a span is given in milliseconds', () => {
  expect(parseSpan('1m30s')).toBe(90_000)
  expect(parseSpan('soon')).toBeUndefined()
})
