// What keys of the stream mean besides while one is at another time.

import type {Key} from '../line-editor.js'
import {type Next, only} from '../message.js'
import {endOf, type State} from '../state.js'
import {askBeyond, backToNow, faster, startPlaying, stopPlaying, travelOf} from '../travel.js'
import {noted} from '../view.js'
import {wordOf} from './list-keys.js'

const FIRST_KEPT = 'the first record that is kept; T goes to earlier ones'

const UP = new Set(['up', 'k', 'pageUp', 'ctrl-b', 'home', 'g'])
const DOWN = new Set(['down', 'j', 'pageDown', 'ctrl-f', 'end', 'G'])

/** Keys of a journey alone. */
export function onTravelKey(state: State, key: Key): Next | undefined {
  const travel = travelOf(state)
  if (!travel) return undefined
  switch (wordOf(key)) {
    case ' ':
      return travel.playing ? only(stopPlaying(state)) : startPlaying(state)
    case 'x':
      return only(faster(state))
    case 'f':
    case 'escape':
      return only(backToNow(state))
    default:
      return undefined
  }
}

/** After a key of the stream: more is read where it led to an end of what is there, or is told where more is. */
export function afterKey(before: State, next: Next, key: Key): Next {
  const {state} = next
  const travel = travelOf(state)
  const word = wordOf(key)
  if (!travel) {
    const stuck = UP.has(word) && before.cursor === before.shown.first && before.shown.size > 0
    return stuck && !state.aside ? {...next, state: noted(state, FIRST_KEPT)} : next
  }
  const beyond = atEnd(state, word, travel.playing)
  if (beyond === undefined) return next
  const asked = askBeyond(state, beyond)
  return {state: asked.state, effects: [...next.effects, ...asked.effects]}
}

function atEnd(state: State, word: string, playing: boolean): 'earlier' | 'later' | undefined {
  if (UP.has(word) && state.cursor === state.shown.first) return 'earlier'
  if (DOWN.has(word) && !playing && state.cursor >= endOf(state) - 1) return 'later'
  return undefined
}

export function travelHints(state: State): string {
  const space = travelOf(state)?.playing ? 'space stop' : 'space play'
  return state.size.columns < 115
    ? `${space}  x speed  T moment  f now  / filter  Enter detail  ? help`
    : `${space}  x 1× 10× 100×  T other moment  f back to now  / filter  Enter detail  ? help`
}

export const TRAVEL_HELP: readonly string[] = [
  'T                to a moment: 09:41, 15m (ago), "yesterday 14:00"; j k and page keys go on from there',
  'in the past      space plays from the chosen record and stops, x: 1×, 10×, 100×; f, Esc: back to now',
]
