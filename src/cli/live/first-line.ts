import {escapeLine} from '../../lib/output/escape-controls.js'

/** The first line of what an error says, safe for a terminal. */
export function firstLineOf(error: unknown): string {
  return escapeLine((error instanceof Error ? error.message : String(error)).split('\n', 1)[0] as string)
}
