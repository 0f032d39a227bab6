// What a follower keeps on the disk beside bus and store: while that disk is full, reading is paused, and goes on once
// there is room. Nothing is handed out meanwhile, so that nothing has to be taken back.

import type {Checkpoints} from '../sources/checkpoints/open-checkpoints.js'
import type {SourceTable} from '../sources/source-table.js'
import {Interrupted, keepTrying, type Patience} from './patience.js'

/** A source table whose writes are waited for. Rejects as it would itself, once the signal has ended the waiting. */
export function patientTable(table: SourceTable, patience: Patience | undefined): SourceTable {
  if (!patience) return table
  return {
    identify: (...facts) => outlast(() => table.identify(...facts), patience),
    markNext: (...mark) => outlast(() => table.markNext(...mark), patience),
    markEnd: (...mark) => outlast(() => table.markEnd(...mark), patience),
    markCut: (...mark) => outlast(() => table.markCut(...mark), patience),
    keepCut: (...cut) => outlast(() => table.keepCut(...cut), patience),
    expire: (...age) => table.expire(...age),
    close: () => table.close(),
  }
}

/** Checkpoints whose writes are waited for. Rejects as they would themselves, once the signal has ended the waiting. */
export function patientCheckpoints(checkpoints: Checkpoints, patience: Patience | undefined): Checkpoints {
  if (!patience) return checkpoints
  return {
    of: (source) => checkpoints.of(source),
    all: () => checkpoints.all(),
    claim: (source) => outlast(() => checkpoints.claim(source), patience),
    release: (source) => checkpoints.release(source),
    save: (changed) => outlast(() => checkpoints.save(changed), patience),
    close: () => checkpoints.close(),
  }
}

async function outlast<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  try {
    return await keepTrying('disk', work, patience)
  } catch (error) {
    throw error instanceof Interrupted ? error.cause : error
  }
}
