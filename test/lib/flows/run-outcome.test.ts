import {expect, test} from 'vitest'
import {emptyReport} from '../../../src/lib/flows/process-units.js'
import {outcomeError} from '../../../src/lib/flows/run-outcome.js'

test('a run that stored everything ends well', () => {
  expect(outcomeError({...emptyReport(), read: 2, stored: 1, alreadyThere: 1}, 'logs')).toBeUndefined()
})

test('dead letters end with 5 and name their topic', () => {
  const error = outcomeError({...emptyReport(), deadLettered: 2}, 'logs')
  expect(error).toMatchObject({exitCode: 5, message: '2 records could not be stored and lie on logs.dlq'})
})

test('what retention removed unread is not known to be stored: 3', () => {
  const error = outcomeError({...emptyReport(), missed: 1, deadLettered: 2}, 'logs')
  expect(error).toMatchObject({exitCode: 3, message: '1 unit of logs had been removed by retention unread'})
})
