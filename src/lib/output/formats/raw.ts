import type {LogRecord} from '../../record/record.js'
import {escapeControls} from '../escape-controls.js'
import {cellText, fieldOf} from '../fields.js'
import type {RecordFormat, RecordWriterOptions} from '../record-writer.js'

/**
 * The line as it came where the record keeps it, its message where it does not. Where fields are asked for, their
 * values alone, with tabs between.
 */
export function rawFormat({fields, screen, raw}: RecordWriterOptions): RecordFormat {
  const safe = screen.isTerminal && !raw
  const lineOf = fields
    ? (record: LogRecord) => fields.map((name) => cellText(fieldOf(record, name))).join('\t')
    : (record: LogRecord) => record.raw ?? record.message
  return {
    page(records) {
      let text = ''
      for (const record of records) {
        const line = lineOf(record)
        text += `${safe ? escapeControls(line) : line}\n`
      }
      return text
    },
    separator: () => '--\n',
  }
}
