import type {Draft} from './draft.js'
import {type Evidence, evidenceOf, sharedValues} from './evidence.js'
import {type Relation, relate} from './relate.js'

/** What was made out of one span: a parent, or that it has none; and how sure that is, 0 to 1. */
export interface Guess {
  parent?: Draft
  confidence: number
  /** The child lies within the parent, as far as the clocks can be trusted. */
  inside: boolean
}

export interface Inference {
  guesses: Map<Draft, Guess>
  /** How well everything fits together: only good to be compared with that of the same drafts. */
  score: number
}

/** Spans looked at as parents of one: those that began last before it, and the longest still running. */
const MOST_RECENT = 32
const MOST_LONG = 12
/** What times speak against so much is not looked at further. */
const LEAST_SCORE = -3.5
/** Of these the likeliest go into the rounds. */
const MOST_CANDIDATES = 10
/** Spans over for longer are not among the long ones that still run; ms. */
const LEAST_LATE_MS = 50
/** A parent that ended this long before is none; ms. */
const FORGOTTEN_MS = 10_000
/** Lines are written a little later than what they tell of; ms. */
const SLACK_MS = 0.3
/** Rounds in which what the other calls between two services look like is weighed in. */
const ROUNDS = 3
const MOST_LEVELS = 3

const WEIGHTS = {
  /** Each span between the two that would hold the child as well. */
  level: -1.3,
  sharedValue: 1.4,
  parentNamesChild: 1.2,
  childNamesParent: 1.2,
  otherRequest: -4,
  sameService: -1,
  sameHost: -1.5,
  /** A step of a call: its place was made out with the call itself. */
  step: 8,
  habit: 1.6,
  root: 0.4,
  rootHabit: 2.5,
  /** A trace, or a request, has one root: it is no other span's. */
  sameTrace: -2,
}

/** Where clocks are wrong times say less, and what is usual says more. */
const LOOSE_WEIGHTS: typeof WEIGHTS = {...WEIGHTS, level: -0.7, habit: 2.4}
/** From this tolerance on; ms. */
const LOOSE_MS = 5

interface Candidate {
  parent: number
  relation: Relation
  /** What does not change from round to round. */
  fixed: number
  /** Of the same trace or request, by an id. */
  tied: boolean
}

/** How often services are called by others, learnt from the spans themselves. */
type Habits = Map<number, {spans: number; by: Map<number, number>}>

/** Stands for the service of a caller that nobody logged. */
const NOBODY = -2

/**
 * Makes out whose child each of `wanted` is. `drafts` are all spans, `known` the parents the ids tell, `offsets` how
 * far each host's clock is ahead, and `tolerance` by how much the clocks of two hosts may still differ; ms.
 */
export function inferParents(
  drafts: readonly Draft[],
  wanted: ReadonlySet<Draft>,
  {
    known,
    offsets,
    tolerance,
  }: {known: ReadonlyMap<Draft, Draft>; offsets: ReadonlyMap<string, number>; tolerance: number},
  evidence: readonly Evidence[] = evidenceOf(drafts),
): Inference {
  const spans = drafts.map((draft) => {
    const offset = offsets.get(draft.host ?? '') ?? 0
    return {draft, start: draft.start - offset, end: draft.end - offset}
  })
  const weights = tolerance > LOOSE_MS ? LOOSE_WEIGHTS : WEIGHTS
  const candidates = findCandidates(spans, wanted, {tolerance, weights}, evidence)
  let habits = geometricHabits(candidates, evidence)
  let chances: Array<Chances | undefined> = []
  for (let round = 0; round < ROUNDS; round++) {
    chances = candidates.map((list, child) => list && weigh(list, child, {evidence, habits, weights}))
    if (round < ROUNDS - 1) habits = learntHabits(chances, candidates, evidence, habits)
  }
  return choose(drafts, chances, candidates, known)
}

type Weights = typeof WEIGHTS

/** How the times of two hosts compare, and what counts for how much. */
interface Manner {
  tolerance: number
  weights: Weights
}

interface Timed {
  draft: Draft
  start: number
  end: number
}

