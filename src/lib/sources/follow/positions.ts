import type {UnitBatch} from '../../units/unit-batch.js'
import type {Checkpoint} from '../checkpoints/checkpoint.js'

/** Where reading may begin again: a unit's first byte, and the number of its line, 0 where unknown. */
export interface Place {
  offset: number
  line: number
  /** The unit before: it decides whether what comes is a continuation. */
  last?: {offset: number; line: number}
}

/** The file a source is read from now. */
export interface Whereabouts {
  path: string
  device: string
  inode: string
}

interface Handed {
  batch: UnitBatch
  /** Where the next batch begins. */
  next: Place
  acknowledged: boolean
}

interface SourcePosition {
  where: Whereabouts
  /** In the order they were handed out. */
  queue: Handed[]
  handed: Place
  acknowledged?: Place
  changed: boolean
}

/** How far each source was handed out, and how far the bus has acknowledged all of it. */
export class Positions {
  private readonly sources = new Map<string, SourcePosition>()
  /** Sources of which no checkpoint is known yet: killed now, a follower would not look for them under another name. */
  hasNew = false

  /** A source is read from now on, and nothing of it is acknowledged. */
  begun(source: string, where: Whereabouts, place: Place): void {
    if (this.sources.has(source) || !Number.isFinite(place.offset)) return
    this.sources.set(source, {where, queue: [], handed: place, acknowledged: place, changed: true})
    this.hasNew = true
  }

  handed(source: string, where: Whereabouts, batch: UnitBatch, next: Place): void {
    const position = this.sources.get(source)
    const entry = {batch, next, acknowledged: false}
    if (!position) this.sources.set(source, {where, queue: [entry], handed: next, changed: false})
    else {
      position.where = where
      position.handed = next
      position.queue.push(entry)
    }
  }

  /** A batch counts once those before it of the same source are acknowledged, too. */
  acknowledged(batch: UnitBatch): void {
    const position = this.sources.get(batch.envelope.source)
    const entry = position?.queue.find((each) => each.batch === batch)
    if (!position || !entry) return
    entry.acknowledged = true
    while (position.queue[0]?.acknowledged) {
      position.acknowledged = position.queue.shift()?.next
      position.changed = true
    }
  }

  /** Where a source goes on that was read before in this run. */
  handedTo(source: string): Place | undefined {
    return this.sources.get(source)?.handed
  }

  /** True when everything handed out of the source is acknowledged. */
  isSettled(source: string): boolean {
    return (this.sources.get(source)?.queue.length ?? 0) === 0
  }

  /** What has been acknowledged and not been taken yet. */
  takeChanged(updated: string): Checkpoint[] {
    const changed: Checkpoint[] = []
    this.hasNew = false
    for (const [source, position] of this.sources) {
      if (!position.changed || !position.acknowledged) continue
      position.changed = false
      changed.push({source, ...position.where, ...position.acknowledged, updated})
    }
    return changed
  }
}
