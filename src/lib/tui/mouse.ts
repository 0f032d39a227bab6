// What a mouse does: its wheel moves what is shown, a click chooses a record.

import {isBeside, layoutOf} from './layout.js'
import type {Key} from './line-editor.js'
import {type Next, only} from './message.js'
import {placeOnLine} from './on-screen.js'
import {endOf, type State, streamRows} from './state.js'
import {clamp, inView} from './view.js'

/** Where it was, in columns and rows of the terminal from 0. */
export interface Mouse {
  what: 'wheel-up' | 'wheel-down' | 'click'
  column: number
  row: number
}

/** Lines that a step of the wheel moves, as terminals do it. */
const WHEEL = 3

const REPORT = /^\[<(\d+);(\d+);(\d+)([Mm])$/
const BUTTONS: Readonly<Record<string, Mouse['what']>> = {0: 'click', 64: 'wheel-up', 65: 'wheel-down'}

/**
 * What a terminal reports in xterm's SGR mode, without its escape character; undefined where it is no report, `null`
 * where it is one of something else: another button, one that is let go.
 */
export function mouseOf(text: string): Mouse | null | undefined {
  const report = REPORT.exec(text)
  if (!report) return undefined
  const [, button = '', column, row, end] = report
  const what = BUTTONS[button]
  return what && end === 'M' ? {what, column: Number(column) - 1, row: Number(row) - 1} : null
}

/** @param press does what a key does: lists and texts are moved through as with arrows */
export function onMouse(state: State, mouse: Mouse, press: (state: State, key: Key) => Next): Next {
  const {kind} = state.mode
  // What is typed stays as it is.
  if (kind === 'prompt') return only(state)
  const inStream = kind === 'stream' || (isBeside(state) && onStream(state, mouse))
  if (mouse.what === 'click') return only(inStream ? clicked(state, mouse) : state)
  if (inStream) return only(scrolled(state, mouse.what === 'wheel-up' ? -WHEEL : WHEEL))
  const key: Key = {text: '', name: mouse.what === 'wheel-up' ? 'up' : 'down'}
  let next = only(state)
  for (let step = 0; step < WHEEL; step++) {
    const {state: moved, effects} = press(next.state, key)
    next = {state: moved, effects: [...next.effects, ...effects]}
  }
  return next
}

function onStream(state: State, {column, row}: Mouse): boolean {
  const {framed, figures, stream} = layoutOf(state)
  const first = firstRow({framed, figures})
  return column < stream.columns + (framed ? 1 : 0) && row >= first && row < first + stream.rows
}

/** Row of the terminal on which the stream begins: below the header, and the figures with the line that divides them. */
function firstRow({framed, figures}: {framed: boolean; figures: number}): number {
  return 1 + figures + (framed && figures > 0 ? 1 : 0)
}

function clicked(state: State, mouse: Mouse): State {
  if (!onStream(state, mouse)) return state
  const place = placeOnLine(state, streamRows(state), mouse.row - firstRow(layoutOf(state)))
  if (place === undefined) return state
  return inView({...state, cursor: place, following: false, mode: {kind: 'stream'}})
}

/** Moves what is seen; the chosen record goes along only where it would be left behind. At the end it follows again. */
function scrolled(state: State, by: number): State {
  const rows = streamRows(state)
  const lowest = Math.max(state.shown.first, endOf(state) - rows)
  const top = clamp(state.top + by, state.shown.first, lowest)
  const atEnd = by > 0 && top === lowest
  if (atEnd && state.paused === undefined && state.aside === undefined) return inView({...state, following: true})
  return inView({...state, top, cursor: clamp(state.cursor, top, top + rows - 1), following: false})
}
