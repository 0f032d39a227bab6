// Every field of a record; from there to its neighbours in the stream, or in the span it was looked at in.

import {escapeJsonControls} from '../../output/escape-controls.js'
import type {LogRecord} from '../../record/record.js'
import {only} from '../message.js'
import {recordCommand} from '../place.js'
import {recordLines} from '../record-lines.js'
import type {State} from '../state.js'
import {compareWith, pinOrUnpin} from './compare.js'
import {movedIn, wordOf} from './list-keys.js'
import type {Mode, ModeKeys} from './mode.js'
import {toNeighbour} from './neighbour.js'
import {askTrace} from './trace.js'

export interface DetailMode {
  kind: 'detail'
  record: LogRecord
  /** The first line that is shown. */
  begin: number
  /** Long values are shown whole. */
  open: boolean
  /** Where one was before. */
  back: Mode
}

export const detail: ModeKeys<DetailMode> = {
  onKey(state, mode, key) {
    const {size} = state
    const {record} = mode
    const rows = Math.max(1, size.rows - 4)
    const lines = recordLines(record, size.columns, mode.open).length
    const begin = movedIn(mode.begin, lines - rows, rows, key)
    if (begin !== undefined) return only({...state, mode: {...mode, begin}})
    switch (wordOf(key)) {
      case 'n':
      case 'right':
        return only(toNeighbour(state, mode, 1))
      case 'N':
      case 'left':
        return only(toNeighbour(state, mode, -1))
      case 'o':
        return only({...state, mode: {...mode, open: !mode.open, begin: 0}})
      case 't':
        return askTrace(state, record)
      case 'p':
        return only(pinOrUnpin(state, record))
      case 'c':
        return only(compareWith(state, record))
      case 'y': {
        const text = recordCommand(state.place, record.id)
        return {state, effects: [{kind: 'copy', text}]}
      }
      case 'Y':
        return {state, effects: [{kind: 'copy', text: escapeJsonControls(JSON.stringify(record))}]}
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
      ? 'j k scroll  n N next  t trace  y copy  Esc back'
      : 'j k scroll  n N next, previous record  o unfold  t trace  p pin  c compare  y Y copy  Esc back',
  help: [
    'in a record',
    'j k, page, g G   scroll',
    'n  N, right left next and previous record',
    'o                long values whole, or folded',
    't                its trace',
    'y  Y             copy as a logflow command, as JSON',
  ],
}

/** Every field of a record. */
export function openDetail(state: State, record: LogRecord | undefined): State {
  if (!record) return state
  return {...state, following: false, mode: {kind: 'detail', record, begin: 0, open: false, back: state.mode}}
}
