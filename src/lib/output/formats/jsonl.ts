import type {LogRecord} from '../../record/record.js'
import {escapeJsonControls} from '../escape-controls.js'
import {pickFields} from '../fields.js'
import type {RecordFormat, RecordWriterOptions} from '../record-writer.js'

/** One JSON object a line. */
export function jsonlFormat(options: RecordWriterOptions): RecordFormat {
  const toJson = jsonOf(options)
  return {
    page(records) {
      let text = ''
      for (const record of records) text += `${toJson(record)}\n`
      return text
    },
    mark: (gap) => `${escaped(JSON.stringify({gap}), options)}\n`,
  }
}

/** JSON of a record, or of its chosen fields; for a terminal, with what JSON leaves unescaped escaped as well. */
export function jsonOf(options: RecordWriterOptions): (record: LogRecord) => string {
  const {fields} = options
  const plain = fields
    ? (record: LogRecord) => JSON.stringify(pickFields(record, fields))
    : (record: LogRecord) => JSON.stringify(record)
  return (record) => escaped(plain(record), options)
}

function escaped(json: string, {screen, raw}: RecordWriterOptions): string {
  return screen.isTerminal && !raw ? escapeJsonControls(json) : json
}
