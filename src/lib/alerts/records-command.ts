import {shellQuoted} from '../query/shell-words.js'

/** What to type to see the records of a query (spec §4; '' for all) in a time: for notices and views. */
export function recordsCommand({query, since, until}: {query: string; since: string; until: string}): string {
  const asked = query === '' ? '' : ` -- ${shellQuoted(query)}`
  return `logflow search --since ${since} --until ${until}${asked}`
}
