import {LogflowError} from '../errors/logflow-error.js'
import {deadLetterTopic} from './dead-letters.js'
import type {ProcessReport} from './process-units.js'

/** How a run must end that came to its end without storing everything; `undefined` where it stored all. */
export function outcomeError({deadLettered, missed}: ProcessReport, topic: string): LogflowError | undefined {
  if (missed > 0)
    return new LogflowError(
      'NOT_CAUGHT_UP',
      `${counted(missed, 'unit')} of ${topic} had been removed by retention unread`,
      {
        suggestions: ['Ship their files again: what is stored stays once', 'Run logflow process all the time'],
      },
    )
  if (deadLettered > 0)
    return new LogflowError(
      'DEAD_LETTERED',
      `${counted(deadLettered, 'record')} could not be stored and lie on ${deadLetterTopic(topic)}`,
      {suggestions: ['logflow dlq list']},
    )
  return undefined
}

function counted(count: number, one: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${one}s`
}
