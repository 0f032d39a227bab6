import type {TraceSpan} from './span.js'

/** Ends this near are the same moment; ms. */
const SAME_MS = 0.001

/**
 * The spans that decide when the root is over, each with the milliseconds it is the one that is waited for. Read
 * backwards from the root's end: what ended last is what was waited for. What is left to run after its parent's end
 * holds nobody up.
 */
export function criticalPath(root: TraceSpan): Map<TraceSpan, number> {
  const path = new Map<TraceSpan, number>()
  const stack = [{span: root, until: root.end}]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const {span, until} = next
    let now = until
    let own = 0
    for (const child of [...span.children].sort((a, b) => b.end - a.end)) {
      if (child.end > now + SAME_MS || child.end <= span.start) continue
      own += Math.max(0, now - child.end)
      stack.push({span: child, until: child.end})
      now = Math.max(span.start, child.start)
    }
    path.set(span, own + Math.max(0, now - span.start))
  }
  return path
}
