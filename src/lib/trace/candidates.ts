import type {Draft} from './draft.js'
import {type Evidence, sharesValue} from './evidence.js'
import {type Placed, relate} from './relate.js'

/** A span that may be the parent of another, and what speaks for it. Scores are logarithms of odds. */
export interface Candidate {
  /** Its place among the spans, and the number of its service. */
  parent: number
  service: number
  /** How well the times suit a call: see relate.ts. */
  times: number
  inside: boolean
  /** The times hold as they are, with no clock set right. */
  sure: boolean
  /** Everything else that does not change from round to round. */
  fixed: number
  /** Of one service and one kind: side by side rather than one in the other. */
  alike: boolean
  /** Of the same trace or request, by an id or a value of their own. */
  tied: boolean
}

/** How the times of two hosts compare, and what counts for how much. */
export interface Manner {
  /** Milliseconds by which the clocks of two hosts may differ. */
  tolerance: number
  weights: Weights
}

export const WEIGHTS = {
  /** Each span between the two that would hold the child as well. */
  level: -1.3,
  sharedValue: 1.4,
  parentNamesChild: 1.2,
  childNamesParent: 1.2,
  otherRequest: -4,
  sameService: -1,
  sameHost: -1.5,
  sameKind: -2,
  /** A step of a call: its place was made out with the call itself. */
  step: 8,
  habit: 1.6,
  root: 0.4,
  rootHabit: 2.5,
  /** A trace, or a request, has one root: it is no other span's. */
  sameTrace: -2,
}

export type Weights = typeof WEIGHTS

/** Where clocks are wrong times say less, and what is usual says more. */
const LOOSE_WEIGHTS: Weights = {...WEIGHTS, level: -0.7, habit: 2.4}
/** From this tolerance on; ms. */
const LOOSE_MS = 5

export function mannerOf(tolerance: number): Manner {
  return {tolerance, weights: tolerance > LOOSE_MS ? LOOSE_WEIGHTS : WEIGHTS}
}

/** Spans looked at as parents of one: those that began last before it, and the longest still running. */
const MOST_RECENT = 24
const MOST_LONG = 8
/** Of these the likeliest go into the rounds. */
const MOST_CANDIDATES = 8
/** What times speak against so much is not looked at further. */
const LEAST_SCORE = -3.5
/** Spans over for longer are not among the long ones that still run; ms. */
const LATE_MS = 50
/** A parent that ended this long before is none; ms. */
const FORGOTTEN_MS = 10_000
/** A parent over for longer must share something with the child, or be named by it; ms. */
const FAR_MS = 80
/** What shares a value with a span that ended no longer ago was begun by somebody; ms. */
const SOON_MS = 300
/** Lines are written a little later than what they tell of; ms. */
const SLACK_MS = 0.3
const MOST_LEVELS = 3

/** Times stand by place, so that most pairs are passed over without a look at the rest. */
export interface Spans extends Placed {
  evidence: readonly Evidence[]
}

export function placeSpans(
  drafts: readonly Draft[],
  offsets: ReadonlyMap<string, number>,
  evidence: readonly Evidence[],
): Spans {
  const starts = new Float64Array(drafts.length)
  const ends = new Float64Array(drafts.length)
  for (let i = 0; i < drafts.length; i++) {
    const {host, start, end} = drafts[i] as Draft
    const offset = offsets.size === 0 ? 0 : (offsets.get(host ?? '') ?? 0)
    starts[i] = start - offset
    ends[i] = end - offset
  }
  return {drafts, evidence, starts, ends}
}

/** The likeliest parents of each span that is wanted; `undefined` for the others. */
export function findCandidates(
  spans: Spans,
  wanted: ReadonlySet<Draft>,
  manner: Manner,
): Array<Candidate[] | undefined> {
  const {drafts, starts, ends} = spans
  const {tolerance} = manner
  // Earlier first; of two that begin together the longer one, which may hold the other.
  const order = Uint32Array.from(drafts, (_, i) => i).sort(
    (a, b) => at(starts, a) - at(starts, b) || at(ends, b) - at(ends, a),
  )
  const found: Array<Candidate[] | undefined> = new Array(drafts.length)
  let long: number[] = []
  let next = 0
  for (const child of order) {
    const start = at(starts, child)
    // Those that begin a little later by their own clock may be meant, too.
    for (; next < order.length && at(starts, order[next] as number) <= start + tolerance; next++) {
      if (next >= MOST_RECENT) long.push(order[next - MOST_RECENT] as number)
      if (long.length > 2 * MOST_LONG) long = longest(long, ends, start)
    }
    if (!wanted.has(drafts[child] as Draft)) continue
    const list: Candidate[] = []
    for (const parent of long) if (at(ends, parent) >= start - tolerance) consider(parent, child, spans, manner, list)
    for (let i = Math.max(0, next - MOST_RECENT); i < next; i++)
      consider(order[i] as number, child, spans, manner, list)
    rankLevels(list, spans, manner.weights)
    found[child] = likeliest(list)
  }
  return found
}

