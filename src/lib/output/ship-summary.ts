import {formatBytes, formatCount, formatDuration, formatRate, plural} from './numbers.js'

/** What a processor did, without the time it took. */
export interface StoredCounts {
  read: number
  stored: number
  alreadyThere: number
  deadLettered: number
  /** Left out by rules. */
  dropped?: number
  /** Gone from the bus before they were read. */
  missed?: number
  /** Processed by others, so that what became of them is in their sums. */
  elsewhere?: number
}

export interface ShippedCounts {
  lines: number
  units: number
  /** Lines that belong to the event of the line before them. */
  joined: number
  blank: number
  bytes: number
}

/** `1,000,000 lines → 998,412 records (1,588 joined)   311 MB in 5.4 s   185,000/s` */
export function shipSummary(shipped: ShippedCounts, ms: number): string {
  const {lines, units, joined, blank, bytes} = shipped
  const apart = [joined > 0 ? `${formatCount(joined)} joined` : '', blank > 0 ? `${formatCount(blank)} blank` : '']
  const note = apart.filter(Boolean).join(', ')
  const counts = `${plural(lines, 'line')} → ${plural(units, 'record')}${note ? ` (${note})` : ''}`
  return `${counts}   ${formatBytes(bytes)} in ${formatDuration(ms)}   ${formatRate(lines, ms)}/s`
}

/**
 * `stored 998,409   already there 0   dead letters 3   dropped 0`, and `   missed 7` where retention was faster,
 * `   by another process 9` where others processed what was shipped
 */
export function storedSummary(counts: StoredCounts): string {
  const {stored, alreadyThere, deadLettered, dropped = 0, missed = 0, elsewhere = 0} = counts
  const gone = missed > 0 ? `   missed ${formatCount(missed)}` : ''
  const others = elsewhere > 0 ? `   by another process ${formatCount(elsewhere)}` : ''
  const kept = `stored ${formatCount(stored)}   already there ${formatCount(alreadyThere)}`
  return `${kept}   dead letters ${formatCount(deadLettered)}   dropped ${formatCount(dropped)}${gone}${others}`
}

/** What a run of `process` came to. */
export function processedSummary(counts: StoredCounts): string {
  return `read ${formatCount(counts.read)}   ${storedSummary(counts)}`
}

/** One line on a run of `process`. */
export function processSummary(counts: StoredCounts, ms: number): string {
  return `${processedSummary(counts)}   ${formatDuration(ms)}   ${formatRate(counts.read, ms)}/s`
}
