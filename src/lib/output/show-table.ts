import {escapeLine} from './escape-controls.js'
import type {Palette} from './palette.js'
import {cutTo, padTo, textWidth} from './text-width.js'

export interface Column {
  title: string
  align?: 'left' | 'right'
  /** Narrowest this column may become when the screen is too narrow; columns without it keep their width. */
  least?: number
}

export interface TableOptions {
  palette: Palette
  /** Columns of the screen; Infinity where nothing is cut. */
  width: number
  /** Widths from an earlier page: columns never get narrower. */
  widths?: number[]
}

const GAP = '  '

/** Widths of columns for these rows, within the screen where that is possible. */
export function tableWidths(columns: readonly Column[], rows: readonly string[][], options: TableOptions): number[] {
  const widths = columns.map((column, index) => {
    const least = Math.max(textWidth(column.title), options.widths?.[index] ?? 0)
    // Rows may be more than a call takes as arguments.
    return rows.reduce((width, row) => Math.max(width, textWidth(escapeLine(row[index] ?? ''))), least)
  })
  let over = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - options.width
  for (let index = columns.length - 1; index >= 0 && over > 0; index--) {
    const least = columns[index]?.least
    if (least === undefined) continue
    const given = Math.min(over, Math.max(0, (widths[index] as number) - least))
    widths[index] = (widths[index] as number) - given
    over -= given
  }
  return widths
}

/** A line of titles and one line a row, without borders. Cells are made safe for a terminal. */
export function showTable(columns: readonly Column[], rows: readonly string[][], options: TableOptions): string {
  const widths = tableWidths(columns, rows, options)
  const titles = columns.map(({title}) => title)
  return `${options.palette.dim(tableLine(columns, titles, widths))}\n${tableRows(columns, rows, widths)}`
}

export function tableRows(columns: readonly Column[], rows: readonly string[][], widths: readonly number[]): string {
  return rows.map((row) => `${tableLine(columns, row.map(escapeLine), widths)}\n`).join('')
}

export function tableLine(columns: readonly Column[], cells: readonly string[], widths: readonly number[]): string {
  const parts = columns.map(({align}, index) => {
    const width = widths[index] as number
    return padTo(cutTo(cells[index] ?? '', width), width, align)
  })
  return parts.join(GAP).trimEnd()
}
