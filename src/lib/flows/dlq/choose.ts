import {LogflowError} from '../../errors/logflow-error.js'
import type {PendingLetter} from './ledger.js'
import {type Letter, recordOf, timeOf} from './letter.js'

/** Which dead letters are meant: all that fit everything that is given. */
export interface LetterFilter {
  /** Ids, or beginnings of ids that are unique. */
  ids?: string[]
  /** In the reason, without regard to case. */
  reason?: string
  /** RFC 3339, when they were given up: inclusive and exclusive. */
  since?: string
  until?: string
  /** Any of these, without regard to case. */
  services?: string[]
  status?: number
  /** Any of these source ids. */
  sources?: string[]
  /** Any of these absolute paths. */
  files?: string[]
}

/** Whether a letter is meant, told letter by letter. What costs least is asked first. */
export function toMatcher(filter: LetterFilter): (letter: Letter) => boolean {
  const {ids, status, sources, files} = filter
  const reason = filter.reason?.toLowerCase()
  const since = filter.since === undefined ? undefined : Date.parse(filter.since)
  const until = filter.until === undefined ? undefined : Date.parse(filter.until)
  const services = filter.services?.map((name) => name.toLowerCase())
  return (letter) => {
    const {envelope} = letter.units
    const {dead} = envelope
    if (ids?.length && !ids.some((id) => letter.id.startsWith(id))) return false
    if (status !== undefined && dead?.status !== status) return false
    if (sources?.length && !sources.includes(envelope.source)) return false
    if (files?.length && !(envelope.file !== undefined && files.includes(envelope.file))) return false
    if (reason !== undefined && !(dead?.reason ?? '').toLowerCase().includes(reason)) return false
    const at = timeOf(letter)
    if (since !== undefined && at < since) return false
    if (until !== undefined && at >= until) return false
    if (!services?.length) return true
    const service = recordOf(letter).service ?? envelope.service
    return service !== undefined && services.includes(service.toLowerCase())
  }
}

/**
 * Checks that each id that was typed names one letter. NO_MATCH where it names none, USAGE where a beginning names
 * several.
 */
export function checkIds(ids: readonly string[], chosen: readonly PendingLetter[]): void {
  for (const typed of ids) {
    const found = [...new Set(chosen.filter(({id}) => id.startsWith(typed)).map(({id}) => id))]
    if (found.length === 0) {
      throw new LogflowError('NO_MATCH', `no pending dead letter has the id ${JSON.stringify(typed)}`, {
        suggestions: ['logflow dlq list'],
      })
    }
    if (found.length > 1 && !found.includes(typed)) {
      const some = found.slice(0, 3).join(', ')
      throw new LogflowError(
        'USAGE',
        `${found.length} dead letters begin with ${JSON.stringify(typed)}: ${some}${found.length > 3 ? ', …' : ''}`,
        {suggestions: ['Give more of the id']},
      )
    }
  }
}
