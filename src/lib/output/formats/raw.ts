import {escapeControls} from '../escape-controls.js'
import type {RecordFormat, RecordWriterOptions} from '../record-writer.js'

/** The line as it came where the record keeps it, its message where it does not. */
export function rawFormat({screen, raw}: RecordWriterOptions): RecordFormat {
  const safe = screen.isTerminal && !raw
  return {
    page(records) {
      let text = ''
      for (const record of records) {
        const line = record.raw ?? record.message
        text += `${safe ? escapeControls(line) : line}\n`
      }
      return text
    },
  }
}
