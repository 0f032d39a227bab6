import {LogflowError} from '../../errors/logflow-error.js'

/** How many records may match, both ends included; `max` is Infinity where there is no bound. */
export interface CountRange {
  min: number
  max: number
}

export const AT_LEAST_ONE: CountRange = {min: 1, max: Number.POSITIVE_INFINITY}
export const NONE: CountRange = {min: 0, max: 0}

const FORMS = 'Write 3, =3, >=1, >0, <=2, <5 or 2..4'

/** Reads `>=1`, `3`, `<5`, `2..4`. Throws USAGE. */
export function parseCount(text: string): CountRange {
  const typed = text.trim()
  const between = /^(\d+)\s*\.\.\s*(\d+)$/.exec(typed)
  if (between) return rangeOf(Number(between[1]), Number(between[2]), text)
  const compared = /^(>=|<=|==|=|>|<)?\s*(\d+)$/.exec(typed)
  if (!compared) throw refused(text, 'is no count of records')
  const count = Number(compared[2])
  const none = Number.POSITIVE_INFINITY
  switch (compared[1]) {
    case '>=':
      return rangeOf(count, none, text)
    case '>':
      return rangeOf(count + 1, none, text)
    case '<=':
      return rangeOf(0, count, text)
    case '<':
      return rangeOf(0, count - 1, text)
    default:
      return rangeOf(count, count, text)
  }
}

/** `at least 1`, `none`, `exactly 3`, `2 to 4`: for people. */
export function countText({min, max}: CountRange): string {
  if (max === 0) return 'none'
  if (max === Number.POSITIVE_INFINITY) return `at least ${min}`
  if (min === max) return `exactly ${min}`
  return min === 0 ? `at most ${max}` : `${min} to ${max}`
}

export function holds({min, max}: CountRange, count: number): boolean {
  return count >= min && count <= max
}

function rangeOf(min: number, max: number, text: string): CountRange {
  if (!Number.isSafeInteger(min) || (Number.isFinite(max) && !Number.isSafeInteger(max)))
    throw refused(text, 'is too large a count')
  if (min > max) throw refused(text, 'can be met by no number of records')
  if (min === 0 && max === Number.POSITIVE_INFINITY) throw refused(text, 'is met by every number of records')
  return {min, max}
}

function refused(text: string, problem: string): LogflowError {
  return new LogflowError('USAGE', `${JSON.stringify(text)} ${problem}`, {suggestions: [FORMS]})
}
