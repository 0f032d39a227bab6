// A trace as people think of it: spans, each what one service did for one call, drawn from log records alone.
// Members of this room are pure: records in, a tree out. No clock, no screen, no query.
// trace-tree.ts is the door; critical-path.ts is the smallest member to copy.

import {ERROR_LEVELS} from '../record/level.js'
import type {LogRecord} from '../record/record.js'

/** One record in its place. */
export interface SpanRecord {
  record: LogRecord
  /** Milliseconds after the trace's zero, by the clock of its own host. */
  at: number
}

/** How a span hangs below its parent: as the ids say, or as we make out of times, words and shared values. */
export type Edge = {kind: 'exact'} | {kind: 'inferred'; confidence: number}

export interface TraceSpan {
  /** The span id that was logged; where there is none `~1`, `~2`, … in order of time. */
  id: string
  traceId?: string
  requestId?: string
  service?: string
  host?: string
  /** In order of time; empty for a span that is only known as somebody's parent. */
  records: SpanRecord[]
  /** Milliseconds after the trace's zero, clocks set right. */
  start: number
  end: number
  /** True where a record says how long it took; else the span reaches from its first record to its last. */
  timed: boolean
  /** Somebody names it as the parent, and nobody wrote a line about it. Its times are those of its children. */
  missing: boolean
  parent?: TraceSpan
  /** Absent for a root. */
  edge?: Edge
  /** In order of their beginning. */
  children: TraceSpan[]
  /** What was taken off the times of its host, milliseconds; positive where that clock is ahead. */
  clockOffset: number
}

/** Walks a span and all below it, parents first. Deep trees are no trouble: there is no recursion. */
export function* walk(roots: readonly TraceSpan[]): Generator<{span: TraceSpan; depth: number}, void, undefined> {
  const stack = [...roots].reverse().map((span) => ({span, depth: 0}))
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    yield next
    const {span, depth} = next
    for (let i = span.children.length - 1; i >= 0; i--)
      stack.push({span: span.children[i] as TraceSpan, depth: depth + 1})
  }
}

export function isError({level}: LogRecord): boolean {
  return level !== undefined && ERROR_LEVELS.includes(level)
}
