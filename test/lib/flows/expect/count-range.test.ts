import {expect, test} from 'vitest'
import {countText, parseCount} from '../../../../src/lib/flows/expect/count-range.js'

test.each([
  ['3', 'exactly 3'],
  ['=3', 'exactly 3'],
  ['== 3', 'exactly 3'],
  ['>=1', 'at least 1'],
  ['>0', 'at least 1'],
  ['<=2', 'at most 2'],
  ['<5', 'at most 4'],
  ['2..4', '2 to 4'],
  ['0', 'none'],
])('%s means %s', (text, said) => {
  expect(countText(parseCount(text))).toBe(said)
})

test.each(['', 'many', '-1', '1.5', '4..2', '<0', '>=0', '>=99999999999999999999'])('%j is refused', (text) => {
  expect(() => parseCount(text)).toThrowError(expect.objectContaining({code: 'USAGE'}))
})
