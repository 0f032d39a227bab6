import {type Next, only} from './message.js'
import {endOf, type State} from './state.js'

/** What is shown is to be saved to a file; without a name nothing is. */
export function saveShown(state: State, path: string): Next {
  const back: State = {...state, mode: {kind: 'stream'}}
  if (path.trim() === '') return only(back)
  const records = state.shown.slice(state.shown.first, endOf(state))
  return {state: back, effects: [{kind: 'save', path: path.trim(), records}]}
}
