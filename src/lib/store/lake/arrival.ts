import type {SegmentPart} from './manifest.js'
import type {View} from './segments.js'

// Places in the order of arrival speak of segments as they were first written: those that were merged go on to count.

type Arrived = Pick<View, 'seq' | 'rows' | 'parts'>

function partsOf({seq, rows, parts}: Arrived): readonly SegmentPart[] {
  return parts ?? [{seq, rows}]
}

/** The lowest number of a segment that is in the view. */
export function firstSeq(view: Arrived): number {
  return (partsOf(view)[0] as SegmentPart).seq
}

/** How many rows of the view lie before a place. */
export function rowsBefore(view: Arrived, place: {seq: number; rows: number}): number {
  return partsOf(view).reduce((sum, {seq, rows}) => {
    if (seq === place.seq) return sum + Math.min(place.rows, rows)
    return seq < place.seq ? sum + rows : sum
  }, 0)
}

/** The place after so many rows of the view. */
export function placeAfter(view: Arrived, rows: number): {seq: number; rows: number} {
  let left = rows
  for (const part of partsOf(view)) {
    if (left < part.rows) return {seq: part.seq, rows: left}
    left -= part.rows
  }
  const last = partsOf(view).at(-1) as SegmentPart
  return {seq: last.seq, rows: last.rows + left}
}
