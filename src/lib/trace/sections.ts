import {criticalPath} from './critical-path.js'
import {type SpanRecord, type TraceSpan, walk} from './span.js'
import type {TraceTree} from './trace-tree.js'

/** What is drawn on one axis of time: the roots of one trace, or of one request of several under one id. */
export interface Section {
  roots: TraceSpan[]
  /** Milliseconds after the trace's zero. */
  start: number
  end: number
  /** Of the longest root; milliseconds each span is waited for. */
  critical: Map<TraceSpan, number>
  /** In order of time, clocks set right. */
  entries: SectionEntry[]
}

export interface SectionEntry extends SpanRecord {
  span: TraceSpan
  /** Milliseconds after the trace's zero, the clock of its host set right. */
  time: number
}

/**
 * Roots that share a trace id stand together, and what began while another was running stands with that; other roots
 * are requests of their own.
 */
export function sectionsOf({roots}: TraceTree): Section[] {
  const groups: Array<{roots: TraceSpan[]; end: number}> = []
  const byTrace = new Map<string, {roots: TraceSpan[]; end: number}>()
  for (const root of roots) {
    const last = groups[groups.length - 1]
    const sameTrace = root.traceId === undefined ? undefined : byTrace.get(root.traceId)
    const stray = root.children.length === 0 && last !== undefined && root.start <= last.end
    const group = sameTrace ?? (stray && fits(root, last.roots) ? last : undefined)
    if (group) {
      group.roots.push(root)
      group.end = Math.max(group.end, root.end)
      continue
    }
    const begun = {roots: [root], end: root.end}
    groups.push(begun)
    if (root.traceId !== undefined) byTrace.set(root.traceId, begun)
  }
  return groups.map((group) => sectionOf(group.roots))
}

/** A stray joins only where no id says that it belongs elsewhere. */
function fits(root: TraceSpan, others: readonly TraceSpan[]): boolean {
  return others.every(({traceId, requestId}) => {
    const otherTrace = root.traceId !== undefined && traceId !== undefined
    return !otherTrace && (root.requestId === undefined || requestId === undefined || root.requestId === requestId)
  })
}

function sectionOf(roots: TraceSpan[]): Section {
  const entries: SectionEntry[] = []
  let start = Number.POSITIVE_INFINITY
  let end = Number.NEGATIVE_INFINITY
  for (const {span} of walk(roots)) {
    start = Math.min(start, span.start)
    end = Math.max(end, span.end)
    for (const {record, at} of span.records) entries.push({record, at, span, time: at - span.clockOffset})
  }
  entries.sort((a, b) => a.time - b.time)
  const longest = roots.reduce((best, root) => (root.end - root.start > best.end - best.start ? root : best))
  return {roots, start, end, critical: criticalPath(longest), entries}
}
