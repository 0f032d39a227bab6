// How quickly a topic fills and a group processes it, told by where both stand every now and then.

import type {TopicState} from '../bus/bus.js'
import {lagOf} from './pipeline-status.js'

export interface Pace {
  /** Units a second that came, and that were processed; over the last looks. Absent after the first look. */
  coming?: number
  processed?: number
  /** Units that are not processed. */
  behind: number
  /** How long processing them takes as it goes now; absent where nothing is processed. */
  behindMs?: number
  /** Since when nothing of them has been processed, ms since 1970; absent where nothing waits, or some is being processed. */
  stalledSince?: number
}

interface Look {
  at: number
  /** Ends and processed places, all partitions together. */
  next: number
  done: number
  behind: number
}

/** Time over which speeds are measured, ms. */
const OVER_MS = 10_000

/** Takes looks at one topic and group. */
export class PaceMeter {
  #looks: Look[] = []
  #incarnation: string | undefined
  #partitions = 0
  /** When the processed places moved last, or nothing waited. */
  #movedAt: number | undefined

  /** @param at ms since 1970, later than before */
  look({partitions, incarnation}: TopicState, at: number): Pace {
    const now: Look = {at, next: 0, done: 0, behind: lagOf(partitions)}
    for (const {next, earliest, committed = earliest} of partitions) {
      now.next += next
      now.done += committed
    }
    const before = this.#looks.at(-1)
    const anew = incarnation !== this.#incarnation || partitions.length !== this.#partitions
    // Offsets that begin anew, or of more partitions, say nothing about speed.
    if (anew || (before && (now.next < before.next || now.done < before.done))) this.#looks = []
    this.#incarnation = incarnation
    this.#partitions = partitions.length
    if (now.behind === 0 || !before || now.done !== before.done) this.#movedAt = at
    this.#looks = [...this.#looks.filter((look) => at - look.at <= OVER_MS), now]
    return this.#pace(now)
  }

  #pace(now: Look): Pace {
    const {behind, at} = now
    const first = this.#looks[0] as Look
    const stalled = this.#movedAt !== at ? {stalledSince: this.#movedAt} : {}
    if (first.at === at) return {behind, ...stalled}
    const perSecond = (from: number, to: number) => ((to - from) * 1_000) / (at - first.at)
    const processed = perSecond(first.done, now.done)
    return {
      coming: perSecond(first.next, now.next),
      processed,
      behind,
      ...(behind > 0 && processed > 0 ? {behindMs: (behind * 1_000) / processed} : {}),
      ...stalled,
    }
  }
}
