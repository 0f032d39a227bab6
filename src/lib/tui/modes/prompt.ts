// A line that is typed: what it is for is in ../prompt/purposes.ts.

import {edit, type Key, type Line, lineOf} from '../line-editor.js'
import {type Next, only} from '../message.js'
import {completed, type Offered} from '../prompt/completion.js'
import {type Recall, recalled, remembered} from '../prompt/history.js'
import {PURPOSES} from '../prompt/purposes.js'
import type {State} from '../state.js'
import type {ModeKeys} from './mode.js'

export type PromptPurpose = 'filter' | 'command' | 'save' | 'goto'

export interface PromptMode {
  kind: 'prompt'
  purpose: PromptPurpose
  line: Line
  /** What is wrong with it so far. */
  problem?: string
  /** What was submitted is being looked for. */
  waiting?: true
  /** What Tab offers, while it does. */
  offered?: Offered
  /** Set while an earlier line is shown in the place of what was typed. */
  recall?: Recall
}

export const prompt: ModeKeys<PromptMode> = {
  onKey(state, mode, key) {
    switch (key.name) {
      case 'escape':
        return only({...state, mode: {kind: 'stream'}})
      case 'return':
        return submitted(state, mode)
      case 'tab':
        return only({...state, mode: onTab(state, mode, key.shift ? -1 : 1)})
      case 'up':
        return only({...state, mode: onRecall(state, mode, 1)})
      case 'down':
        return only({...state, mode: onRecall(state, mode, -1)})
      default:
        return only({...state, mode: onEdit(mode, key)})
    }
  },
  hints: () => '',
  help: [
    'at a prompt      Tab completes and goes through what fits, shift-Tab back; up and down: what was typed before',
    '                 ctrl-a, -e, -u, -k, -w and arrows as in a shell; Enter, Esc',
  ],
}

export function openPrompt(state: State, purpose: PromptPurpose, text: string): State {
  return {...state, mode: {kind: 'prompt', purpose, line: lineOf(text)}}
}

function onEdit(mode: PromptMode, key: Key): PromptMode {
  const line = edit(mode.line, key)
  if (!line) return mode
  return withLine(mode, line)
}

function onTab(state: State, mode: PromptMode, step: 1 | -1): PromptMode {
  const {complete} = PURPOSES[mode.purpose]
  if (!complete) return mode
  const {line, offered} = completed(mode.line, mode.offered, step, (text) => complete(text, state))
  return {...withLine(mode, line), ...(offered ? {offered} : {})}
}

function onRecall(state: State, mode: PromptMode, step: 1 | -1): PromptMode {
  const found = recalled(state.history[mode.purpose] ?? [], mode.line, mode.recall, step)
  if (!found) return mode
  return {...withLine(mode, found.line), ...(found.recall ? {recall: found.recall} : {})}
}

function withLine({purpose}: PromptMode, line: Line): PromptMode {
  const problem = PURPOSES[purpose].check?.(line.text)
  return {kind: 'prompt', purpose, line, ...(problem === undefined ? {} : {problem})}
}

/** What is refused stays at the prompt, and is kept to be mended. */
function submitted(state: State, {purpose, line: {text}}: PromptMode): Next {
  const next = PURPOSES[purpose].submit(state, text)
  if (text.trim() === '') return next
  const history = {...state.history, [purpose]: remembered(state.history[purpose] ?? [], text)}
  return {
    state: {...next.state, history},
    effects: [...next.effects, {kind: 'remember', purpose, line: text}],
  }
}
