// What a prompt is for: its title, what is wrong with a line as it is typed, what Tab offers, and what Enter does.

import {applyFilter, problemOf} from '../filter.js'
import {type Next, only} from '../message.js'
import {checkCommand, completeCommand, runCommand} from '../modes/commands.js'
import type {PromptPurpose} from '../modes/prompt.js'
import {refused} from '../refused.js'
import {saveShown} from '../save-shown.js'
import type {State} from '../state.js'
import {goTo} from '../travel.js'
import {completeQuery} from './complete-query.js'
import {completeTime} from './complete-time.js'
import type {Completion} from './completion.js'

export interface Purpose {
  title: string
  check?(text: string): string | undefined
  /** @param text what stands before the cursor */
  complete?(text: string, state: State): Completion
  /** Leaves the prompt, or says there why not (see refused). */
  submit(state: State, text: string): Next
}

export const PURPOSES: Readonly<Record<PromptPurpose, Purpose>> = {
  filter: {
    title: '/ ',
    check: problemOf,
    complete: (text, {all}) => completeQuery(text, all),
    submit: (state, text) => {
      const problem = problemOf(text)
      return only(problem === undefined ? applyFilter(state, text) : refused(state, problem))
    },
  },
  command: {title: ':', check: checkCommand, complete: completeCommand, submit: runCommand},
  goto: {
    title: 'go to ',
    complete: (text) => completeTime(text),
    submit: (state, text) => (text.trim() === '' ? only({...state, mode: {kind: 'stream'}}) : goTo(state, text)),
  },
  save: {title: 'save to ', submit: saveShown},
}
