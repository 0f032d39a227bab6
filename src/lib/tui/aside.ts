// Looking at other records than those that arrive, and back. What arrives goes on being taken in meanwhile.

import type {LogRecord} from '../record/record.js'
import {count, noCounts, STRETCHES} from './counts.js'
import {Growing} from './growing.js'
import {type Aside, MOST_RECORDS, NO_FILTER, type State, type Timeline} from './state.js'
import {inView, passing} from './view.js'

/** A timeline with more records at its end. */
export function grown<T extends Timeline>(timeline: T, records: readonly LogRecord[]): T {
  return {
    ...timeline,
    all: timeline.all.append(records),
    shown: timeline.shown.append(records.filter(passing(timeline))),
    counts: count(timeline.counts, records),
  }
}

/** Shows these records in place of those that arrive, all of them; the last one is chosen. Oldest first. */
export function openAside(state: State, what: Omit<Aside, 'live' | 'travel'>, records: readonly LogRecord[]): State {
  const empty: Timeline = {
    filter: NO_FILTER,
    muted: [],
    mutedPatterns: [],
    onlyPattern: undefined,
    all: Growing.empty(MOST_RECORDS),
    shown: Growing.empty(MOST_RECORDS),
    cursor: 0,
    top: 0,
    following: false,
    paused: undefined,
    counts: noCounts(stretchOf(records)),
  }
  const timeline = grown(empty, records)
  const live = state.aside?.live ?? timelineOf(state)
  const cursor = Math.max(0, timeline.shown.end - 1)
  return inView({...state, ...timeline, cursor, top: cursor, aside: {...what, live}, mode: {kind: 'stream'}})
}

/** Back to what arrives, where one was in it; as it is where one has not left it. */
export function leaveAside(state: State): State {
  const {aside, ...rest} = state
  return aside ? inView({...rest, ...aside.live}) : state
}

export function timelineOf(state: State): Timeline {
  const {filter, muted, mutedPatterns, onlyPattern, all, shown, cursor, top, following, paused, counts} = state
  return {filter, muted, mutedPatterns, onlyPattern, all, shown, cursor, top, following, paused, counts}
}

/** As long as it takes for all records to be counted, ms. */
function stretchOf(records: readonly LogRecord[]): number {
  const begin = Date.parse(records[0]?.['@timestamp'] ?? '')
  const end = Date.parse(records.at(-1)?.['@timestamp'] ?? '')
  return Math.max(1_000, Math.ceil((end - begin) / (STRETCHES - 1)) || 0)
}
