import type {Screen} from './screen.js'

const BLOCKS = [...'▁▂▃▄▅▆▇█']
const EIGHTHS = ['', ...'▏▎▍▌▋▊▉'] as const
/** Stand for the blocks where there are none. */
const ASCII_BLOCKS = [...'.:-=+*#@']

/**
 * A line of blocks, one a value, from nothing to the largest; nothing at all is a dot (ASCII: `_`), so that a gap is
 * seen. More values than `most` are put together, neighbours to one block.
 */
export function sparkline(values: readonly number[], most: number, {ascii}: Pick<Screen, 'ascii'>): string {
  const cells = resample(values, most)
  const largest = Math.max(...cells)
  const blocks = ascii ? ASCII_BLOCKS : BLOCKS
  return cells
    .map((value) => {
      if (!(value > 0)) return ascii ? '_' : '·'
      return blocks[Math.min(blocks.length - 1, Math.floor((value / largest) * blocks.length))]
    })
    .join('')
}

/** A bar of `part` (0 to 1) of `width` columns, in eighths; what is more than nothing is seen. */
export function bar(part: number, width: number, {ascii}: Pick<Screen, 'ascii'>): string {
  const length = Math.min(1, Math.max(0, part)) * width
  if (ascii) return '#'.repeat(part > 0 ? Math.max(1, Math.round(length)) : 0)
  const eighths = part > 0 ? Math.max(1, Math.round(length * 8)) : 0
  return '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7]
}

/** At most so many cells, each the mean of as many neighbours, but for the last. */
function resample(values: readonly number[], most: number): number[] {
  const size = Math.ceil(values.length / Math.max(1, most))
  if (size <= 1) return [...values]
  const cells: number[] = []
  for (let at = 0; at < values.length; at += size) {
    const some = values.slice(at, at + size)
    cells.push(some.reduce((sum, value) => sum + value, 0) / some.length)
  }
  return cells
}
