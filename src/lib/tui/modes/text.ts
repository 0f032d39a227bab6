// Lines one scrolls through: the fields of a record, a trace, the keys.

import {type Next, only} from '../message.js'
import {recordText} from '../record-text.js'
import type {State} from '../state.js'
import {noted} from '../view.js'
import {movedIn, wordOf} from './list-keys.js'
import type {ModeKeys} from './mode.js'

export interface TextMode {
  kind: 'text'
  of: 'detail' | 'trace' | 'help'
  title: string
  lines: readonly string[]
  /** The first line that is shown. */
  begin: number
}

export const text: ModeKeys<TextMode> = {
  onKey(state, mode, key) {
    const rows = Math.max(1, state.size.rows - 3)
    const begin = movedIn(mode.begin, mode.lines.length - rows, rows, key)
    if (begin !== undefined) return only({...state, mode: {...mode, begin}})
    switch (wordOf(key)) {
      case 't':
        return mode.of === 'detail' ? askTrace(state) : only(state)
      case 'escape':
      case 'q':
      case 'return':
      case '?':
        return only({...state, mode: {kind: 'stream'}})
      default:
        return only(state)
    }
  },
  hints: (_, {of}) => (of === 'detail' ? 'j k scroll  t trace  Esc back' : 'j k scroll  Esc back'),
  help: [],
}

/** Every field of the chosen record. */
export function openDetail(state: State): State {
  const record = state.shown.at(state.cursor)
  if (!record) return state
  return {
    ...state,
    following: false,
    mode: {kind: 'text', of: 'detail', title: `record ${record.id}`, lines: recordText(record), begin: 0},
  }
}

/** Asks for the trace of the chosen record. */
export function askTrace(state: State): Next {
  const record = state.shown.at(state.cursor)
  const id = record?.trace_id ?? record?.correlation_id ?? record?.request_id
  if (id === undefined) return only(noted(state, 'this record has no trace, correlation or request id'))
  return {state: noted({...state, following: false}, 'looking for the trace …'), effects: [{kind: 'trace', id}]}
}
