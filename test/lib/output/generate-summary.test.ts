import {expect, test} from 'vitest'
import {generateSummary} from '../../../src/lib/output/generate-summary.js'

test('says what was made, over which time, and the seed that makes it again', () => {
  const start = Date.UTC(2026, 0, 1)
  expect(generateSummary({lines: 6000, bytes: 2_400_000, seed: '7', start, end: start + 60_000}, 60)).toBe(
    '6,000 lines   2.4 MB in 60 ms   100,000/s   2026-01-01T00:00:00.000Z to 2026-01-01T00:01:00.000Z   seed 7',
  )
  expect(generateSummary({lines: 1, bytes: 400, seed: 'x', start, end: start + 10}, 60)).toMatch(/^1 line {3}400 B in/)
})
