import {escapeControls} from '../escape-controls.js'
import {cellText, fieldOf} from '../fields.js'
import type {RecordFormat, RecordWriterOptions} from '../record-writer.js'
import type {TemplatePart} from '../template.js'

/** One line a record, laid out by the user. A value that is missing or empty gives way to what the template says. */
export function templateFormat(template: readonly TemplatePart[], {screen, raw}: RecordWriterOptions): RecordFormat {
  const safe = screen.isTerminal && !raw
  return {
    page(records) {
      let text = ''
      for (const record of records) {
        let line = ''
        for (const part of template) {
          if ('text' in part) line += part.text
          else {
            const value = cellText(fieldOf(record, part.field))
            line += safe ? escapeControls(value || part.otherwise) : value || part.otherwise
          }
        }
        text += `${line}\n`
      }
      return text
    },
    separator: () => '--\n',
  }
}
