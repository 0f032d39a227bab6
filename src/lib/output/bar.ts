const EIGHTHS = ['', ...'▏▎▍▌▋▊▉'] as const

/** A bar of `part` (0 to 1) of `width` columns, in eighths; what is more than nothing is seen. */
export function bar(part: number, width: number, {ascii = false}: {ascii?: boolean} = {}): string {
  const length = Math.min(1, Math.max(0, part)) * width
  if (ascii) return '#'.repeat(part > 0 ? Math.max(1, Math.round(length)) : 0)
  const eighths = part > 0 ? Math.max(1, Math.round(length * 8)) : 0
  return '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7]
}
