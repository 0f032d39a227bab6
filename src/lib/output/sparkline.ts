const BLOCKS = [...'▁▂▃▄▅▆▇█']
const ASCII = [...'_.-:=+*#']

/**
 * Counts as a line of bars, one column each: the greatest is a full block, zero a blank. Of more counts than `most`
 * neighbours are put together to their mean. `ascii` where the terminal knows no block characters.
 */
export function sparkline(
  counts: readonly number[],
  {ascii = false, most = Number.POSITIVE_INFINITY}: {ascii?: boolean; most?: number} = {},
): string {
  const bars = ascii ? ASCII : BLOCKS
  const cells = together(counts, Math.ceil(counts.length / most))
  const greatest = Math.max(...cells, 0)
  return cells.map((count) => (count > 0 ? bars[Math.ceil((count / greatest) * bars.length) - 1] : ' ')).join('')
}

function together(counts: readonly number[], size: number): readonly number[] {
  if (size <= 1) return counts
  const cells: number[] = []
  for (let at = 0; at < counts.length; at += size) {
    const some = counts.slice(at, at + size)
    cells.push(some.reduce((sum, count) => sum + count, 0) / some.length)
  }
  return cells
}
