// Lines one scrolls through: the keys.

import {textWidth, wrapTo} from '../../output/text-width.js'
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

/** Columns of the keys, which stand before what they do. */
const KEYS_WIDTH = 17

/** The lines as they fit so many columns: what is said of keys goes on below itself. */
export function linesIn({lines}: TextMode, columns: number): string[] {
  return lines.flatMap((line) => {
    const room = columns - KEYS_WIDTH
    if (textWidth(line) <= columns || room < KEYS_WIDTH) return [line]
    const [first = '', ...others] = wrapTo(line.slice(KEYS_WIDTH), room)
    return [line.slice(0, KEYS_WIDTH) + first, ...others.map((rest) => ' '.repeat(KEYS_WIDTH) + rest)]
  })
}

export const text: ModeKeys<TextMode> = {
  onKey(state, mode, key) {
    const rows = Math.max(1, state.size.rows - 4)
    const begin = movedIn(mode.begin, linesIn(mode, state.size.columns).length - rows, rows, key)
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
