// Answers to many questions at once, of which one may be refused and the others not.

import {type ErrorCode, LogflowError} from '../errors/logflow-error.js'
import type {Group} from '../metrics/question.js'

/** The groups of a question, or why it has no answer. */
export type Answer = Group[] | LogflowError

/** Codes that say something about a question: another one, or a smaller one, may have an answer. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'BAD_QUERY',
  'NOT_SUPPORTED',
  'OUT_OF_MEMORY',
  'BACKEND_REFUSED',
  'INTERNAL',
])

/** What a question failed with, where that says nothing about the others; throws it where it does. */
export function refusalOf(error: unknown): LogflowError {
  if (error instanceof LogflowError && !error.retriable && REFUSALS.has(error.code)) return error
  throw error
}

/** The answer of a question, or why it is refused. Rejects where the others would fail, too. */
export async function answerOf(ask: () => Promise<Group[]>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    return refusalOf(error)
  }
}

/** The groups of every question; throws why the first has none. */
export function everyAnswer(answers: readonly Answer[]): Group[][] {
  return answers.map((answer) => {
    if (answer instanceof LogflowError) throw answer
    return answer
  })
}
