import {type Bond, estimateOffsets} from './clock-skew.js'
import type {Draft} from './draft.js'
import {type Evidence, evidenceOf} from './evidence.js'
import {type GrossSkew, grossSkews} from './gross-skew.js'
import {type Inference, inferParents} from './infer-parents.js'
import type {Edge} from './span.js'

export interface Links {
  /** All spans: those given and, after them, those that are only known as parents. */
  drafts: Draft[]
  parents: Map<Draft, {parent: Draft; edge: Edge}>
  /** Milliseconds that clocks are ahead, by host; hosts that are right are not named. */
  offsets: Map<string, number>
}

/** Clocks that are kept right differ by no more; ms. */
const CLOCKS_AGREE_MS = 2
/** Clocks further apart than this are not looked for where there are no span ids; ms. */
const WIDEST_MS = 150
/** Clocks that were set right may still be off by this much; ms. */
const SET_RIGHT_MS = 100
/** Clocks that were seconds off are made out about so well; ms. */
const ABOUT_MS = 5
/** A score of this for each span (4: it lies within its parent) leaves nothing for wrong clocks to explain. */
const EXPLAINED = 3.2
/** What setting clocks right must gain, for each span, before it is believed. */
const GAIN = 0.25
const ROUNDS = 3
/** Spans that clocks are made out from; of more, the first ones. */
const MOST_WEIGHED = 1500
/** One in so many spans without a parent is much. */
const MANY = 20
/** More is never certain where no id says so. */
const MOST_CONFIDENCE = 0.99

/** Finds the parent of every span: by ids where they are told, by inference where they are not. */
export function linkSpans(given: readonly Draft[]): Links {
  const {drafts, known, wanted} = exactLinks(given)
  const exact: Bond[] = [...known].map(([child, parent]) => ({parent, child, weight: 1, waits: true}))
  let offsets = estimateOffsets(exact.filter(({parent}) => parent.records.length > 0))
  let inference: Inference = {guesses: new Map(), score: 0}
  if (wanted.size > 0) [inference, offsets] = inferAll(drafts, wanted, known, exact, offsets)
  const parents = new Map<Draft, {parent: Draft; edge: Edge}>()
  for (const [child, parent] of known) parents.set(child, {parent, edge: {kind: 'exact'}})
  for (const [child, {parent, confidence}] of inference.guesses)
    if (parent)
      parents.set(child, {parent, edge: {kind: 'inferred', confidence: Math.min(MOST_CONFIDENCE, confidence)}})
  return {drafts, parents, offsets}
}

/**
 * With the clocks as they are and, where that leaves much unexplained, with clocks set right by what fits best; the
 * second is taken only where it explains clearly more.
 */
function inferAll(
  drafts: readonly Draft[],
  wanted: ReadonlySet<Draft>,
  known: ReadonlyMap<Draft, Draft>,
  exact: readonly Bond[],
  told: Map<string, number>,
): [Inference, Map<string, number>] {
  // Reading every text pays where there is much to be made out.
  const texts = drafts.length <= MOST_WEIGHED || wanted.size * MANY >= drafts.length
  const evidence = evidenceOf(drafts, texts)
  const plain = inferParents(drafts, wanted, {known, offsets: told, tolerance: CLOCKS_AGREE_MS}, evidence)
  // Where ids tell of calls, they tell of clocks, too.
  const gross = known.size === 0 ? grossSkews(drafts) : []
  const explained = plain.score >= EXPLAINED * wanted.size && gross.length === 0
  if (explained || new Set(drafts.map(({host}) => host)).size < 2) return [plain, told]
  const some = drafts.length <= MOST_WEIGHED ? drafts : [...drafts].sort(byStart).slice(0, MOST_WEIGHED)
  const asked = new Set(some.filter((draft) => wanted.has(draft)))
  const fitted = setBack(drafts, wanted, plain, gross, evidence) ?? fitClocks(some, asked, known, exact, told)
  if (fitted === undefined) return [plain, told]
  return [inferParents(drafts, wanted, {known, ...fitted}, evidence), fitted.offsets]
}

interface Clocks {
  offsets: Map<string, number>
  /** Milliseconds by which two may still differ. */
  tolerance: number
}

