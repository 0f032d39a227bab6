// A line that is typed: a filter, the name of a file.

import {parseQuery} from '../../query/parse-query.js'
import {edit, type Line, lineOf} from '../line-editor.js'
import {type Next, only} from '../message.js'
import {endOf, type State} from '../state.js'
import {refiltered} from '../view.js'
import type {ModeKeys} from './mode.js'

export interface PromptMode {
  kind: 'prompt'
  purpose: 'filter' | 'save'
  line: Line
  /** What is wrong with it so far. */
  problem?: string
}

export const prompt: ModeKeys<PromptMode> = {
  onKey(state, mode, key) {
    if (key.name === 'escape') return only({...state, mode: {kind: 'stream'}})
    if (key.name === 'return')
      return mode.purpose === 'filter' ? only(applyFilter(state, mode.line.text)) : save(state, mode.line.text)
    const line = edit(mode.line, key)
    if (!line) return only(state)
    const problem = mode.purpose === 'filter' ? problemOf(line.text) : undefined
    return only({...state, mode: {...mode, line, problem}})
  },
  hints: () => '',
  help: ['at a prompt      ctrl-a, -e, -u, -k, -w and arrows as in a shell; Enter, Esc'],
}

export function openPrompt(state: State, purpose: PromptMode['purpose'], text: string): State {
  return {...state, mode: {kind: 'prompt', purpose, line: lineOf(text)}}
}

/** The stream through another filter; as it is where the filter does not parse. */
export function applyFilter(state: State, text: string): State {
  if (problemOf(text) !== undefined) return state
  const filtered = refiltered(state, {filter: {text, query: parseQuery(text)}})
  return {...filtered, mode: {kind: 'stream'}}
}

function problemOf(text: string): string | undefined {
  try {
    parseQuery(text)
    return undefined
  } catch (error) {
    const {problem} = error as {problem?: string}
    if (problem === undefined) throw error
    return problem
  }
}

function save(state: State, path: string): Next {
  if (path.trim() === '') return only({...state, mode: {kind: 'stream'}})
  const records = state.shown.slice(state.shown.first, endOf(state))
  return {state: {...state, mode: {kind: 'stream'}}, effects: [{kind: 'save', path: path.trim(), records}]}
}
