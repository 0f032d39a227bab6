import type {Draft} from './draft.js'

/** A parent and its child, and how far we believe it. */
export interface Bond {
  parent: Draft
  child: Draft
  /** 0 to 1. */
  weight: number
  /** The parent did not end before the child, as far as is known. */
  waits: boolean
}

/** Clocks that differ by less are taken to agree: lines are written a little late; ms. */
const AGREE_MS = 2
const ROUNDS = 12
/** A child that begins before its parent is impossible; one that ends after it may have been left to run. */
const START_WEIGHT = 4
const MODESTY = 0.25
/** Bonds of one host that are weighed; more tell nothing new. */
const MOST_BONDS = 200

/** One bound on how far a host's clock is ahead of its neighbour's. */
interface Bound {
  other: string
  /** The host is behind the other or level (`most`), ahead or level (`least`), by this much. */
  most?: number
  least?: number
  weight: number
}

/**
 * How far each host's clock is ahead, milliseconds, told by children that begin before their parents; hosts that agree
 * with the others are not named. The clock that most spans were written by is taken as right. What is given back
 * breaks as few bounds as possible, in the middle of what they leave open.
 */
export function estimateOffsets(bonds: readonly Bond[]): Map<string, number> {
  const bounds = boundsOf(bonds)
  if (![...bounds.values()].some((list) => list.some(isBroken))) return new Map()
  const hosts = [...bounds].sort((a, b) => b[1].length - a[1].length).map(([host]) => host)
  const offsets = new Map(hosts.map((host) => [host, 0]))
  const anchor = hosts[0]
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0
    for (const host of hosts) {
      if (host === anchor) continue
      const before = offsets.get(host) as number
      const after = bestOffset(bounds.get(host) as Bound[], offsets, before)
      offsets.set(host, after)
      moved = Math.max(moved, Math.abs(after - before))
    }
    if (moved < 0.01) break
  }
  for (const [host, offset] of offsets) if (Math.abs(offset) < AGREE_MS) offsets.delete(host)
  return offsets
}

function boundsOf(bonds: readonly Bond[]): Map<string, Bound[]> {
  const bounds = new Map<string, Bound[]>()
  const add = (host: string, bound: Bound): void => {
    const list = bounds.get(host)
    if (list === undefined) bounds.set(host, [bound])
    else if (list.length < MOST_BONDS) list.push(bound)
  }
  for (const {parent, child, weight, waits} of bonds) {
    if (parent.host === undefined || child.host === undefined || parent.host === child.host) continue
    // By a clock that is ahead, times are too late: the child's start less the parent's is at least what it is ahead.
    if (parent.startKnown) {
      const most = child.start - parent.start
      add(child.host, {other: parent.host, most, weight: weight * START_WEIGHT})
      add(parent.host, {other: child.host, least: -most, weight: weight * START_WEIGHT})
    }
    if (waits && parent.endKnown && parent.end - parent.start >= child.end - child.start) {
      const least = child.end - parent.end
      add(child.host, {other: parent.host, least, weight})
      add(parent.host, {other: child.host, most: -least, weight})
    }
  }
  return bounds
}

/** A start that is impossible when all clocks agree. */
function isBroken({most, weight}: Bound): boolean {
  return most !== undefined && most < -AGREE_MS && weight >= START_WEIGHT / 2
}

/** The offset that breaks least: `now` where that is one of several, else the middle of them. */
function bestOffset(bounds: readonly Bound[], offsets: ReadonlyMap<string, number>, now: number): number {
  const bends = bounds.map(({other, most, least, weight}) => {
    const base = offsets.get(other) ?? 0
    return {at: base + (most ?? (least as number)), least: most === undefined, weight}
  })
  // Of all that would do the least is the likeliest: clocks are mostly about right.
  bends.push({at: 0, least: true, weight: MODESTY}, {at: 0, least: false, weight: MODESTY})
  bends.sort((a, b) => a.at - b.at)
  // The cost is convex and bends at the bounds only: its slope goes from minus all `least` to plus all `most`.
  let slope = -bends.reduce((sum, {least, weight}) => sum + (least ? weight : 0), 0)
  let low = Number.NEGATIVE_INFINITY
  for (const {at, weight} of bends) {
    if (slope >= -1e-9) return within(low, at, now)
    slope += weight
    low = at
    if (slope > 1e-9) return at
  }
  return within(low, Number.POSITIVE_INFINITY, now)
}

function within(low: number, high: number, now: number): number {
  if (now >= low && now <= high) return now
  if (!Number.isFinite(low)) return high
  return Number.isFinite(high) ? (low + high) / 2 : low
}
