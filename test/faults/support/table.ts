// What a fault run did, a row a fault: printed at the end; tally.ts fills it.

import {readFileSync} from 'node:fs'

/** Where the rows are gathered, a JSON object a line; set by run-setup.ts. */
export const ROWS_FILE = 'LOGFLOW_FAULTS_ROWS'

export interface Row {
  fault: string
  rounds: number
  records: number
  lost: number
  doubled: number
  recoverMs: number[]
}

/** The table of a whole run. */
export function tableOf(file: string): string {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row)
  const head = ['fault', 'rounds', 'records', 'lost', 'doubled', 'recover median', 'longest']
  const cells = rows.map(({fault, rounds, records, lost, doubled, recoverMs}) => {
    const sorted = [...recoverMs].sort((a, b) => a - b)
    const seconds = (ms: number | undefined) => (ms === undefined ? '–' : `${(ms / 1_000).toFixed(1)} s`)
    const counts = [rounds, records, lost, doubled].map((count) => count.toLocaleString('en'))
    return [fault, ...counts, seconds(sorted[Math.floor(sorted.length / 2)]), seconds(sorted.at(-1))]
  })
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)))
  const line = (row: string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')
  return [line(head), ...cells.map(line)].join('\n')
}
