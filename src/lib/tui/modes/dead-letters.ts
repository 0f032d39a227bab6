// What could not be stored, one of them chosen; and that one whole.

import {formatCount, plural} from '../../output/numbers.js'
import type {Key} from '../line-editor.js'
import {type Effect, type Next, only} from '../message.js'
import type {DeadLetter} from '../pipeline.js'
import {inPlace} from '../place.js'
import type {State} from '../state.js'
import {noted} from '../view.js'
import {movedIn, wordOf} from './list-keys.js'
import {chosenBy, placeOf} from './list-place.js'
import type {ModeKeys} from './mode.js'

export interface DeadLettersMode {
  kind: 'dead-letters'
  /** Id of the one that is chosen; the first one without. */
  chosen?: string
  /** Asks before it does that. */
  asking?: {what: 'redrive-all'} | {what: 'drop'; id: string}
  /** Everything of one, and its first line that is shown. */
  whole?: {title: string; lines: readonly string[]; begin: number}
}

const idOf = ({id}: DeadLetter) => id

export const deadLetters: ModeKeys<DeadLettersMode> = {
  onKey(state, mode, key) {
    if (mode.asking) return onAnswer(state, mode, mode.asking, key)
    if (mode.whole) return inWhole(state, mode, mode.whole, key)
    const {list} = state.letters
    const moved = chosenBy(list, idOf, {chosen: mode.chosen, page: state.size.rows - 4, key})
    if (moved !== undefined) return only({...state, mode: {kind: 'dead-letters', chosen: moved}})
    const word = wordOf(key)
    if (word === 'escape' || word === 'q') return only({...state, mode: {kind: 'stream'}})
    const letter = chosenLetter(state, mode)
    return letter ? onLetter(state, letter, word) : only(state)
  },
  hints(state, {asking, whole}) {
    if (asking) return questionOf(state, asking)
    if (whole) return 'j k scroll  Esc back'
    return 'j k choose  Enter whole  r send again  R all of them  d drop  y copy  Esc back'
  },
  help: [
    'in dead letters  Enter shows one whole; r sends it back to be processed, R all of them (it asks)',
    '                 d gives it up for good (it asks), y copies the command that shows it',
  ],
}

/** The newest ones, as they are now. */
export function openDeadLetters(state: State): Next {
  return {state: {...state, mode: {kind: 'dead-letters'}}, effects: [{kind: 'letters'}]}
}

export function chosenLetter({letters: {list}}: State, {chosen}: DeadLettersMode): DeadLetter | undefined {
  return list[placeOf(list, idOf, chosen)]
}

/** Others are there now, whether or not some are still being sent; the one that took the place of the chosen one is chosen where that is gone. */
export function withLetters(state: State, letters: State['letters'], settled = false): State {
  const {mode} = state
  const next = {...state, letters: {...letters, busy: !settled && state.letters.busy}}
  if (mode.kind !== 'dead-letters' || letters.list.some(({id}) => id === mode.chosen)) return next
  const place = placeOf(state.letters.list, idOf, mode.chosen)
  return {...next, mode: {...mode, chosen: letters.list[Math.min(place, letters.list.length - 1)]?.id}}
}

/** Everything of one, where the user still looks at them. */
export function withWhole(state: State, title: string, lines: readonly string[]): State {
  const {mode} = state
  return mode.kind === 'dead-letters' ? {...state, mode: {...mode, whole: {title, lines, begin: 0}}} : state
}

function onLetter(state: State, {id}: DeadLetter, word: string): Next {
  const mode: DeadLettersMode = {kind: 'dead-letters', chosen: id}
  switch (word) {
    case 'return':
      return {state, effects: [{kind: 'letter', id}]}
    case 'y':
      return {state, effects: [{kind: 'copy', text: inPlace(state.place, `logflow dlq show ${id}`)}]}
    case 'r':
      return settling({...state, mode}, {kind: 'redrive', id})
    case 'R':
      return only({...state, mode: {...mode, asking: {what: 'redrive-all'}}})
    case 'd':
      return only({...state, mode: {...mode, asking: {what: 'drop', id}}})
    default:
      return only(state)
  }
}

function inWhole(state: State, mode: DeadLettersMode, whole: NonNullable<DeadLettersMode['whole']>, key: Key): Next {
  const rows = Math.max(1, state.size.rows - 4)
  const begin = movedIn(whole.begin, whole.lines.length - rows, rows, key)
  if (begin !== undefined) return only({...state, mode: {...mode, whole: {...whole, begin}}})
  const leaves = ['escape', 'q', 'return'].includes(wordOf(key))
  return only(leaves ? {...state, mode: {kind: 'dead-letters', chosen: mode.chosen}} : state)
}

/** Only a clear yes does it. */
function onAnswer(
  state: State,
  {chosen}: DeadLettersMode,
  asking: NonNullable<DeadLettersMode['asking']>,
  key: Key,
): Next {
  const next: State = {...state, mode: {kind: 'dead-letters', chosen}}
  if (wordOf(key) !== 'y') return only(noted(next, 'nothing was done'))
  return settling(next, asking.what === 'drop' ? {kind: 'drop', id: asking.id} : {kind: 'redrive'})
}

/** One after the other: what is being sent must not be sent again. */
function settling(state: State, effect: Effect): Next {
  if (state.letters.busy) return only(noted(state, 'wait until the last ones are done', true))
  const what = effect.kind === 'drop' ? 'dropping it …' : 'sending back …'
  return {state: noted({...state, letters: {...state.letters, busy: true}}, what), effects: [effect]}
}

function questionOf({letters}: State, asking: NonNullable<DeadLettersMode['asking']>): string {
  if (asking.what === 'drop') return 'drop it? Its bytes are gone for good then.  y yes  n no'
  const count = letters.count === undefined ? 'all dead letters' : all(letters.count)
  return `send ${count} back to be processed?  y yes  n no`
}

function all(count: number): string {
  return count === 1 ? plural(1, 'dead letter') : `all ${formatCount(count)} dead letters`
}
