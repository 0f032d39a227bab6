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

/** A part of a line, safe for a terminal, and how it is coloured. */
export type Painted = readonly [text: string, paint?: (text: string) => string]

export function painted(parts: readonly Painted[]): string {
  return parts.map(([text, paint]) => (paint ? paint(text) : text)).join('')
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

/** Of one column each, as what they stand for. */
const ASCII_FOR: Record<string, string> = {'…': '>', '·': '-', '─': '-', '←': '<'}

/** What is drawn beside the texts of records, with characters every terminal has. */
export function inAscii(drawn: string): string {
  return drawn.replace(/[…·─←]/g, (char) => ASCII_FOR[char] as string)
}
