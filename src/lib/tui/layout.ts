import type {State} from './state.js'

/** From so many columns and rows on, lines are drawn round the panes; in a smaller terminal every place is the records'. */
const FRAMED = {columns: 100, rows: 20}
/** Columns from which on there is room beside the stream, and those that the stream keeps in any case. */
const BESIDE = 100
const LEAST_STREAM = 40
/** Columns of the side: a third, unless the user made it another width. */
const SIDE = {part: 0.34, least: 24, most: 60}
/** Columns that the side gains or loses at a time. */
const STEP = 4
/** Lines of the terminal from which on the figures are shown: with fewer hardly a record would be left. */
const LEAST_FOR_FIGURES = 10
const FIGURES = 2

/** Where the panes are, in columns and lines without the frame's. */
export interface Layout {
  /** Lines are drawn round the panes and between them. */
  framed: boolean
  /** Lines of the figures above the stream; 0 where they are hidden. */
  figures: number
  stream: {columns: number; rows: number}
  /** Beside the stream and, in a frame, beside the figures; absent where it is hidden. */
  side?: {columns: number; rows: number}
}

/** What of the state decides where the panes are. */
type Sized = Pick<State, 'size' | 'panes' | 'mode'>

export function layoutOf({size: {columns, rows}, panes, mode}: Sized): Layout {
  const whole = panes.zoomed && !isBeside({panes, mode})
  const framed = !whole && columns >= FRAMED.columns && rows >= FRAMED.rows
  const figures = panes.figures && !whole && rows >= LEAST_FOR_FIGURES ? FIGURES : 0
  // Header and footer; in a frame also its last line, and a line between above the footer and below the figures. The
  // last row of the terminal is left free without a frame.
  const others = framed ? 4 + figures + (figures > 0 ? 1 : 0) : 3 + figures
  const streamRows = Math.max(1, rows - others)
  const side = whole || !panes.side || columns < BESIDE ? undefined : sideColumns(columns, panes.sideColumns)
  if (side === undefined) return {framed, figures, stream: {columns: framed ? columns - 2 : columns, rows: streamRows}}
  const sideRows = framed && figures > 0 ? streamRows + figures + 1 : streamRows
  const edges = framed ? 3 : 1
  return {
    framed,
    figures,
    stream: {columns: columns - side - edges, rows: streamRows},
    side: {columns: side, rows: sideRows},
  }
}

/** Whether the mode is that of a pane, drawn beside the stream rather than on the whole screen. */
export function isBeside({panes, mode}: Pick<State, 'panes' | 'mode'>): boolean {
  return panes.beside === mode.kind
}

/** The side wider by a step, or narrower; as it was at first without. */
export function resizedSide(state: State, steps?: 1 | -1): State {
  const {size, panes} = state
  const now = sideColumns(size.columns, panes.sideColumns)
  const asked = steps === undefined ? undefined : sideColumns(size.columns, now + steps * STEP)
  return {...state, panes: {...panes, sideColumns: asked}}
}

function sideColumns(columns: number, asked: number | undefined): number {
  if (asked === undefined) return Math.min(SIDE.most, Math.round(columns * SIDE.part))
  return Math.max(SIDE.least, Math.min(asked, columns - LEAST_STREAM))
}
