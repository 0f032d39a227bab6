import {expect, test} from 'vitest'
import {foldMessages} from '../../../src/lib/metrics/messages.js'

const GROUPS = [
  {key: 'upstream reset', count: 9, errors: 9},
  {key: 'card declined for order 17', count: 4, errors: 4},
  {key: 'card declined for order 18', count: 4, errors: 4},
  {key: 'card declined for order 19', count: 3, errors: 3},
  {key: '', count: 1, errors: 1},
]

test('messages of one kind are told together, with how many they are', () => {
  const {top_errors, errors_not_folded} = foldMessages(GROUPS, 21, 2)
  expect(top_errors).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      template: 'card declined for order <*>',
      records: 11,
      messages: 3,
      example: 'card declined for order 17',
    },
    {id: expect.any(String), template: 'upstream reset', records: 9, messages: 1, example: 'upstream reset'},
  ])
  expect(errors_not_folded).toBeUndefined()
})

test('errors of messages that were not folded are told', () => {
  expect(foldMessages([...GROUPS, {count: 5, errors: 5}], 30, 9).errors_not_folded).toBe(9)
})
