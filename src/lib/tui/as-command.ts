import {phrasesOf} from '../patterns/match-template.js'
import {shellQuoted} from '../query/shell-words.js'
import type {LogRecord} from '../record/record.js'
import {AS_CONFIGURED} from './place.js'
import type {State} from './state.js'

/**
 * A command that finds what is shown: by filter and muted services, since the first record that is kept; of what is looked
 * at beside the stream, by what was asked for. The query language has no word for patterns: the one that is shown is asked
 * for by its longest stretch of words, and muted ones are found as well. `more` is true then: it finds more than is shown.
 */
export function commandOf(state: State): {command: string; more: boolean} {
  const {filter, muted, mutedPatterns, onlyPattern, shown, aside, place} = state
  // Records that fired an alert were asked for by themselves.
  const {query: begun, flags} = aside?.asked ? AS_CONFIGURED.asked : place.asked
  const only = onlyPattern === undefined ? [] : phraseOf(onlyPattern)
  const wanted = [begun, aside?.asked?.query ?? '', filter.text].filter((text) => text !== '')
  const simple = wanted.length + only.length + muted.length <= 1
  const query = [
    ...wanted.map((text) => (simple ? text : `(${text})`)),
    ...only,
    ...muted.map((service) => `NOT service:${JSON.stringify(service)}`),
  ].join(' ')
  const since = aside?.asked?.since ?? shown.at(shown.first)?.['@timestamp']
  const until = aside?.travel ? behind(shown.at(shown.end - 1)) : aside?.asked?.until
  return {
    command: searchCommand(query, since, until, flags),
    more: mutedPatterns.length > 0 || onlyPattern !== undefined,
  }
}

/** The first whole millisecond behind a record. */
function behind(record: LogRecord | undefined): string | undefined {
  return record && new Date(Date.parse(record['@timestamp']) + 1).toISOString()
}

/** The command that finds records of a pattern, and such as have its longest stretch of words; none where it has no words. */
export function patternCommand(template: string): string | undefined {
  const [phrase] = phraseOf(template)
  return phrase === undefined ? undefined : searchCommand(phrase)
}

/** The command that finds records of a service. */
export function serviceCommand(name: string): string {
  return searchCommand(`service:${JSON.stringify(name)}`)
}

function searchCommand(query: string, since?: string, until?: string, flags: readonly string[] = []): string {
  const times = [...flags, ...(since ? ['--since', since] : []), ...(until ? ['--until', until] : [])]
  // What begins with a dash is a flag, unless it is told not to be one.
  const words = query === '' ? [] : query.startsWith('-') ? ['--', shellQuoted(query)] : [shellQuoted(query)]
  return ['logflow search', ...(words.length > 1 ? [...times, ...words] : [...words, ...times])].join(' ')
}

/** As a phrase of the query language; none where a pattern has no words of its own. */
function phraseOf(template: string): string[] {
  const [longest] = phrasesOf(template)
  return longest === undefined ? [] : [JSON.stringify(longest)]
}
