import {escapeControls} from './escape-controls.js'
import {formatCount, plural} from './numbers.js'
import {processedSummary} from './ship-summary.js'

/** Something that is not as a receipt says. */
export type FindingRow =
  | {state: string; id: string; file: string; offset: number; line?: number}
  | {state: 'unnamed'; file: string; from: number; to: number; sent: number; found: number}

/** `missing        s-0-1a2b3c4d   /var/log/app.log:12` */
export function findingLine(row: FindingRow): string {
  const state = row.state.replace('_', '-').padEnd(13)
  if ('id' in row)
    return escapeControls(`${state}  ${row.id}  ${row.file}${row.line ? `:${row.line}` : ` at byte ${row.offset}`}`)
  const {file, from, to, sent, found} = row
  return escapeControls(`${state}  bytes ${from} to ${to} of ${file}: ${found} of ${sent} found`)
}

export interface VerifyCounts {
  sent: number
  stored: number
  missing: number
  dead_lettered: number
  doubled: number
  extra: number
}

/** `1,000 records sent   stored 998   dead letters 1   missing 1   doubled 0` */
export function verifySummary({sent, stored, missing, dead_lettered, doubled, extra}: VerifyCounts): string {
  const more = extra > 0 ? `   not of this run ${formatCount(extra)}` : ''
  const kept = `${plural(sent, 'record')} sent   stored ${formatCount(stored)}   dead letters ${formatCount(dead_lettered)}`
  return `${kept}   missing ${formatCount(missing)}   doubled ${formatCount(doubled)}${more}`
}

/** What a receipt of `process` says. */
export function processReceiptSummary(counts: {
  read: number
  stored: number
  already_there: number
  dead_lettered: number
  dropped: number
  missed: number
}): string {
  const {already_there: alreadyThere, dead_lettered: deadLettered, ...same} = counts
  return processedSummary({...same, alreadyThere, deadLettered})
}
