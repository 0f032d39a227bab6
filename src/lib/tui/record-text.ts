import {cellText, flatten} from '../output/fields.js'
import type {LogRecord} from '../record/record.js'

/** Every field of a record, a line each, its stack trace last; not yet safe for a terminal. */
export function recordText(record: LogRecord): string[] {
  const {error, message, raw, ...rest} = record
  const fields = flatten(rest as unknown as Record<string, unknown>).map(
    ([name, value]) => [name, cellText(value)] as const,
  )
  const width = Math.min(28, Math.max(...fields.map(([name]) => name.length)))
  const lines = [...(message ?? '').split('\n'), '']
  for (const [name, value] of fields) lines.push(`${name.padEnd(width)}  ${value}`)
  if (error) {
    lines.push('', ...(error.stack ?? `${error.name ?? 'error'}: ${error.message ?? ''}`).split('\n'))
    for (const cause of error.causes ?? []) lines.push(`caused by ${cause.name ?? 'error'}: ${cause.message ?? ''}`)
  }
  if (raw !== undefined) lines.push('', 'as it was written:', ...raw.split('\n'))
  return lines
}
