import {cellText, fieldOf} from '../fields.js'
import {paletteFor} from '../palette.js'
import type {RecordFormat, RecordWriterOptions} from '../record-writer.js'
import {type Column, tableLine, tableRows, tableWidths} from '../show-table.js'

const COLUMNS = ['@timestamp', 'level', 'service', 'message', 'trace_id']
const NUMBERS = new Set(['duration_ms', 'severity_number'])

/** Columns under one line of titles; widths are set by the first page and only grow after it. */
export function tableFormat({fields, screen, wide}: RecordWriterOptions): RecordFormat {
  const columns: Column[] = (fields ?? COLUMNS).map((name) => ({
    title: name,
    align: NUMBERS.has(name) ? 'right' : 'left',
    ...(name === 'message' || name === 'attributes' || fields ? {least: 20} : {}),
  }))
  const palette = paletteFor(screen.color)
  const width = wide ? Number.POSITIVE_INFINITY : screen.width
  let widths: number[] | undefined
  return {
    page(records) {
      const rows = records.map((record) => columns.map(({title}) => cellText(fieldOf(record, title))))
      const first = widths === undefined
      widths = tableWidths(columns, rows, {palette, width, ...(widths ? {widths} : {})})
      const head = first
        ? `${palette.dim(
            tableLine(
              columns,
              columns.map(({title}) => title),
              widths,
            ),
          )}\n`
        : ''
      return head + tableRows(columns, rows, widths)
    },
  }
}
