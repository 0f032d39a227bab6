// The pinned record beside another one, field by field.

import {shellQuoted} from '../../query/shell-words.js'
import type {LogRecord} from '../../record/record.js'
import {compared} from '../compare.js'
import {compareLines} from '../compare-lines.js'
import {only} from '../message.js'
import {inPlace} from '../place.js'
import type {State} from '../state.js'
import {noted} from '../view.js'
import {movedIn, wordOf} from './list-keys.js'
import type {Mode, ModeKeys} from './mode.js'
import {toNeighbour} from './neighbour.js'

export interface CompareMode {
  kind: 'compare'
  pinned: LogRecord
  record: LogRecord
  /** The first line that is shown. */
  begin: number
  /** Equal fields are shown too. */
  all: boolean
  /** Where one was before. */
  back: Mode
}

export const compare: ModeKeys<CompareMode> = {
  onKey(state, mode, key) {
    const {size} = state
    const {pinned, record, all} = mode
    const rows = Math.max(1, size.rows - 5)
    const lines = compareLines(compared(pinned, record), size.columns, all).length
    const begin = movedIn(mode.begin, lines - rows, rows, key)
    if (begin !== undefined) return only({...state, mode: {...mode, begin}})
    switch (wordOf(key)) {
      case '=':
        return only({...state, mode: {...mode, all: !all, begin: 0}})
      case 'n':
      case 'right':
        return only(toNeighbour(state, mode, 1))
      case 'N':
      case 'left':
        return only(toNeighbour(state, mode, -1))
      case 'y': {
        const query = [pinned, record].map(({id}) => `id:${JSON.stringify(id)}`).join(' OR ')
        const text = inPlace(state.place, `logflow search ${shellQuoted(query)} -o json`)
        return {state, effects: [{kind: 'copy', text}]}
      }
      case 'escape':
      case 'q':
      case 'return':
        return only({...state, mode: mode.back})
      default:
        return only(state)
    }
  },
  hints: ({size}) =>
    size.columns < 100
      ? 'j k scroll  = equal fields  n N next  Esc back'
      : 'j k scroll  = equal fields too  n N with the next, previous record  y copy  Esc back',
  help: [
    'in a comparison',
    '=                fields that are the same too',
    'n  N, right left compare with the next and the previous record',
    'y                copy as a logflow command that finds both',
  ],
}

/** Pins a record; the one that is pinned already is unpinned. */
export function pinOrUnpin(state: State, record: LogRecord | undefined): State {
  if (!record) return state
  if (state.pinned?.id === record.id) {
    const {pinned: _, ...rest} = state
    return noted(rest, 'unpinned')
  }
  return noted({...state, pinned: record}, 'pinned: c on another record compares the two')
}

/** The record beside the pinned one. */
export function compareWith(state: State, record: LogRecord | undefined): State {
  const {pinned} = state
  if (!record) return state
  if (!pinned) return noted(state, 'no record is pinned: p pins this one, c on another compares the two')
  if (pinned.id === record.id) return noted(state, 'this is the pinned record: c on another one compares the two')
  return {...state, following: false, mode: {kind: 'compare', pinned, record, begin: 0, all: false, back: state.mode}}
}
