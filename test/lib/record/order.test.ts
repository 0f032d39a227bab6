import {expect, test} from 'vitest'
import {compareTimes} from '../../../src/lib/record/order.js'

test.each([
  ['2026-11-21T09:41:07.118Z', '2026-11-21T09:41:07.118500Z', -1],
  ['2026-11-21T09:41:07.118Z', '2026-11-21T09:41:07.118000000Z', 0],
  ['2026-11-21T09:41:07Z', '2026-11-21T09:41:06.999999999Z', 1],
  ['2026-11-21T09:41:07.118Z', '2026-11-21T09:41:07.119Z', -1],
])('%s against %s', (a, b, sign) => {
  expect(compareTimes(a, b)).toBe(sign)
})
