// Every fault counts what it did, and holds the promise.

import {appendFileSync} from 'node:fs'
import {expect, onTestFinished} from 'vitest'
import type {Compared} from './compare.js'
import {ROWS_FILE, type Row} from './table.js'

/** The rounds of one fault: its row of the table is handed in when the running test ends. */
export class Tally {
  private readonly row: Row

  constructor(fault: string) {
    this.row = {fault, rounds: 0, records: 0, lost: 0, doubled: 0, recoverMs: []}
    // Also of a test that fails.
    onTestFinished(() => {
      const file = process.env[ROWS_FILE]
      if (file) appendFileSync(file, `${JSON.stringify(this.row)}\n`)
    })
  }

  /** Adds injuries and how long each took to heal; of `count` that ran into one another, how long the last did. */
  rounds(recoverMs: readonly number[], count = recoverMs.length): void {
    this.row.rounds += count
    this.row.recoverMs.push(...recoverMs)
  }

  /**
   * Adds a comparison, and holds the promise: nothing lost, nothing doubled.
   * @param records how many of what was compared had not been compared before
   */
  check({stored, lost, doubled, strange}: Compared, records = stored): void {
    this.row.records += records
    this.row.lost += lost.length
    this.row.doubled += doubled.length
    const few = {lost: lost.slice(0, 20), doubled: doubled.slice(0, 20), strange: strange.slice(0, 5)}
    expect(few, `${this.row.fault}: ${lost.length} lost, ${doubled.length} doubled`).toEqual({
      lost: [],
      doubled: [],
      strange: [],
    })
  }
}
