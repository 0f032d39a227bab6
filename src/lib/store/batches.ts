// Which of many questions may be asked at once. Pure.

import {msOf} from '../metrics/period.js'
import type {Question} from '../metrics/question.js'
import type {RecordFilter} from '../query/record-filter.js'
import {compareTimes} from '../record/order.js'

/** Places of questions that are asked at once: two at least. */
export type Batch = number[]

/**
 * Questions for counts alone that lie near each other in time, `most` of them at a time. What else they must have in common
 * `likenessOf` says: the same text for those that may be asked together, none for one that may not.
 */
export function batchesOf(
  questions: readonly Question[],
  likenessOf: (question: Question) => string | undefined,
  most: number,
): Batch[] {
  const alike = new Map<string, Batch>()
  for (const [i, question] of questions.entries()) {
    const likeness = isCounted(question) ? likenessOf(question) : undefined
    if (likeness === undefined) continue
    const key = JSON.stringify([likeness, placeOf(question)])
    const batch = alike.get(key)
    if (batch) batch.push(i)
    else alike.set(key, [i])
  }
  return [...alike.values()].flatMap((batch) => evenParts(batch, most)).filter(({length}) => length > 1)
}

function isCounted({by, top, percentiles, times}: Question): boolean {
  return by === undefined && top === undefined && !percentiles && !times
}

/** Equal for stretches of time of about the same length (33 s to 17 min, to 9 h …) that lie near each other. */
function placeOf({since, until}: RecordFilter): Array<number | string> {
  if (since === undefined || until === undefined)
    return [since === undefined ? '' : 'since', until === undefined ? '' : 'until']
  const scale = Math.floor(Math.log2(Math.max(1, msOf(until) - msOf(since))) / 5) + 1
  return [scale, Math.floor(msOf(until) / 32 ** scale)]
}

function evenParts(batch: Batch, most: number): Batch[] {
  const size = Math.ceil(batch.length / Math.ceil(batch.length / most))
  const parts: Batch[] = []
  for (let at = 0; at < batch.length; at += size) parts.push(batch.slice(at, at + size))
  return parts
}

/** The bounds of the shortest stretch of time that all of them lie in. */
export function outerBounds(filters: readonly RecordFilter[]): Pick<RecordFilter, 'since' | 'until'> {
  const since = extreme(
    filters.map((filter) => filter.since),
    -1,
  )
  const until = extreme(
    filters.map((filter) => filter.until),
    1,
  )
  return {...(since === undefined ? {} : {since}), ...(until === undefined ? {} : {until})}
}

/** @param side -1 for the first time, 1 for the last; none where one is missing */
function extreme(times: ReadonlyArray<string | undefined>, side: 1 | -1): string | undefined {
  return times.reduce((a, b) =>
    a === undefined || b === undefined ? undefined : compareTimes(a, b) * side >= 0 ? a : b,
  )
}
