import {expect, test} from 'vitest'
import {compareRows} from './compare.js'
import {lineOf} from './lines.js'

const row = (number: number, id = `s-${number}`) => ({id, message: lineOf(number).trimEnd()})

test('what is missing, double or foreign is found', () => {
  expect(compareRows([row(0), row(1), row(2)], 3)).toEqual({stored: 3, lost: [], doubled: [], strange: []})
  expect(compareRows([row(0), row(2)], 3)).toMatchObject({lost: [1]})
  expect(compareRows([row(0), row(1), row(1, 'other')], 2)).toMatchObject({lost: [], doubled: [1]})
  expect(compareRows([row(0), row(1, 's-0')], 2)).toMatchObject({lost: [], doubled: ['s-0']})
  expect(compareRows([row(0), row(7), {id: 'x', message: 'torn li'}], 1).strange).toHaveLength(2)
})