/** Those clocks that are off by seconds set right, one after the other, where that explains more; else `undefined`. */
function setBack(
  drafts: readonly Draft[],
  wanted: ReadonlySet<Draft>,
  plain: Inference,
  gross: readonly GrossSkew[],
  evidence: readonly Evidence[],
): Clocks | undefined {
  let offsets = new Map<string, number>()
  let {score} = plain
  for (const {host, offset, calls} of gross) {
    const tried = new Map(offsets).set(host, offset)
    const inference = inferParents(drafts, wanted, {known: new Map(), offsets: tried, tolerance: ABOUT_MS}, evidence)
    if (inference.score > score + GAIN * calls) [score, offsets] = [inference.score, tried]
  }
  return offsets.size > 0 ? {offsets, tolerance: ABOUT_MS} : undefined
}

/** Makes out calls and clocks in turn, each from the other; `undefined` where that explains little more. */
function fitClocks(
  drafts: readonly Draft[],
  wanted: ReadonlySet<Draft>,
  known: ReadonlyMap<Draft, Draft>,
  exact: readonly Bond[],
  told: Map<string, number>,
): Clocks | undefined {
  const evidence = evidenceOf(drafts)
  const infer = (offsets: ReadonlyMap<string, number>, tolerance: number): Inference =>
    inferParents(drafts, wanted, {known, offsets, tolerance}, evidence)
  let best: Clocks | undefined
  let score = infer(told, CLOCKS_AGREE_MS).score + GAIN * wanted.size
  let offsets = told
  let tolerance = WIDEST_MS
  for (let round = 0; round < ROUNDS; round++) {
    const bonds = [...exact]
    for (const [child, {parent, confidence, inside}] of infer(offsets, tolerance).guesses)
      if (parent) bonds.push({parent, child, weight: confidence, waits: inside})
    const fitted = estimateOffsets(bonds)
    offsets = fitted
    if (fitted.size === 0) break
    const reached = infer(fitted, SET_RIGHT_MS).score
    if (reached > score) [score, best] = [reached, {offsets: fitted, tolerance: SET_RIGHT_MS}]
    tolerance /= 4
  }
  return best
}

function byStart(a: Draft, b: Draft): number {
  return a.start - b.start
}

/** What the ids tell. Spans that ids leave without a parent, though others have one, begin a trace. */
function exactLinks(given: readonly Draft[]) {
  const drafts = [...given]
  const bySpanId = new Map<string, Draft>()
  const tells = new Set<string>()
  for (const draft of given) {
    if (draft.spanId !== undefined) bySpanId.set(keyOf(draft.traceId, draft.spanId), draft)
    if (draft.spanId !== undefined && draft.parentId !== undefined) tells.add(draft.traceId ?? '')
  }
  const known = new Map<Draft, Draft>()
  const wanted = new Set<Draft>()
  for (const child of given) {
    if (child.parentId === undefined) {
      if (child.spanId === undefined || !tells.has(child.traceId ?? '')) wanted.add(child)
      continue
    }
    const key = keyOf(child.traceId, child.parentId)
    let parent = bySpanId.get(key)
    if (parent === undefined) {
      parent = placeholder(child)
      bySpanId.set(key, parent)
      drafts.push(parent)
      wanted.add(parent)
    } else if (parent.records.length === 0) {
      parent.start = Math.min(parent.start, child.start)
      parent.end = Math.max(parent.end, child.end)
    }
    known.set(child, parent)
  }
  cutCircles(given, known)
  return {drafts, known, wanted}
}

function keyOf(traceId: string | undefined, spanId: string): string {
  return `${traceId ?? ''} ${spanId}`
}

/** A span that nobody wrote about: known from its child alone. */
function placeholder({parentId, traceId, requestId, start, end}: Draft): Draft {
  return {
    spanId: parentId,
    traceId,
    requestId,
    records: [],
    start,
    end,
    timed: false,
    startKnown: false,
    endKnown: false,
  }
}

/** Ids copied from line to line can go round in a circle: it is cut above its first span. */
function cutCircles(given: readonly Draft[], known: Map<Draft, Draft>): void {
  const walkOf = new Map<Draft, Draft>()
  for (const start of given) {
    let at: Draft | undefined = start
    for (; at !== undefined && !walkOf.has(at); at = known.get(at)) walkOf.set(at, start)
    if (at === undefined || walkOf.get(at) !== start) continue
    let first = at
    for (let next = known.get(at) as Draft; next !== at; next = known.get(next) as Draft)
      if (next.start < first.start) first = next
    known.delete(first)
  }
}
