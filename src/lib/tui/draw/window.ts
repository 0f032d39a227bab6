/** Where to draw, and which item of a list is marked there. */
export interface Place {
  columns: number
  rows: number
  /** Name of the one that is chosen; undefined where none is marked. */
  chosen?: string
}

/** The part of a list that fits in so many rows and holds the item at `at`. */
export function windowOf<T>(list: readonly T[], at: number, rows: number): readonly T[] {
  const begin = Math.max(0, Math.min(at - Math.floor(rows / 2), list.length - rows))
  return list.slice(begin, begin + rows)
}

/** Exactly so many lines: the rest is blank, or cut. */
export function inRows(lines: readonly string[], {columns, rows}: Place): string[] {
  const blank = ' '.repeat(columns)
  return Array.from({length: rows}, (_, row) => lines[row] ?? blank)
}
