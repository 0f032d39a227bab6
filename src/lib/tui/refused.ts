import type {State} from './state.js'

/** Says at the prompt what is wrong with the line; elsewhere as a note. */
export function refused(state: State, problem: string): State {
  const {mode} = state
  return mode.kind === 'prompt' ? {...state, mode: {...mode, problem}} : {...state, note: {text: problem, bad: true}}
}
