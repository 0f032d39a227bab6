import {fitted, type Part, type Pen, widthOf} from './pen.js'

/** What the lines round panes are drawn with. */
interface Strokes {
  across: string
  down: string
  topLeft: string
  topRight: string
  bottomLeft: string
  bottomRight: string
  fromLeft: string
  fromRight: string
  fromTop: string
  fromBottom: string
  cross: string
}

const LINES: Strokes = {
  across: '─',
  down: '│',
  topLeft: '┌',
  topRight: '┐',
  bottomLeft: '└',
  bottomRight: '┘',
  fromLeft: '├',
  fromRight: '┤',
  fromTop: '┬',
  fromBottom: '┴',
  cross: '┼',
}
const ASCII: Strokes = {
  across: '-',
  down: '|',
  topLeft: '+',
  topRight: '+',
  bottomLeft: '+',
  bottomRight: '+',
  fromLeft: '+',
  fromRight: '+',
  fromTop: '+',
  fromBottom: '+',
  cross: '+',
}

export function strokesOf({ascii}: Pick<Pen, 'ascii'>): Strokes {
  return ascii ? ASCII : LINES
}

/** A line across with text at both its ends, in exactly so many columns; the left text gives way. */
export function titled(left: readonly Part[], right: readonly Part[], columns: number, pen: Pen): string {
  const {across} = strokesOf(pen)
  const {dim} = pen.palette
  const blanks = 4
  const rightWidth = Math.min(widthOf(right), Math.max(0, columns - blanks))
  const leftWidth = Math.max(0, Math.min(widthOf(left), columns - rightWidth - blanks - 1))
  const fill = Math.max(0, columns - leftWidth - rightWidth - blanks)
  return ` ${fitted(left, leftWidth)} ${dim(across.repeat(fill))} ${fitted(right, rightWidth)} `
}

/** A column of panes: lines of its width, and `undefined` where a line divides two panes. */
export type Column = readonly (string | undefined)[]

/** One column of lines inside the frame, or two beside each other with a line between them. */
export function boxed(
  left: Column,
  leftColumns: number,
  right: Column | undefined,
  rightColumns: number,
  pen: Pen,
): string[] {
  const {across, down, fromLeft, fromRight, cross} = strokesOf(pen)
  const {dim} = pen.palette
  return left.map((line, row) => {
    const begin = dim(line === undefined ? fromLeft : down)
    const own = line ?? dim(across.repeat(leftColumns))
    if (!right) return begin + own + dim(line === undefined ? fromRight : down)
    const beside = right[row]
    const between =
      line === undefined ? (beside === undefined ? cross : fromRight) : beside === undefined ? fromLeft : down
    const other = beside ?? dim(across.repeat(rightColumns))
    return begin + own + dim(between) + other + dim(beside === undefined ? fromRight : down)
  })
}
