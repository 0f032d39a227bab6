// From a record that is known from elsewhere, or a time, back to its place in the stream.

import {formatDuration} from '../output/numbers.js'
import type {LogRecord} from '../record/record.js'
import {leaveAside} from './aside.js'
import type {Growing} from './growing.js'
import {type Next, only} from './message.js'
import {type Choice, endOf, NO_FILTER, type State} from './state.js'
import {goTo} from './travel.js'
import {inView, noted, passing, refiltered, withoutPause} from './view.js'

/**
 * The stream at a record: at this very one where it is kept, though the filter and what is muted has to be taken off for it.
 * One that is kept no longer is gone to in the store, by its time; of files, and where there is no record, the nearest one
 * that is shown is chosen. What was done besides is told.
 *
 * @param time RFC 3339; where there is no record to go to
 */
export function atRecord(state: State, record: LogRecord | undefined, time: string): Next {
  const stream: State = {...state, mode: {kind: 'stream'}, note: undefined}
  if (!record) return only(nearest(stream, time, false))
  const place = placeIn(stream.shown, record.id)
  if (place !== undefined) return only(chosenAt(stream, place))
  if (placeIn(stream.all, record.id) !== undefined) {
    const next = unhidden(stream, record)
    const found = placeIn(next.shown, record.id)
    return only(found === undefined ? next : chosenAt(next, found))
  }
  const {aside} = stream
  if (aside && placeIn(aside.live.all, record.id) !== undefined) return atRecord(leaveAside(stream), record, time)
  if (state.place.files.length > 0) return only(nearest(stream, time, true))
  const next = unhidden(stream, record)
  const told = ['the stream does not hold this record: its time, as it is stored; f goes back', next.note?.text]
  return goTo(noted(next, told.filter(Boolean).join('; ')), record['@timestamp'])
}

/** The newest place of it. */
function placeIn(records: Growing<LogRecord>, id: string): number | undefined {
  for (let place = records.end - 1; place >= records.first; place--) if (records.at(place)?.id === id) return place
  return undefined
}

/** Takes off what hides the record, and nothing else. */
function unhidden(state: State, record: LogRecord): State {
  const {filter, muted, mutedPatterns, onlyPattern} = state
  const everything: Choice = {filter: NO_FILTER, muted: [], mutedPatterns: []}
  const hidden = (by: Partial<Choice>) => !passing({...everything, ...by})(record)
  const change: Partial<Choice> = {}
  const told: string[] = []
  if (hidden({filter})) {
    change.filter = NO_FILTER
    told.push('the filter hid this record and is taken off')
  }
  if (onlyPattern !== undefined && hidden({onlyPattern})) {
    change.onlyPattern = undefined
    told.push('it is of another pattern: all are shown')
  }
  if (hidden({muted})) {
    change.muted = muted.filter((service) => service !== record.service)
    told.push(`${record.service} is no longer muted`)
  }
  if (hidden({mutedPatterns})) {
    change.mutedPatterns = mutedPatterns.filter((pattern) => !hidden({mutedPatterns: [pattern]}))
    told.push('its pattern is no longer muted')
  }
  return told.length === 0 ? state : noted(refiltered(state, change), told.join('; '))
}

function nearest(state: State, time: string, wanted: boolean): State {
  const {shown} = state
  const at = Date.parse(time)
  let best: {place: number; far: number} | undefined
  for (let place = shown.first; place < shown.end; place++) {
    const far = Date.parse((shown.at(place) as LogRecord)['@timestamp']) - at
    if (best === undefined || Math.abs(far) < Math.abs(best.far)) best = {place, far}
  }
  const why = wanted ? 'the stream does not hold this record: ' : ''
  if (best === undefined) return noted(state, `${why}no record is shown`, true)
  const {far} = best
  const away = far === 0 ? 'of the same time' : `${formatDuration(Math.abs(far))} ${far < 0 ? 'before' : 'after'} it`
  return noted(chosenAt(state, best.place), `${why}the nearest one that is shown, ${away}`)
}

/** What came after the view was stopped is not in sight until it goes on. */
function chosenAt(state: State, place: number): State {
  const going = place >= endOf(state) ? withoutPause(state) : state
  return inView({...going, cursor: place, following: false})
}
