import type {LogRecord} from '../../record/record.js'
import {escapeJsonControls} from '../escape-controls.js'
import {flatten, pickFields} from '../fields.js'
import type {RecordFormat, RecordWriterOptions} from '../record-writer.js'
import {logfmtLine} from '../rows.js'

const HIDDEN = new Set(['attributes', 'source', 'raw', 'observed_timestamp', 'ingested_at', 'severity_number'])

/** `key=value key="a b"`, one record a line; nested keys are dotted, line feeds and quotes escaped as in JSON. */
export function logfmtFormat({fields, screen, raw}: RecordWriterOptions): RecordFormat {
  const safe = screen.isTerminal && !raw
  return {
    page(records) {
      let text = ''
      for (const record of records) {
        const pairs = fields ? flatten(pickFields(record, fields)) : pairsOf(record)
        const line = logfmtLine(pairs)
        text += `${safe ? escapeJsonControls(line) : line}\n`
      }
      return text
    },
  }
}

/** The record's own fields, then its attributes; what logflow added for itself is left out. */
function pairsOf(record: LogRecord): Array<[string, unknown]> {
  const own = Object.fromEntries(Object.entries(record).filter(([key]) => !HIDDEN.has(key)))
  return [...flatten(own), ...flatten(record.attributes)]
}
