// Watched files are what a follower looks at again and again. They hand out units and never wait for a file to grow.
// plain-file.ts is the usual one; young-file.ts is what a file is until its source is known.

import {type BigIntStats, statSync} from 'node:fs'
import type {Envelope} from '../../units/envelope.js'
import type {UnitBatch} from '../../units/unit-batch.js'
import type {Checkpoints} from '../checkpoints/open-checkpoints.js'
import {newCounters, type ReadCounters} from '../read-counters.js'
import type {SourceTable} from '../source-table.js'
import type {Handles} from './handles.js'
import type {FollowNotice} from './notices.js'
import type {Place, Positions, Whereabouts} from './positions.js'

/** How soon to look again: at once, for there is more; soon, for something was found or is waited for; now and then. */
export type Pace = 'behind' | 'busy' | 'idle'

export interface Watched {
  path: string
  /** Device and inode of the file, wherever its name leads by now. */
  readonly key: string
  /** Absent until known. */
  readonly source?: string
  readonly pace: Pace
  /** Nothing will come of it any more. */
  readonly done: boolean
  /** What takes its place from now on. */
  readonly becomes?: Watched
  /** Reads what is there, or some of it. */
  advance(): AsyncIterable<UnitBatch>
  /** Nothing more will be read: hands out what is whole and marks where it ended. */
  finish(): AsyncIterable<UnitBatch>
}

/** How long is waited for what, in milliseconds. */
export interface Waits {
  /** Names are looked for so often. */
  scan: number
  /** A file that is silent this long has its last event closed. */
  silence: number
  /** A copy is being made, or the original cut after it, when nothing happens for no longer than this. */
  copy: number
  /** A compressed file may still be written to when it changed this short a time ago. */
  packing: number
}

export const WAITS: Waits = {scan: 1_000, silence: 1_000, copy: 10_000, packing: 2_000}

/** What all watched files of one follower share. */
export interface Shared {
  envelope: Omit<Envelope, 'source' | 'file' | 'observed' | 'dead'>
  table: SourceTable
  checkpoints: Checkpoints
  positions: Positions
  handles: Handles
  waits: Waits
  joins: boolean
  force: boolean
  now: () => Date
  /** Milliseconds that no step of the clock disturbs. */
  clock: () => number
  notify: (notice: FollowNotice) => void
  tallies: Map<string, Tally>
  /** Who reads a source in this follower. */
  readers: Map<string, Watched>
  /** Asks for a look at names before it is due; with `behind` also for what nobody follows by name. */
  lookForFiles: (behind?: boolean) => void
}

/** What was read of a source in this run, from whichever file. */
export interface Tally {
  path: string
  counters: ReadCounters
  firstOffset?: number
  endOffset?: number
}

export function tallyOf({tallies}: Shared, source: string, path: string): Tally {
  const tally = tallies.get(source) ?? {path, counters: newCounters()}
  tallies.set(source, tally)
  return tally
}

export function keyOf(stats: BigIntStats): string {
  return `${stats.dev} ${stats.ino}`
}

/** What a path leads to; `undefined` where that is no file, or cannot be seen. */
export function fileAt(path: string): BigIntStats | undefined {
  try {
    const stats = statSync(path, {bigint: true})
    return stats.isFile() ? stats : undefined
  } catch {
    return undefined
  }
}

export function whereaboutsOf({path, key}: {path: string; key: string}): Whereabouts {
  const [device = '', inode = ''] = key.split(' ')
  return {path, device, inode}
}

/** Hands out batches and remembers where the reading of their source goes on. */
export function* handOut(
  shared: Shared,
  from: {source: string; path: string; key: string},
  ready: UnitBatch[],
  resumeAt: Place,
): Generator<UnitBatch> {
  const batches = ready.splice(0)
  const where = whereaboutsOf(from)
  for (const [i, batch] of batches.entries()) {
    const after = batches[i + 1]
    const n = batch.count - 1
    const last = {offset: batch.offsets[n] as number, line: batch.lines[n] as number}
    const next = after ? {offset: after.offsets[0] as number, line: after.lines[0] as number} : resumeAt
    shared.positions.handed(from.source, where, batch, {...next, last})
    count(shared, from, batch)
    yield batch
  }
}

function count(shared: Shared, {source, path}: {source: string; path: string}, batch: UnitBatch): void {
  const tally = tallyOf(shared, source, path)
  const last = batch.count - 1
  tally.path = path
  tally.firstOffset ??= batch.offsets[0]
  tally.endOffset = (batch.offsets[last] as number) + (batch.spans[last] as number)
}
