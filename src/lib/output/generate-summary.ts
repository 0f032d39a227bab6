import {formatBytes, formatDuration, formatRate, plural} from './numbers.js'

export interface GeneratedCounts {
  lines: number
  bytes: number
  seed: string
  /** The time the lines span, milliseconds since 1970. */
  start: number
  end: number
}

/** `6,000 lines   2.4 MB in 60 ms   100,000/s   2026-01-01T00:00:00.000Z to 2026-01-01T00:01:00.000Z   seed 7` */
export function generateSummary({lines, bytes, seed, start, end}: GeneratedCounts, ms: number): string {
  const span = `${new Date(start).toISOString()} to ${new Date(Math.round(end)).toISOString()}`
  const pace = `${formatBytes(bytes)} in ${formatDuration(ms)}   ${formatRate(lines, ms)}/s`
  return `${plural(lines, 'line')}   ${pace}   ${span}   seed ${seed}`
}
