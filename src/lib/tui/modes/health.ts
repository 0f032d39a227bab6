// How the pipeline is: what comes, what is processed and stored, what waits.

import {only} from '../message.js'
import type {State} from '../state.js'
import {openAlerts} from './alerts.js'
import {openDeadLetters} from './dead-letters.js'
import {movedIn, wordOf} from './list-keys.js'
import type {ModeKeys} from './mode.js'

export interface HealthMode {
  kind: 'health'
  /** The first line that is shown. */
  begin: number
}

/** Lines there can be. */
const MOST_LINES = 20

export const health: ModeKeys<HealthMode> = {
  onKey(state, {begin}, key) {
    const to = movedIn(begin, Math.max(0, MOST_LINES - state.size.rows), state.size.rows - 4, key)
    if (to !== undefined) return only({...state, mode: {kind: 'health', begin: to}})
    const word = wordOf(key)
    if (word === 'D') return openDeadLetters(state)
    if (word === 'a') return openAlerts(state)
    const leaves = ['escape', 'q', 'return', 'H'].includes(word)
    return only(leaves ? {...state, mode: {kind: 'stream'}} : state)
  },
  hints: () => 'D dead letters  a alerts  Esc back',
  help: ['in the pipeline  D leads to dead letters, a to alerts'],
}

export function openHealth(state: State): State {
  return {...state, mode: {kind: 'health', begin: 0}}
}
