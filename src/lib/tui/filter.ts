import {parseQuery} from '../query/parse-query.js'
import type {State} from './state.js'
import {refiltered} from './view.js'

/** The stream through another filter; as it is where the filter does not parse. */
export function applyFilter(state: State, text: string): State {
  if (problemOf(text) !== undefined) return state
  const filtered = refiltered(state, {filter: {text, query: parseQuery(text)}})
  return {...filtered, mode: {kind: 'stream'}}
}

/** What is wrong with a filter. */
export function problemOf(text: string): string | undefined {
  try {
    parseQuery(text)
    return undefined
  } catch (error) {
    const {problem} = error as {problem?: string}
    if (problem === undefined) throw error
    return problem
  }
}
