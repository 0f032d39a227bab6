import {type Bond, estimateOffsets} from './clock-skew.js'
import type {Draft} from './draft.js'
import {evidenceOf} from './evidence.js'
import {type Inference, inferParents} from './infer-parents.js'
import type {Edge} from './span.js'

export interface Links {
  /** All spans: those given and, after them, those that are only known as parents. */
  drafts: Draft[]
  parents: Map<Draft, {parent: Draft; edge: Edge}>
  /** Milliseconds that clocks are ahead, by host; hosts that are right are not named. */
  offsets: Map<string, number>
}

/** Clocks further apart than this are not looked for where there are no span ids; ms. */
const WIDEST_MS = 150
/** What setting clocks right must gain, for each span, before it is believed. */
const GAIN = 0.35
const ROUNDS = 3
/** More is never certain where no id says so. */
const MOST_CONFIDENCE = 0.99

/** Finds the parent of every span: by ids where they are told, by inference where they are not. */
export function linkSpans(given: readonly Draft[]): Links {
  const {drafts, known, wanted} = exactLinks(given)
  const exact: Bond[] = [...known].map(([child, parent]) => ({parent, child, weight: 1}))
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
  const evidence = evidenceOf(drafts)
  const plain = inferParents(drafts, wanted, {known, offsets: told, tolerance: 2}, evidence)
  if (new Set(drafts.map(({host}) => host)).size < 2) return [plain, told]
  let offsets = told
  let tolerance = WIDEST_MS
  let best: [Inference, Map<string, number>] = [plain, told]
  for (let round = 0; round < ROUNDS; round++) {
    const loose = inferParents(drafts, wanted, {known, offsets, tolerance}, evidence)
    const bonds = [...exact]
    for (const [child, {parent, confidence}] of loose.guesses)
      if (parent) bonds.push({parent, child, weight: confidence})
    offsets = estimateOffsets(bonds)
    if (offsets.size === 0) break
    tolerance /= 4
    const strict = inferParents(drafts, wanted, {known, offsets, tolerance: 2}, evidence)
    const gain = strict.score - best[0].score
    if (best[0] === plain ? gain > GAIN * wanted.size : gain > 0) best = [strict, offsets]
  }
  return best
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
