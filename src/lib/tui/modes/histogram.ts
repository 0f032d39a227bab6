// Records and errors over time on the whole screen, one stretch of time chosen.

import {type Counts, STRETCHES} from '../counts.js'
import type {Key} from '../line-editor.js'
import {only} from '../message.js'
import {endOf, type State} from '../state.js'
import {clamp, moved, noted} from '../view.js'
import {wordOf} from './list-keys.js'
import type {ModeKeys} from './mode.js'

export interface HistogramMode {
  kind: 'histogram'
  /** Number since 1970 of the stretch that is chosen; the newest without, so that it stays the newest. */
  chosen?: number
}

export const histogram: ModeKeys<HistogramMode> = {
  onKey(state, mode, key) {
    const to = targetOf(state.counts, chosenStretch(state.counts, mode), key)
    if (to === 'none') return only(noted(state, 'no errors there'))
    if (to !== undefined) return only({...state, mode: stretchAt(state.counts, to)})
    switch (wordOf(key)) {
      case 'return':
        return only(toMoment(state, chosenStretch(state.counts, mode)))
      case 'escape':
      case 'q':
      case 'V':
        return only({...state, mode: {kind: 'stream'}})
      default:
        return only(state)
    }
  },
  hints: () => 'h l earlier, later  n N next errors  Enter its records  Esc back',
  help: [
    'in the figures   h l or arrows to a stretch of time, g G the first and the last one,',
    '                 n N to the next one with errors and the one before, Enter its records',
  ],
}

export function openHistogram(state: State): State {
  return {...state, mode: {kind: 'histogram'}}
}

/** Number since 1970 of the stretch that is chosen. */
export function chosenStretch({newest}: Counts, {chosen = newest}: HistogramMode): number {
  return clamp(chosen, newest - STRETCHES + 1, newest)
}

/** Where a key leads; `none` where it looks for errors and there are none. */
function targetOf(counts: Counts, at: number, key: Key): number | 'none' | undefined {
  const first = counts.newest - STRETCHES + 1
  switch (wordOf(key)) {
    case 'left':
    case 'up':
    case 'h':
    case 'k':
      return at - 1
    case 'right':
    case 'down':
    case 'l':
    case 'j':
      return at + 1
    case 'home':
    case 'g':
      return first
    case 'end':
    case 'G':
      return counts.newest
    case 'n':
      return withErrors(counts, at, 1)
    case 'N':
      return withErrors(counts, at, -1)
    default:
      return undefined
  }
}

function withErrors({whole, newest}: Counts, at: number, step: 1 | -1): number | 'none' {
  const first = newest - STRETCHES + 1
  for (let one = at + step; one >= first && one <= newest; one += step)
    if ((whole[one - first]?.errors ?? 0) > 0) return one
  return 'none'
}

function stretchAt(counts: Counts, at: number): HistogramMode {
  const chosen = chosenStretch(counts, {kind: 'histogram', chosen: at})
  return chosen === counts.newest ? {kind: 'histogram'} : {kind: 'histogram', chosen}
}

/** The stream at the first record of a stretch that is shown. */
function toMoment(state: State, stretch: number): State {
  const {everyMs} = state.counts
  for (let place = state.shown.first; place < endOf(state); place++) {
    const time = Date.parse(state.shown.at(place)?.['@timestamp'] ?? '')
    if (Math.floor(time / everyMs) !== stretch) continue
    return {...moved({...state, top: place}, place), following: false, mode: {kind: 'stream'}}
  }
  return noted(state, 'no record of then is shown: the filter hides it, or it is not kept any more')
}
