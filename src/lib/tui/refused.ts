import type {State} from './state.js'

/** Says at the prompt what is wrong with the line; elsewhere as a note. */
export function refused(state: State, problem: string): State {
  const {mode} = state
  if (mode.kind !== 'prompt') return {...state, note: {text: problem, bad: true}}
  const {waiting: _, ...rest} = mode
  return {...state, mode: {...rest, problem}}
}

/** Stays at the prompt until an answer comes. */
export function waiting(state: State): State {
  const {mode} = state
  if (mode.kind !== 'prompt') return state
  const {problem: _, offered: __, ...rest} = mode
  return {...state, mode: {...rest, waiting: true}}
}
