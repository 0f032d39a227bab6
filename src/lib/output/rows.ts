import {escapeJsonControls, escapeLine} from './escape-controls.js'
import {cellText, flatten} from './fields.js'
import {paletteFor} from './palette.js'
import type {RecordFormatName} from './record-writer.js'
import type {Screen} from './screen.js'
import {type Column, showTable} from './show-table.js'

export interface RowColumn extends Column {
  /** Name in the row; the title unless given. */
  key?: string
  /** Text for people where it differs from the value. */
  show?(value: unknown): string
}

/** Rows of one kind as text in any output format. `raw` is the first column's values, one a line. */
export function rowsText(
  format: RecordFormatName,
  rows: readonly object[],
  columns: readonly RowColumn[],
  screen: Screen,
): string {
  const safe = screen.isTerminal ? escapeJsonControls : (text: string) => text
  const all = rows as ReadonlyArray<Record<string, unknown>>
  const keyOf = ({key, title}: RowColumn) => key ?? title
  switch (format) {
    case 'json':
      return `${safe(JSON.stringify(rows))}\n`
    case 'jsonl':
      return all.map((row) => `${safe(JSON.stringify(row))}\n`).join('')
    case 'logfmt':
      return all.map((row) => `${safe(logfmtLine(flatten(row)))}\n`).join('')
    case 'csv': {
      const lines = [columns.map(keyOf), ...all.map((row) => columns.map((column) => cellText(row[keyOf(column)])))]
      return lines.map((cells) => `${csvLine(screen.isTerminal ? cells.map(escapeLine) : cells)}\r\n`).join('')
    }
    case 'raw':
      return all.map((row) => `${safe(cellText(row[keyOf(columns[0] as RowColumn)]))}\n`).join('')
    default: {
      const cells = all.map((row) =>
        columns.map((column) => {
          const value = row[keyOf(column)]
          return column.show ? column.show(value) : cellText(value)
        }),
      )
      return showTable(columns, cells, {palette: paletteFor(screen.color), width: screen.width})
    }
  }
}

/** RFC 4180, without the line end. */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')
}

/** `key=value key="a b"`; what would break the line or the pair is escaped as in JSON. */
export function logfmtLine(pairs: ReadonlyArray<readonly [string, unknown]>): string {
  return pairs.map(([key, value]) => `${bareKey(key)}=${bareValue(cellText(value))}`).join(' ')
}

function bareKey(key: string): string {
  return key.replace(/[\s="\x00-\x1f\x7f]/g, '_') || '_'
}

function bareValue(value: string): string {
  return value === '' || /[\s="\\\x00-\x1f\x7f]/.test(value) ? JSON.stringify(value) : value
}
