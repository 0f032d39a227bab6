import {expect, test} from 'vitest'
import {durationOf, parseDuration} from '../../../src/lib/record/duration.js'

test.each([
  ['12ms', 12],
  ['1.5s', 1500],
  ['1.5 s', 1500],
  ['250µs', 0.25],
  ['250us', 0.25],
  ['1m2.5s', 62_500],
  ['1h', 3_600_000],
  ['800ns', 0.0008],
  ['2 seconds', 2000],
  ['00:00:01.5', 1500],
  ['12', undefined],
  ['fast', undefined],
  ['12 parsecs', undefined],
  ['-5ms', undefined],
  ['', undefined],
  ['5ms and more', undefined],
  ['1constructor', undefined],
  [`${'9'.repeat(38)}h`, 3.6e44],
])('%s', (text, ms) => {
  expect(parseDuration(text, undefined)).toBe(ms)
})

test('a bare number takes the unit of its field', () => {
  expect(parseDuration('1500', 'us')).toBe(1.5)
  expect(parseDuration('0.25', 's')).toBe(250)
  expect(durationOf(1_500_000, 'ns')).toBe(1.5)
  expect(durationOf(0.1, 'ms')).toBe(0.1)
  expect(durationOf(-1, 'ms')).toBeUndefined()
  expect(durationOf(Number.NaN, 's')).toBeUndefined()
  expect(durationOf(1e308, 's')).toBeUndefined()
  expect(parseDuration('1e308', 's')).toBeUndefined()
})
