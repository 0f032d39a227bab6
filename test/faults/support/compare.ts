// Compares what is stored with what was written, record by record.

import {runWell, type Setting} from './children.js'
import {numberOf} from './lines.js'

export interface Compared {
  stored: number
  /** Numbers that are not there. */
  lost: number[]
  /** Numbers or ids that are there more than once. */
  doubled: Array<number | string>
  /** Records that were never written. */
  strange: string[]
}

/** Asks the store for every record, and compares with lines 0 to `count` - 1. */
export async function compareStored(setting: Setting, count: number): Promise<Compared> {
  const ran = await runWell(['search', '-n', 'all', '-o', 'jsonl', '--fields', 'id,message'], setting)
  const rows = ran.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as {id: string; message: string})
  return compareRows(rows, count)
}

export function compareRows(rows: ReadonlyArray<{id: string; message: string}>, count: number): Compared {
  const seen = new Uint8Array(count)
  const ids = new Set<string>()
  const compared: Compared = {stored: rows.length, lost: [], doubled: [], strange: []}
  for (const {id, message} of rows) {
    const number = numberOf(message)
    if (ids.has(id)) compared.doubled.push(id)
    ids.add(id)
    if (number === undefined || number >= count) compared.strange.push(message)
    else if (seen[number]) compared.doubled.push(number)
    else seen[number] = 1
  }
  for (let number = 0; number < count; number++) if (seen[number] === 0) compared.lost.push(number)
  return compared
}