function at(times: Float64Array, index: number): number {
  return times[index] as number
}

function likeliest(list: Candidate[]): Candidate[] {
  if (list.length <= MOST_CANDIDATES) return list
  return list.sort(byPromise).slice(0, MOST_CANDIDATES)
}

function byPromise(a: Candidate, b: Candidate): number {
  return b.times + b.fixed - a.times - a.fixed
}

/** The spans that run the longest, of those not yet over. */
function longest(list: readonly number[], ends: Float64Array, now: number): number[] {
  const running = list.filter((index) => at(ends, index) > now - LATE_MS)
  return running.sort((a, b) => at(ends, b) - at(ends, a)).slice(0, MOST_LONG)
}

/** Adds the candidate to the list, if it is one. */
function consider(parent: number, child: number, spans: Spans, {tolerance, weights}: Manner, list: Candidate[]): void {
  const {drafts, evidence, starts, ends} = spans
  const gap = at(starts, child) - at(ends, parent)
  if (parent === child || gap > FORGOTTEN_MS) return
  const a = drafts[parent] as Draft
  const b = drafts[child] as Draft
  if (a.traceId !== b.traceId && a.traceId !== undefined && b.traceId !== undefined) return
  const x = evidence[parent] as Evidence
  const y = evidence[child] as Evidence
  const far = gap > FAR_MS && gap > tolerance
  if (far && !sharesValue(x, y) && !x.named.has(y.service) && !y.named.has(x.service)) return
  const sameHost = a.host !== undefined && a.host === b.host
  const relation = relate(spans, parent, child, SLACK_MS, sameHost ? 0 : tolerance)
  if (relation === undefined || relation.score < LEAST_SCORE) return
  const shares = sharesValue(x, y)
  const named =
    (x.named.has(y.service) ? weights.parentNamesChild : 0) + (y.named.has(x.service) ? weights.childNamesParent : 0)
  let fixed = named + (shares ? weights.sharedValue : 0)
  const bothRequests = a.requestId !== undefined && b.requestId !== undefined
  if (bothRequests && a.requestId !== b.requestId) fixed += weights.otherRequest
  const sameService = x.service === y.service && x.service !== -1
  const alike = sameService && x.kind === y.kind
  if (b.within === a && !alike) fixed += weights.step
  else if (sameService)
    fixed += weights.sameService + (sameHost ? weights.sameHost : 0) + (alike ? weights.sameKind : 0)
  const tied =
    (a.traceId !== undefined && a.traceId === b.traceId) ||
    (bothRequests && a.requestId === b.requestId) ||
    (shares && gap <= SOON_MS)
  const {kind, score: times, sure} = relation
  list.push({parent, service: x.service, times, inside: kind === 'inside', sure, fixed, alike, tied})
}

/** Of all that hold the child the shortest is the nearest: each one above it is a level further away. */
function rankLevels(list: readonly Candidate[], {starts, ends}: Spans, weights: Weights): void {
  const holding: Candidate[] = []
  const lengths: number[] = []
  for (const candidate of list) {
    if (!candidate.inside) continue
    const length = at(ends, candidate.parent) - at(starts, candidate.parent)
    let place = holding.length
    for (; place > 0 && (lengths[place - 1] as number) > length; place--) {
      holding[place] = holding[place - 1] as Candidate
      lengths[place] = lengths[place - 1] as number
    }
    holding[place] = candidate
    lengths[place] = length
  }
  let level = 0
  for (const candidate of holding) {
    candidate.fixed += weights.level * Math.min(level, MOST_LEVELS)
    // What would hold it only by a wrong clock takes nothing from those that do.
    if (candidate.sure && !candidate.alike) level++
  }
}
