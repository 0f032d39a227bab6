import type {LogRecord} from '../record/record.js'

/** The text of a record that makes it one of a pattern. */
export function patternTextOf({message, event}: LogRecord): string {
  return message ?? event ?? ''
}
