import type {Draft} from './draft.js'

/** How a child lies to its parent in time, and how well that suits a call: higher is better, 4 the most. */
export interface Relation {
  /** Within it; beginning in it and ending after it; beginning after its end. */
  kind: 'inside' | 'overlapping' | 'after'
  score: number
  /** The times hold as they are, with no clock set right. */
  sure: boolean
}

/** Spans by place, with their clocks set right; ms. */
export interface Placed {
  drafts: readonly Draft[]
  starts: Float64Array
  ends: Float64Array
}

/** How much earlier than its first record a span may have begun that does not say when it did; ms. */
const EARLIER_MS = 2000

/**
 * `undefined` where the one cannot have called the other. `slack`: how late lines are written, `tolerance`: by how
 * much the two clocks may differ besides; ms.
 */
export function relate(
  {drafts, starts, ends}: Placed,
  parent: number,
  child: number,
  slack: number,
  tolerance: number,
): Relation | undefined {
  const [from, to] = [starts[parent] as number, ends[parent] as number]
  const [begun, over] = [starts[child] as number, ends[child] as number]
  const {startKnown, endKnown} = drafts[parent] as Draft
  // The longer one cannot lie within the shorter one, whatever the clocks say.
  const fits = over - begun <= to - from + slack
  const early = from - begun
  const late = over - to
  if (early > 0 && !fits) return undefined
  let cost = 0
  if (early > slack) {
    if (startKnown) {
      if (early > slack + tolerance) return undefined
      cost += doubt(early, tolerance)
    } else {
      if (early > EARLIER_MS || !(endKnown || fits)) return undefined
      cost += 1 + early / 200
    }
  }
  if (late <= slack) return {kind: 'inside', score: 4 - cost, sure: cost === 0}
  if (fits && tolerance > 0 && late <= slack + tolerance && (drafts[child] as Draft).timed)
    return {kind: 'inside', score: 4 - cost - doubt(late, tolerance), sure: false}
  const gap = begun - to
  if (gap <= slack) {
    const score = endKnown ? 1.5 : 3 - Math.min(1, late / 1000)
    return {kind: 'overlapping', score: score - cost, sure: cost === 0}
  }
  const base = endKnown ? 1 : 2
  const fall = endKnown ? 0.4 : 0.25
  return {kind: 'after', score: base - fall * Math.log2(1 + gap / 2) - cost, sure: cost === 0}
}

/** What it costs to believe that a clock is wrong by so much. */
function doubt(ms: number, tolerance: number): number {
  return (tolerance > 5 ? 0.2 : 1.2) + 3 * (ms / tolerance) ** 2
}