function findCandidates(
  spans: readonly Timed[],
  wanted: ReadonlySet<Draft>,
  manner: Manner,
  evidence: readonly Evidence[],
): Array<Candidate[] | undefined> {
  const {tolerance} = manner
  const order = spans.map((_, i) => i).sort((a, b) => begins(spans[a] as Timed, spans[b] as Timed))
  const candidates: Array<Candidate[] | undefined> = spans.map(() => undefined)
  let long: number[] = []
  let next = 0
  for (const child of order) {
    const span = spans[child] as Timed
    // Those that begin a little later by their own clock may be meant, too.
    for (; next < order.length && (spans[order[next] as number] as Timed).start <= span.start + tolerance; next++) {
      if (next >= MOST_RECENT) long.push(order[next - MOST_RECENT] as number)
      if (long.length > 4 * MOST_LONG) long = longest(long, spans, span.start)
    }
    if (!wanted.has(span.draft)) continue
    const list: Candidate[] = []
    const consider = (parent: number): void => {
      const candidate = parent === child ? undefined : candidateOf(parent, child, spans, manner, evidence)
      if (candidate) list.push(candidate)
    }
    for (const parent of long) if ((spans[parent] as Timed).end >= span.start - tolerance) consider(parent)
    for (let i = Math.max(0, next - MOST_RECENT); i < next; i++) consider(order[i] as number)
    rankLevels(list, spans, manner.weights)
    candidates[child] = likeliest(list)
  }
  return candidates
}

function likeliest(list: Candidate[]): Candidate[] {
  if (list.length <= MOST_CANDIDATES) return list
  list.sort((a, b) => b.relation.score + b.fixed - a.relation.score - a.fixed)
  return list.slice(0, MOST_CANDIDATES)
}

/** Earlier first; of two that begin together the longer one, which may hold the other. */
function begins(a: Timed, b: Timed): number {
  return a.start - b.start || b.end - a.end
}

/** The spans that run the longest, of those not yet over. */
function longest(list: readonly number[], spans: readonly Timed[], now: number): number[] {
  const running = list.filter((index) => (spans[index] as Timed).end > now - LEAST_LATE_MS)
  return running.sort((a, b) => (spans[b] as Timed).end - (spans[a] as Timed).end).slice(0, MOST_LONG)
}

function candidateOf(
  parent: number,
  child: number,
  spans: readonly Timed[],
  {tolerance, weights}: Manner,
  evidence: readonly Evidence[],
): Candidate | undefined {
  const [p, c] = [spans[parent] as Timed, spans[child] as Timed]
  const [a, b] = [p.draft, c.draft]
  if (a.traceId !== undefined && b.traceId !== undefined && a.traceId !== b.traceId) return undefined
  if (c.start - p.end > FORGOTTEN_MS) return undefined
  const sameHost = a.host !== undefined && a.host === b.host
  const relation = relate(p, c, {slack: SLACK_MS, tolerance: sameHost ? 0 : tolerance})
  if (relation === undefined || relation.score < LEAST_SCORE) return undefined
  const [x, y] = [evidence[parent] as Evidence, evidence[child] as Evidence]
  let fixed = 0
  if (a.requestId !== undefined && b.requestId !== undefined)
    fixed += a.requestId === b.requestId ? 0 : weights.otherRequest
  if (sharedValues(x, y) > 0) fixed += weights.sharedValue
  if (x.named.has(y.service)) fixed += weights.parentNamesChild
  if (y.named.has(x.service)) fixed += weights.childNamesParent
  if (b.within === a) fixed += weights.step
  else if (x.service === y.service && x.service !== -1) fixed += weights.sameService + (sameHost ? weights.sameHost : 0)
  const tied =
    (a.traceId !== undefined && a.traceId === b.traceId) || (a.requestId !== undefined && a.requestId === b.requestId)
  return {parent, relation, fixed, tied}
}

/** Of all that hold the child the shortest is the nearest: each one above it is a level further away. */
function rankLevels(list: Candidate[], spans: readonly Timed[], weights: Weights): void {
  const holding = list.filter(({relation}) => relation.kind === 'inside')
  const length = ({parent}: Candidate) => (spans[parent] as Timed).end - (spans[parent] as Timed).start
  holding.sort((a, b) => length(a) - length(b))
  let level = 0
  for (const candidate of holding) {
    candidate.fixed += weights.level * Math.min(level, MOST_LEVELS)
    // What would hold it only by a wrong clock takes nothing from those that do.
    if (candidate.relation.sure) level++
  }
}

/** From times alone: the share of a service's spans that some span of another could have called. */
function geometricHabits(candidates: ReadonlyArray<Candidate[] | undefined>, evidence: readonly Evidence[]): Habits {
  const habits: Habits = new Map()
  for (const [child, list] of candidates.entries()) {
    if (list === undefined) continue
    const shares = new Map<number, number>()
    let best = Number.NEGATIVE_INFINITY
    let likely = 0
    for (const {relation, fixed} of list) {
      best = Math.max(best, relation.score)
      likely = Math.max(likely, relation.score + fixed)
    }
    for (const {parent, relation} of list) {
      const service = (evidence[parent] as Evidence).service
      const share = Math.exp(Math.min(0, relation.score - best))
      shares.set(service, Math.max(shares.get(service) ?? 0, share))
    }
    shares.set(NOBODY, Math.exp(-likely))
    addHabit(habits, (evidence[child] as Evidence).service, shares)
  }
  return habits
}

