import {LogflowError} from '../errors/logflow-error.js'

export interface WrittenSilence {
  matchers: Record<string, string>
  starts_at?: string
  ends_at: string
  comment?: string
}

const MOST_MATCHERS = 20
const LONGEST_TEXT = 1_000
const LONGEST_DAYS = 366
const DAY_MS = 86_400_000
/** A beginning that is earlier by so little is meant as now: clocks differ. */
const SLACK_MS = 60_000

/**
 * USAGE for a silence that cannot be. It begins now at the earliest: what people were told, or not told, is not changed
 * afterwards.
 */
export function checkSilence(written: WrittenSilence, now: Date): {from: Date; until: Date} {
  const {matchers, starts_at, ends_at, comment} = written
  const entries = Object.entries(matchers)
  if (entries.length === 0) throw bad('names nothing that it matches', 'rule=NAME, severity=critical, service=payment')
  if (entries.length > MOST_MATCHERS) throw bad(`matches at most ${MOST_MATCHERS} names`)
  for (const [name, value] of entries) {
    if (typeof value !== 'string' || name === '' || name.length > LONGEST_TEXT || value.length > LONGEST_TEXT) {
      throw bad(`matches names and values that are text of at most ${LONGEST_TEXT.toLocaleString('en-US')} characters`)
    }
  }
  if (comment !== undefined && comment.length > LONGEST_TEXT) {
    throw bad(`has a comment of at most ${LONGEST_TEXT.toLocaleString('en-US')} characters`)
  }
  const [asked, until] = [starts_at === undefined ? now : timeOf('starts_at', starts_at), timeOf('ends_at', ends_at)]
  if (asked.getTime() < now.getTime() - SLACK_MS) throw bad('begins now or later', 'leave starts_at out to begin now')
  const from = asked < now ? now : asked
  if (until <= from) throw bad('ends after it begins, and after now')
  if (until.getTime() - from.getTime() > LONGEST_DAYS * DAY_MS) throw bad(`lasts at most ${LONGEST_DAYS} days`)
  return {from, until}
}

function timeOf(name: string, text: string): Date {
  const at = new Date(text)
  // Without a zone it would be read in the server's own.
  if (typeof text === 'string' && /(?:z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(at.getTime())) return at
  throw bad(`has ${name} as a time like 2026-01-31T12:00:00Z`)
}

function bad(what: string, example?: string): LogflowError {
  return new LogflowError('USAGE', `a silence ${what}`, {suggestions: example === undefined ? [] : [example]})
}
