// What the parts of a drawn trace share: trace-view.ts puts them together.

import type {Zone} from '../record/zone.js'
import type {TraceSpan} from '../trace/span.js'
import {escapeLine} from './escape-controls.js'
import type {Palette} from './palette.js'
import type {Screen} from './screen.js'

export interface TraceViewOptions {
  screen: Screen
  /** Milliseconds since 1970: dates of this year go without it. */
  now: number
  /** Of the times shown; this machine's unless given, and its name where it was asked for by name. */
  zone?: Zone
  zoneName?: string
  /** Every span and record, however many. */
  all?: boolean
  /** The bars alone. */
  spansOnly?: boolean
  /** Only what failed, and what it happened in. */
  errorsOnly?: boolean
  /** Drawn with characters every terminal has. */
  ascii?: boolean
  /** Lines are not cut to the width of the terminal. */
  wide?: boolean
}

/** What the parts of the view are drawn with. */
export interface Drawing extends TraceViewOptions {
  palette: Palette
  chars: DrawingChars
  /** Columns there are; a program's pipe gets what suits a page. */
  width: number
  /** Columns a line of text may take: Infinity where nothing is cut. */
  textWidth: number
}

/** One column each. */
export interface DrawingChars {
  left: string
  right: string
  waited: string
  beside: string
  missing: string
  failed: string
  times: string
  here: string
}

export const UNICODE: DrawingChars = {
  left: '▕',
  right: '▏',
  waited: '█',
  beside: '▒',
  missing: '░',
  failed: '✗',
  times: '×',
  here: '▶',
}

export const ASCII: DrawingChars = {
  left: '|',
  right: '|',
  waited: '#',
  beside: '=',
  missing: '.',
  failed: 'x',
  times: 'x',
  here: '*',
}

/** The service's name, or what stands for it where there is none. */
export function nameOf(span: TraceSpan): string {
  if (span.service !== undefined) return escapeLine(span.service)
  return span.missing ? '(not logged)' : '(no service)'
}
