import {LogflowError} from '../lib/errors/logflow-error.js'
import type {FoundPatterns} from '../lib/flows/find-patterns.js'
import {plural} from '../lib/output/numbers.js'
import {waitLine} from '../lib/output/wait-line.js'
import {parseTime} from '../lib/query/parse-time.js'
import {compareTimes} from '../lib/record/order.js'
import type {Context} from './context.js'
import {toZone} from './zone-flag.js'

/** The pages as they are; on a terminal it is said how far they have come, where that takes its time. */
export async function* toldMeanwhile<T>({talk}: Context, pages: AsyncIterable<T[]>): AsyncGenerator<T[]> {
  let read = 0
  const waiting = waitLine({...talk, found: () => read, now: () => performance.now()})
  try {
    for await (const page of pages) {
      read += page.length
      yield page
    }
  } finally {
    waiting.end()
  }
}

/** What the answer rests on, where that is not plain. */
export function tellFound(
  {talk}: Context,
  {records, before, first, patterns, templates, coarsened}: FoundPatterns,
  newSince?: string,
): void {
  if (coarsened > 0)
    talk.warn(
      `${plural(coarsened, 'rare kind')} of message ${coarsened === 1 ? 'was' : 'were'} folded by the first words alone: there were too many to tell apart`,
    )
  if (newSince === undefined) return
  if (before === 0) talk.warn(`nothing is there from before ${newSince}: every pattern counts as new`)
  else
    talk.note(
      `${plural(patterns.length, 'pattern')} of ${templates} new since ${newSince}, compared with ${plural(before, 'record')} from ${first} on (${plural(records, 'record')} in all)`,
    )
}

/** The time of --new-since; refuses one before which nothing would be compared. */
export function toNewSince(
  flags: {'new-since'?: string; timezone?: string; since?: string},
  since: string | undefined,
  now: Date,
): string | undefined {
  const text = flags['new-since']
  if (text === undefined) return undefined
  const time = parseTime(text, now, toZone(flags.timezone))
  if (since !== undefined && compareTimes(since, time) >= 0)
    throw new LogflowError(
      'USAGE',
      `--since ${flags.since} leaves nothing before --new-since ${text} to compare with`,
      {
        suggestions: ['Give an earlier --since, or leave it out to compare with all that is stored'],
      },
    )
  return time
}
