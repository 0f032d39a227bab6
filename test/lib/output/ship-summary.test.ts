import {expect, test} from 'vitest'
import {storedSummary} from '../../../src/lib/output/ship-summary.js'

test('what retention took before it was read, and what others processed, is said where it is any', () => {
  const counts = {read: 1_002, stored: 1_000, alreadyThere: 1, deadLettered: 1}
  expect(storedSummary({...counts, missed: 0, elsewhere: 0})).toBe(
    'stored 1,000   already there 1   dead letters 1   dropped 0',
  )
  expect(storedSummary({...counts, missed: 7})).toBe(
    'stored 1,000   already there 1   dead letters 1   dropped 0   missed 7',
  )
  expect(storedSummary({...counts, elsewhere: 3})).toMatch(/dropped 0 {3}by another process 3$/)
})
