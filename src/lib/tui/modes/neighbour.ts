import {endOf, type State} from '../state.js'
import {moved, noted} from '../view.js'
import type {CompareMode} from './compare.js'
import type {DetailMode} from './detail.js'
import {chosenEntry, stepped} from './trace.js'

/** The record beside the one that is looked at, in the list one came from: the stream, or a span. */
export function toNeighbour(state: State, mode: DetailMode | CompareMode, step: 1 | -1): State {
  const none = () => noted(state, step > 0 ? 'no record after this one' : 'no record before this one')
  // A comparison may have been asked for from a record's fields.
  const list = mode.back.kind === 'detail' ? mode.back.back : mode.back
  if (list.kind === 'trace') {
    const next = stepped(state, list, step)
    const entry = next && chosenEntry(next)
    return entry ? {...state, mode: withRecord(mode, entry.record, next)} : none()
  }
  if (list.kind !== 'stream') return none()
  const place = state.cursor + step
  const record = place < endOf(state) ? state.shown.at(place) : undefined
  return record ? {...moved(state, place), mode: withRecord(mode, record, list)} : none()
}

/** The same view of another record; so is the view that one goes back to. */
function withRecord<M extends DetailMode | CompareMode>(mode: M, record: M['record'], list: M['back']): M {
  const {back} = mode
  return {...mode, record, begin: 0, back: back.kind === 'detail' ? {...back, record, begin: 0, back: list} : list}
}
