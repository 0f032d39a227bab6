import type {LogRecord} from '../../src/lib/record/record.js'
import {type TraceSpan, walk} from '../../src/lib/trace/span.js'
import {buildTrace} from '../../src/lib/trace/trace-tree.js'

/** Records whose spans are known, for counting how many parents are drawn right. */
export interface KnownTrace {
  id: string
  records: LogRecord[]
  /** True span of a record, by the record's id. */
  spanOf: ReadonlyMap<string, string>
  /** True parent of a span, logged or not; absent for a root. */
  parentOf: ReadonlyMap<string, string>
}

export interface Score {
  /** Spans that somebody wrote about, and how many of them hang below the right one. */
  spans: number
  right: number
  /** Spans that were drawn (each stands for one true span, that of most of its records), and how many hang right. */
  drawn: number
  drawnRight: number
  /** Sum of the confidences of inferred edges, how many there are and how many of them are right. */
  confidence: number
  inferred: number
  inferredRight: number
}

export const NOTHING: Score = {
  spans: 0,
  right: 0,
  drawn: 0,
  drawnRight: 0,
  confidence: 0,
  inferred: 0,
  inferredRight: 0,
}

export function add(a: Score, b: Score): Score {
  const keys = Object.keys(NOTHING) as Array<keyof Score>
  return Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as Score
}

/**
 * A true span is right when the drawn span with most of its records mostly holds records of this span alone, and hangs
 * below a drawn span that stands for its nearest parent with a record left, or below none where it has none. Two
 * spans drawn as one make at most one right; of one drawn as two the larger part counts.
 */
export function scoreTrace({id, records, spanOf, parentOf}: KnownTrace): Score {
  const drawn = [...walk(buildTrace(id, records).roots)].map(({span}) => span)
  const standsFor = new Map<TraceSpan, string>()
  const held = new Map<string, {span: TraceSpan; count: number}>()
  for (const span of drawn) {
    const counts = new Map<string, number>()
    for (const {record} of span.records) {
      const truth = spanOf.get(record.id) as string
      counts.set(truth, (counts.get(truth) ?? 0) + 1)
    }
    const [most] = [...counts].sort((a, b) => b[1] - a[1])
    if (most) standsFor.set(span, most[0])
    for (const [truth, count] of counts) if (count > (held.get(truth)?.count ?? 0)) held.set(truth, {span, count})
  }
  const logged = new Set(records.map((record) => spanOf.get(record.id) as string))
  const trueParent = (truth: string): string | undefined => {
    let at = parentOf.get(truth)
    while (at !== undefined && !logged.has(at)) at = parentOf.get(at)
    return at
  }
  /** Placeholders of spans nobody wrote about are passed over. */
  const drawnParent = (span: TraceSpan): string | undefined => {
    let at = span.parent
    while (at?.missing) at = at.parent
    return at && standsFor.get(at)
  }
  const isRight = (span: TraceSpan, truth: string): boolean => {
    const parent = drawnParent(span)
    // A part of a span hangs right below the rest of it.
    return parent === trueParent(truth) || (parent === truth && held.get(truth)?.span !== span)
  }
  const score = {...NOTHING}
  for (const [truth, {span}] of held) {
    score.spans++
    if (standsFor.get(span) === truth && drawnParent(span) === trueParent(truth)) score.right++
  }
  for (const [span, truth] of standsFor) {
    score.drawn++
    const right = isRight(span, truth)
    if (right) score.drawnRight++
    if (span.edge?.kind !== 'inferred') continue
    score.inferred++
    score.confidence += span.edge.confidence
    if (right) score.inferredRight++
  }
  return score
}
