// Checkpoints say how far each followed source has been read, acknowledged by the bus, and who follows it.
// They never say more than what is true: a damaged one is set aside, and its source is read again from the start.
// open-checkpoints.ts is the door for a follower, list-checkpoints.ts for those who look or forget.

import type {SplitterOptions} from '../split-units.js'

export interface Checkpoint {
  source: string
  /** Where the file was last. Absolute. */
  path: string
  device: string
  inode: string
  /** First byte that the bus has not acknowledged; there a unit begins. */
  offset: number
  /** 1-based number of the line that begins at `offset`. */
  line: number
  /** The last acknowledged unit: reading begins there, because it decides whether what follows is a continuation. */
  last?: {offset: number; line: number}
  /** When it was saved, RFC 3339. For people: what is newer is told by `offset`. */
  updated: string
}

/** Where and how reading goes on: units before the checkpoint are read, not handed out. */
export function resumeFrom({offset, line, last}: Pick<Checkpoint, 'offset' | 'line' | 'last'>): SplitterResume {
  if (!last) return {startOffset: offset, startLine: line}
  return {startOffset: last.offset, startLine: last.line, handOutFrom: offset}
}

type SplitterResume = Pick<SplitterOptions, 'startOffset' | 'startLine' | 'handOutFrom'>

/** True where `a` says more than `b`. The bytes of a source never change, so that the clock need not be asked. */
export function isAhead(a: Checkpoint, b: Checkpoint | undefined): boolean {
  return b === undefined || a.offset > b.offset
}
