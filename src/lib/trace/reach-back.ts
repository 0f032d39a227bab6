import {type Draft, isAccessLine, saysEnd} from './draft.js'
import type {SpanRecord} from './span.js'

/** A silence that parts what belongs to one request from what came before; ms. */
const SILENCE_MS = 1000
const SLACK_MS = 2

/**
 * A line written at the end of a request that does not say how long it took (an access log's, say) stands for all
 * that came before it: where nothing else holds it, its span is taken to have begun with the first of that. Changes
 * the drafts.
 */
export function reachBack(drafts: readonly Draft[]): void {
  const order = [...drafts].sort((a, b) => a.start - b.start)
  let burst: Draft[] = []
  let quiet = Number.NEGATIVE_INFINITY
  const flush = (): void => {
    for (const draft of burst) if (isLateLine(draft)) reach(draft, burst)
  }
  for (const draft of order) {
    if (draft.start > quiet + SILENCE_MS) {
      flush()
      burst = []
    }
    burst.push(draft)
    quiet = Math.max(quiet, draft.end)
  }
  flush()
}

function isLateLine(draft: Draft): boolean {
  return draft.records.length === 1 && !draft.timed && saysEnd(draft.records[0] as SpanRecord)
}

function reach(draft: Draft, burst: readonly Draft[]): void {
  const others = burst.filter(
    (other) =>
      other !== draft &&
      (draft.requestId === undefined || other.requestId === undefined || draft.requestId === other.requestId) &&
      (draft.traceId === undefined || other.traceId === undefined || draft.traceId === other.traceId),
  )
  // What holds it was there before it, or knows better when all began.
  const access = isAccessLine(draft.records[0] as SpanRecord)
  if (others.some((other) => other.start < draft.start && other.end > draft.end)) return
  if (!access && others.some(({startKnown}) => startKnown)) return
  // The same service cannot have been at it before it was done with the one before.
  let earliest = Number.NEGATIVE_INFINITY
  for (const other of others)
    if (other.service === draft.service && other.end < draft.start) earliest = Math.max(earliest, other.end)
  let from = draft.start
  for (const {start, end} of others) if (start < from && start >= earliest && end <= draft.end + SLACK_MS) from = start
  draft.start = from
}
