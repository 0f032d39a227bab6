import type {SearchRequest} from '../store.js'
import type {View} from './segments.js'

/** A stretch of time, ms since 1970: from inclusive, to exclusive. */
export interface Span {
  from: number
  to: number
}

export function overlaps(view: Pick<View, 'min' | 'max' | 'rows'>, span: Span): boolean {
  return view.rows > 0 && view.min < span.to && view.max >= span.from
}

/** The same stretches as `most` or fewer: those that overlap are one, and of others those with least between them. */
export function joinNearest(spans: readonly Span[], most: number): Span[] {
  const joined: Span[] = []
  for (const {from, to} of [...spans].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else joined.push({from, to})
  }
  const gaps = joined.slice(1).map(({from}, i) => from - (joined[i] as Span).to)
  const least = most === 1 ? Infinity : ([...gaps].sort((a, b) => b - a)[most - 2] ?? 0)
  return joined.reduce<Span[]>((kept, span, i) => {
    const last = kept.at(-1)
    // Of gaps that are equal to the least one that stays, some may be too many.
    if (last && ((gaps[i - 1] as number) < least || kept.length === most)) last.to = span.to
    else kept.push(span)
    return kept
  }, [])
}

/** What is sorted at once: so many records, or bytes of them, whichever is less. */
const WINDOW = {records: 20_000, bytes: 16 * 2 ** 20}

/**
 * The next stretch, from the early or the late end of `bounds`, that holds about `size` times WINDOW, taking the records
 * of a segment to lie evenly between its times; `undefined` where nothing is left. A wrong guess costs time or memory,
 * never records.
 */
export function nextWindow(views: View[], bounds: Span, size: number, order: SearchRequest['order']): Span | undefined {
  const left = views.filter((view) => overlaps(view, bounds))
  if (left.length === 0) return undefined
  const first = Math.max(bounds.from, Math.min(...left.map(({min}) => min)))
  const end = Math.min(bounds.to, Math.max(...left.map(({max}) => max)) + 1)
  if (end <= first) return undefined
  const spanOf = (length: number): Span =>
    order === 'oldest' ? {from: first, to: first + length} : {from: end - length, to: end}
  let short = 1
  let long = end - first
  if (guess(left, {from: first, to: end}) <= size) return {from: first, to: end}
  while (short < long) {
    const middle = Math.floor((short + long) / 2)
    if (guess(left, spanOf(middle)) >= size) long = middle
    else short = middle + 1
  }
  return spanOf(long)
}

function guess(views: View[], span: Span): number {
  let sum = 0
  for (const {min, max, rows, raw} of views) {
    const shared = Math.min(max + 1, span.to) - Math.max(min, span.from)
    const whole = Math.max(rows / WINDOW.records, raw / WINDOW.bytes)
    if (shared > 0) sum += (whole * shared) / (max + 1 - min)
  }
  return sum
}
