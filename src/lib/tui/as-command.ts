import {shellQuoted} from '../query/shell-words.js'
import type {State} from './state.js'

/** A command that finds what is shown: by filter and muted services, since the first record that is kept. */
export function commandOf({filter, muted, shown}: State): string {
  const parts = [filter.text === '' ? '' : muted.length > 0 ? `(${filter.text})` : filter.text]
  for (const service of muted) parts.push(`NOT service:${JSON.stringify(service)}`)
  const query = parts.filter((part) => part !== '').join(' ')
  const since = shown.at(shown.first)?.['@timestamp']
  const words = ['logflow search', ...(query === '' ? [] : [shellQuoted(query)]), ...(since ? ['--since', since] : [])]
  return words.join(' ')
}
