import type {Draft} from './draft.js'

/** Clocks that differ by less are found by how calls lie in each other; by more, nothing lies in anything. */
const LEAST_MS = 1_000
/** Lines are written a little late; ms. */
const SLACK_MS = 5
/** Calls that are off by no more may be of a clock that is only a little wrong; ms. */
const NEAR_MS = 150
/** Calls that must lie in each other once a clock is set right: two may do so by chance. */
const LEAST_NESTED = 3
/** Of a host with a wrong clock so many calls lie in none and hold none, and once it is right so many do. */
const MOST_OF = 0.6
/** Calls of one host, and of the others, that are compared: more tell nothing new. */
const MOST_OWN = 30
const MOST_OTHERS = 300
/** The right time suits so many times as many calls as any other. */
const CLEARLY = 1.5
/** Hosts that are tried. */
const MOST_HOSTS = 4

/** A host whose clock may be off by seconds or more. */
export interface GrossSkew {
  host: string
  /** Milliseconds that it is ahead, about. */
  offset: number
  /** Its calls. */
  calls: number
}

/**
 * Clocks that are off by seconds or more, the likeliest first. Told by calls whose lengths are known: as they are, hardly
 * any of the host lies in a call of another host or holds one, and with one and the same time taken off most of them do.
 */
export function grossSkews(drafts: readonly Draft[]): GrossSkew[] {
  const byHost = new Map<string, Draft[]>()
  for (const draft of drafts) {
    if (!draft.timed || draft.host === undefined) continue
    const list = byHost.get(draft.host)
    if (list) list.push(draft)
    else byHost.set(draft.host, [draft])
  }
  const found: Array<GrossSkew & {nested: number}> = []
  for (const [host, all] of byHost) {
    const others = [...byHost].flatMap(([other, list]) => (other === host ? [] : list))
    const own = all.slice(0, MOST_OWN)
    if (!isAlone(own, others)) continue
    const best = bestShift(own, others.slice(0, MOST_OTHERS))
    if (best) found.push({host, calls: all.length, ...best})
  }
  return found.sort((a, b) => b.nested - a.nested).slice(0, MOST_HOSTS)
}

/** Most lie in none of the others and hold none of them. */
function isAlone(own: readonly Draft[], others: readonly Draft[]): boolean {
  const most = own.length * (1 - MOST_OF)
  let nested = 0
  for (const one of own) if (others.some((other) => isNested(one, other, 0, NEAR_MS)) && ++nested > most) return false
  return true
}

/** Whether one of the two lies in the other, with `ahead` taken off the times of the first. */
function isNested(one: Draft, other: Draft, ahead: number, slack = SLACK_MS): boolean {
  const [begins, ends] = [one.start - ahead - other.start, one.end - ahead - other.end]
  return Math.max(begins, ends) >= -slack && Math.min(begins, ends) <= slack
}

/** What may be taken off the times of the first so that the shorter lies in the longer. */
function nestedShifts(one: Draft, other: Draft): Shifts {
  const [a, b] = [one.start - other.start, one.end - other.end]
  return {from: Math.min(a, b) - SLACK_MS, to: Math.max(a, b) + SLACK_MS}
}

interface Shifts {
  from: number
  to: number
}

/** The time under which the most calls lie in each other; `undefined` where those are too few. */
function bestShift(own: readonly Draft[], others: readonly Draft[]): {offset: number; nested: number} | undefined {
  const edges = own
    .flatMap((one) => shiftsOf(one, others))
    .flatMap(({from, to}) => [
      {at: from, by: 1},
      {at: to, by: -1},
    ])
    .sort((a, b) => a.at - b.at || b.by - a.by)
  let nested = 0
  let best = {offset: 0, nested: LEAST_NESTED - 1}
  const all = edges.map(({at, by}, index) => {
    nested += by
    const offset = (at + (edges[index + 1]?.at ?? at)) / 2
    if (nested > best.nested && Math.abs(offset) >= LEAST_MS) best = {offset, nested}
    return {offset, nested}
  })
  if (best.offset === 0) return undefined
  // Among many calls some fit by chance, under any time.
  const chance = all.some((one) => Math.abs(one.offset - best.offset) > LEAST_MS && one.nested * CLEARLY > best.nested)
  if (chance) return undefined
  const fitting = own.filter((one) => others.some((other) => isNested(one, other, best.offset)))
  return fitting.length >= own.length * MOST_OF ? best : undefined
}

/** Each call that it may hold is one; those that may hold it hold each other, and are one together. */
function shiftsOf(one: Draft, others: readonly Draft[]): Shifts[] {
  const holds: Shifts[] = []
  const held: Shifts[] = []
  for (const other of others) {
    if (one.traceId !== undefined && other.traceId !== undefined && one.traceId !== other.traceId) continue
    const longer = other.end - other.start >= one.end - one.start
    ;(longer ? held : holds).push(nestedShifts(one, other))
  }
  const joined: Shifts[] = []
  for (const shifts of held.sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last && shifts.from <= last.to) last.to = Math.max(last.to, shifts.to)
    else joined.push({...shifts})
  }
  return [...holds, ...joined]
}
