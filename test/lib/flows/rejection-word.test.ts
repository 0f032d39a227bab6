import {expect, test} from 'vitest'
import {rejectionWord} from '../../../src/lib/flows/rejection-word.js'

test.each([
  [{reason: 'document_parsing_exception: [1:34] failed to parse field [x]', status: 400}, 'document_parsing_exception'],
  [{reason: '"+275760-09-13T00:00:00Z" is no UTC time between 1970 and 2261'}, 'bad_time'],
  [{reason: '@timestamp "x" is no time in UTC'}, 'bad_time'],
  [{reason: 'the document of 9 bytes is larger than the server takes', status: 413}, 'too_large'],
  [{reason: 'who knows', status: 400}, 'status_400'],
  [{reason: 'the id is longer than 512 bytes'}, 'not_storable'],
])('%j is counted as %s', (rejection, word) => {
  expect(rejectionWord({index: 0, ...rejection})).toBe(word)
})
