import type {RecordFormat, RecordWriterOptions} from '../record-writer.js'
import {jsonOf} from './jsonl.js'

/** One JSON array on one line, written as the records come. */
export function jsonFormat(options: RecordWriterOptions): RecordFormat {
  const toJson = jsonOf(options)
  let first = true
  return {
    begin: () => '[',
    page(records) {
      let text = ''
      for (const record of records) {
        text += first ? toJson(record) : `,${toJson(record)}`
        first = false
      }
      return text
    },
    end: () => ']\n',
  }
}
