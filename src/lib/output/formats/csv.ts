import {escapeControls} from '../escape-controls.js'
import {cellText, fieldOf} from '../fields.js'
import type {RecordFormat, RecordWriterOptions} from '../record-writer.js'
import {csvLine} from '../rows.js'

const COLUMNS = [
  'id',
  '@timestamp',
  'level',
  'service',
  'host',
  'environment',
  'event',
  'message',
  'trace_id',
  'span_id',
  'parent_span_id',
  'correlation_id',
  'request_id',
  'duration_ms',
  'errName',
  'errMessage',
  'attributes',
]

/**
 * RFC 4180 with a header, lines ended by CRLF, nested values as JSON. Values are exact: a cell that begins with
 * `=` or `+` is a formula to a spreadsheet that opens the file as it is, so import it as text there.
 */
export function csvFormat({fields, screen, raw}: RecordWriterOptions): RecordFormat {
  const columns = fields ?? COLUMNS
  const safe = screen.isTerminal && !raw
  return {
    begin: () => `${csvLine(columns)}\r\n`,
    page(records) {
      let text = ''
      for (const record of records) {
        const cells = columns.map((column) => {
          const cell = cellText(fieldOf(record, column))
          return safe ? escapeControls(cell) : cell
        })
        text += `${csvLine(cells)}\r\n`
      }
      return text
    },
  }
}
