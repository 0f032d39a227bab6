// Lines one scrolls through: the keys.

import {only} from '../message.js'
import {movedIn, wordOf} from './list-keys.js'
import type {Mode, ModeKeys} from './mode.js'

export interface TextMode {
  kind: 'text'
  title: string
  lines: readonly string[]
  /** The first line that is shown. */
  begin: number
  /** Where one was before. */
  back: Mode
}

export const text: ModeKeys<TextMode> = {
  onKey(state, mode, key) {
    const rows = Math.max(1, state.size.rows - 4)
    const begin = movedIn(mode.begin, mode.lines.length - rows, rows, key)
    if (begin !== undefined) return only({...state, mode: {...mode, begin}})
    switch (wordOf(key)) {
      case 'escape':
      case 'q':
      case 'return':
      case '?':
        return only({...state, mode: mode.back})
      default:
        return only(state)
    }
  },
  hints: () => 'j k scroll  Esc back',
  help: [],
}
