import {type Candidate, findCandidates, mannerOf, placeSpans, type Weights} from './candidates.js'
import type {Draft} from './draft.js'
import {type Evidence, evidenceOf} from './evidence.js'
import {type Habits, habitsOfTimes, learntHabits, NOBODY, usual} from './habits.js'

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

export interface Known {
  /** Parents that the ids tell. */
  known: ReadonlyMap<Draft, Draft>
  /** Milliseconds that clocks are ahead, by host. */
  offsets: ReadonlyMap<string, number>
  /** Milliseconds by which the clocks of two hosts may still differ. */
  tolerance: number
}

/** Rounds in which what the other calls between two services look like is weighed in. */
const ROUNDS = 3

/**
 * Makes out whose child each of `wanted` is, of all spans in `drafts`: by how they lie in time, by shared values and
 * services named, and by who else calls the same service.
 */
export function inferParents(
  drafts: readonly Draft[],
  wanted: ReadonlySet<Draft>,
  {known, offsets, tolerance}: Known,
  evidence: readonly Evidence[] = evidenceOf(drafts),
): Inference {
  const manner = mannerOf(tolerance)
  const candidates = findCandidates(placeSpans(drafts, offsets, evidence), wanted, manner)
  let habits = habitsOfTimes(candidates, evidence)
  let chances: Array<Chances | undefined> = []
  for (let round = 1; round <= ROUNDS; round++) {
    chances = candidates.map(
      (list, child) =>
        list && weigh(list, (evidence[child] as Evidence).service, habits, manner.weights, chances[child]),
    )
    if (round < ROUNDS) habits = learntHabits(chances, candidates, evidence, habits)
  }
  return choose(drafts, chances, candidates, known)
}

interface Chances {
  scores: Float64Array
  rootScore: number
  /** By candidate; with `root` they make 1. */
  shares: Float64Array
  root: number
}

/** `before`: of an earlier round, to be filled anew. */
function weigh(
  list: readonly Candidate[],
  service: number,
  habits: Habits,
  weights: Weights,
  before?: Chances,
): Chances {
  const habit = habits.get(service)
  const chances = before ?? emptyChances(list.length)
  const {scores, shares} = chances
  const rootHabit = weights.rootHabit * Math.exp(usual(habit, NOBODY))
  chances.rootScore = weights.root + rootHabit + (list.some(isTied) ? weights.sameTrace : 0)
  let best = chances.rootScore
  for (let i = 0; i < list.length; i++) {
    const {times, fixed, service: by} = list[i] as Candidate
    const score = times + fixed + weights.habit * usual(habit, by)
    scores[i] = score
    if (score > best) best = score
  }
  const root = Math.exp(chances.rootScore - best)
  let sum = root
  for (let i = 0; i < scores.length; i++) {
    const share = Math.exp((scores[i] as number) - best)
    shares[i] = share
    sum += share
  }
  for (let i = 0; i < shares.length; i++) shares[i] = (shares[i] as number) / sum
  chances.root = root / sum
  return chances
}

function emptyChances(candidates: number): Chances {
  return {scores: new Float64Array(candidates), rootScore: 0, shares: new Float64Array(candidates), root: 0}
}

function isTied({tied}: Candidate): boolean {
  return tied
}

/** The best parent of each that makes no circle. */
function choose(
  drafts: readonly Draft[],
  chances: ReadonlyArray<Chances | undefined>,
  candidates: ReadonlyArray<Candidate[] | undefined>,
  known: ReadonlyMap<Draft, Draft>,
): Inference {
  const parents = new Map(known)
  // Who is nobody's parent yet is above nobody, and long chains need not be gone through.
  const taken = new Set(known.values())
  const guesses = new Map<Draft, Guess>()
  let total = 0
  for (let child = 0; child < chances.length; child++) {
    const chance = chances[child]
    const list = candidates[child]
    if (chance === undefined || list === undefined) continue
    const draft = drafts[child] as Draft
    const isFree = ({parent}: Candidate) => !taken.has(draft) || !isAbove(draft, drafts[parent] as Draft, parents)
    const place = bestPlace(chance, isFree, list)
    total += Math.max(chance.rootScore, ...chance.scores)
    if (place === undefined) {
      guesses.set(draft, {confidence: chance.root, inside: false})
      continue
    }
    const {parent: index, inside} = list[place] as Candidate
    const parent = drafts[index] as Draft
    parents.set(draft, parent)
    taken.add(parent)
    guesses.set(draft, {parent, confidence: chance.shares[place] as number, inside})
  }
  return {guesses, score: total}
}

/** The place of the best candidate that is better than none and may be taken. */
function bestPlace(
  {scores, rootScore}: Chances,
  mayBe: (candidate: Candidate) => boolean,
  list: readonly Candidate[],
): number | undefined {
  let refused: Set<number> | undefined
  for (;;) {
    let best: number | undefined
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] as number
      if (score > rootScore && !refused?.has(i) && (best === undefined || score > (scores[best] as number))) best = i
    }
    if (best === undefined || mayBe(list[best] as Candidate)) return best
    refused ??= new Set()
    refused.add(best)
  }
}

/** Whether `above` is `span` itself or one of its parents' parents. */
function isAbove(above: Draft, span: Draft, parents: ReadonlyMap<Draft, Draft>): boolean {
  for (let at: Draft | undefined = span; at !== undefined; at = parents.get(at)) if (at === above) return true
  return false
}
