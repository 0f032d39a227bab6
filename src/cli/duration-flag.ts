import {parseDuration} from '../lib/config/read-value.js'
import {UsageError} from './show-error.js'

/** Milliseconds that a flag such as `--wait 30s` says. Throws USAGE. */
export function toMs(flag: string, text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new UsageError(`${flag} takes a duration such as 30s or 5m, not ${JSON.stringify(text)}`)
  return ms
}