/** From what was made out of the other calls; a call does not count for itself. */
function learntHabits(
  chances: ReadonlyArray<Chances | undefined>,
  candidates: ReadonlyArray<Candidate[] | undefined>,
  evidence: readonly Evidence[],
  before: Habits,
): Habits {
  const habits: Habits = new Map()
  for (const [child, chance] of chances.entries()) {
    const list = candidates[child]
    if (chance === undefined || list === undefined) continue
    const shares = new Map<number, number>([[NOBODY, chance.root]])
    for (const [i, {parent}] of list.entries()) {
      const service = (evidence[parent] as Evidence).service
      shares.set(service, (shares.get(service) ?? 0) + (chance.shares[i] as number))
    }
    addHabit(habits, (evidence[child] as Evidence).service, shares)
  }
  // Half of the weight stays with the times, so that a first wrong guess does not feed itself.
  for (const [service, habit] of habits) {
    const old = before.get(service)
    if (!old) continue
    for (const [by, share] of old.by) habit.by.set(by, ((habit.by.get(by) ?? 0) + share) / 2)
  }
  return habits
}

function addHabit(habits: Habits, service: number, shares: ReadonlyMap<number, number>): void {
  let habit = habits.get(service)
  if (!habit) {
    habit = {spans: 0, by: new Map()}
    habits.set(service, habit)
  }
  habit.spans++
  for (const [by, share] of shares) habit.by.set(by, (habit.by.get(by) ?? 0) + share)
}

interface Chances {
  /** By candidate; with `root` they make 1. */
  shares: number[]
  root: number
  scores: number[]
  rootScore: number
}

function weigh(
  list: readonly Candidate[],
  child: number,
  {evidence, habits, weights}: {evidence: readonly Evidence[]; habits: Habits; weights: Weights},
): Chances {
  const habit = habits.get((evidence[child] as Evidence).service)
  const usual = (by: number): number => {
    if (habit === undefined) return 0
    return Math.log(((habit.by.get(by) ?? 0) + (by === NOBODY ? 0.1 : 0.3)) / (habit.spans + 0.3))
  }
  const scores = list.map(
    ({parent, relation, fixed}) =>
      relation.score + fixed + weights.habit * usual((evidence[parent] as Evidence).service),
  )
  const tied = list.some(({tied}) => tied)
  const rootScore = weights.root + weights.rootHabit * Math.exp(usual(NOBODY)) + (tied ? weights.sameTrace : 0)
  const best = scores.reduce((most, score) => Math.max(most, score), rootScore)
  const shares = scores.map((score) => Math.exp(score - best))
  const rootWeight = Math.exp(rootScore - best)
  const sum = shares.reduce((total, weight) => total + weight, rootWeight)
  return {shares: shares.map((weight) => weight / sum), root: rootWeight / sum, scores, rootScore}
}

/** The best parent of each that makes no circle. */
function choose(
  drafts: readonly Draft[],
  chances: ReadonlyArray<Chances | undefined>,
  candidates: ReadonlyArray<Candidate[] | undefined>,
  known: ReadonlyMap<Draft, Draft>,
): Inference {
  const parents = new Map(known)
  const guesses = new Map<Draft, Guess>()
  let total = 0
  for (const [child, chance] of chances.entries()) {
    const list = candidates[child]
    if (chance === undefined || list === undefined) continue
    const draft = drafts[child] as Draft
    const places = chance.scores.map((_, i) => i).filter((i) => (chance.scores[i] as number) > chance.rootScore)
    places.sort((a, b) => (chance.scores[b] as number) - (chance.scores[a] as number))
    const place = places.find((i) => !isAbove(draft, drafts[(list[i] as Candidate).parent] as Draft, parents))
    total += Math.max(chance.rootScore, ...chance.scores.slice(0, 64))
    if (place === undefined) {
      guesses.set(draft, {confidence: chance.root, inside: false})
      continue
    }
    const {parent: index, relation} = list[place] as Candidate
    const parent = drafts[index] as Draft
    parents.set(draft, parent)
    guesses.set(draft, {parent, confidence: chance.shares[place] as number, inside: relation.kind === 'inside'})
  }
  return {guesses, score: total}
}

/** Whether `above` is `span` itself or one of its parents' parents. */
function isAbove(above: Draft, span: Draft, parents: ReadonlyMap<Draft, Draft>): boolean {
  for (let at: Draft | undefined = span; at !== undefined; at = parents.get(at)) if (at === above) return true
  return false
}
