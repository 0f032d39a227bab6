const BLOCKS = [...'▁▂▃▄▅▆▇█']
const ASCII = [...'_.-:=+*#']

/**
 * Counts as a line of bars, one column each: the greatest is a full block, zero a blank. `ascii` where the terminal
 * knows no block characters.
 */
export function sparkline(counts: readonly number[], {ascii = false}: {ascii?: boolean} = {}): string {
  const bars = ascii ? ASCII : BLOCKS
  const most = Math.max(...counts, 0)
  return counts.map((count) => (count > 0 ? bars[Math.ceil((count / most) * bars.length) - 1] : ' ')).join('')
}
