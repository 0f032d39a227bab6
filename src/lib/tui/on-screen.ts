import type {LogRecord} from '../record/record.js'
import type {Zone} from '../record/zone.js'
import {endOf, type State} from './state.js'

const DAY_MS = 86_400_000

/** Whether a record is of another day than the one before it, and so has its date above it. */
export function beginsDay({shown, zone}: Pick<State, 'shown' | 'zone'>, place: number): boolean {
  const before = shown.at(place - 1)
  const record = shown.at(place)
  return before !== undefined && record !== undefined && dayOf(before, zone) !== dayOf(record, zone)
}

/** Day of a record where times are shown, counted since 1970. */
function dayOf(record: LogRecord, zone: Zone): number {
  const ms = Date.parse(record['@timestamp'])
  return Math.floor((ms + zone.offsetAt(ms)) / DAY_MS)
}

/**
 * Place of the first record on the screen: the top one, unless the chosen one would not fit then, as records take more
 * than a line each.
 *
 * @param heightOf lines that a record takes, its date included
 */
export function firstOnScreen({top, cursor}: State, rows: number, heightOf: (place: number) => number): number {
  let used = 0
  for (let place = top; place <= cursor && used <= rows; place++) used += heightOf(place)
  if (used <= rows) return top
  let first = cursor
  used = heightOf(cursor)
  while (first > top && used + heightOf(first - 1) <= rows) {
    first--
    used += heightOf(first)
  }
  return first
}

/** Lines that a record takes where messages are not shown whole. */
export function foldedHeight(state: State, place: number): number {
  return beginsDay(state, place) ? 2 : 1
}

/** Place of the record on a line of the stream; undefined where there is none, and where messages are shown whole. */
export function placeOnLine(state: State, rows: number, line: number): number | undefined {
  if (state.wrap) return undefined
  const heightOf = (place: number) => foldedHeight(state, place)
  let used = 0
  for (let place = firstOnScreen(state, rows, heightOf); place < endOf(state); place++) {
    used += heightOf(place)
    if (line < used) return place
  }
  return undefined
}
