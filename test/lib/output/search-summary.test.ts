import {expect, test} from 'vitest'
import {nothingFound} from '../../../src/lib/output/search-summary.js'

test('of a long query the beginning is shown', () => {
  const screen = {isTerminal: true, width: 80, color: false}
  const told = nothingFound({query: 'word '.repeat(1_000)}, {total: 3, files: true}, screen)
  expect(told).toBe(`nothing found for ${'word '.repeat(40)}… in 3 records`)
})
