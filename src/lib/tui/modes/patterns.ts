// Kinds of message that came, one of them chosen.

import {patternCommand} from '../as-command.js'
import {type Next, only} from '../message.js'
import {inPlace} from '../place.js'
import type {PatternCount, State} from '../state.js'
import {noted, refiltered} from '../view.js'
import {wordOf} from './list-keys.js'
import {chosenBy, placeOf} from './list-place.js'
import type {ModeKeys} from './mode.js'

export interface PatternsMode {
  kind: 'patterns'
  /** Text of the one that is chosen; the first one without. */
  chosen?: string
}

const nameOf = ({text}: PatternCount) => text

export const patterns: ModeKeys<PatternsMode> = {
  onKey(state, mode, key) {
    const list = patternsListed(state)
    const pattern = chosenPattern(state, mode)
    const moved = chosenBy(list, nameOf, {chosen: mode.chosen, page: state.size.rows - 4, key})
    if (moved !== undefined) return only({...state, mode: {kind: 'patterns', chosen: moved}})
    switch (wordOf(key)) {
      case 'return':
        if (!pattern) return only(state)
        return only({...refiltered(state, {onlyPattern: pattern.text}), mode: {kind: 'stream'}})
      case 'm':
        return only(pattern ? mutedOrNot(state, pattern.text) : state)
      case 'M':
        return only(noted(refiltered(state, {mutedPatterns: []}), 'no pattern is muted'))
      case 'y':
        return pattern ? copied(state, pattern) : only(state)
      case 'escape':
      case 'q':
        return only({...state, mode: {kind: 'stream'}})
      default:
        return only(state)
    }
  },
  hints: () => 'j k choose  Enter only it  m mute  M show all  y copy  Esc back',
  help: ['in patterns      Enter shows only its records, m mutes it or not, M shows all, y copies a command'],
}

export function openPatterns(state: State): State {
  return {...state, mode: {kind: 'patterns'}}
}

/** The one that is chosen; undefined where there is none. */
export function chosenPattern(state: State, {chosen}: PatternsMode): PatternCount | undefined {
  const list = patternsListed(state)
  return list[placeOf(list, nameOf, chosen)]
}

/** Those that came, and those that are muted and too rare to be counted among them. */
export function patternsListed({patterns: counted, mutedPatterns}: State): readonly PatternCount[] {
  const rare = mutedPatterns.filter((text) => !counted.some((one) => one.text === text))
  return rare.length === 0 ? counted : [...counted, ...rare.map((text) => ({text, count: 0, errors: 0}))]
}

function copied(state: State, {text}: PatternCount): Next {
  const command = patternCommand(text)
  if (command === undefined) return only(noted(state, 'it has no word that could be searched for'))
  return {state, effects: [{kind: 'copy', text: inPlace(state.place, command)}]}
}

function mutedOrNot(state: State, text: string): State {
  const others = state.mutedPatterns.filter((one) => one !== text)
  const isMuted = others.length < state.mutedPatterns.length
  const changed = refiltered(state, {mutedPatterns: isMuted ? others : [...others, text]})
  return noted(changed, isMuted ? 'the pattern is shown again' : 'the pattern is muted; m or M shows it again')
}
