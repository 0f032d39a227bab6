// Time travel: stored records around a moment in the place of those that arrive, and from there on as they came. What
// arrives meanwhile is kept beside (see aside.ts).

import {formatDuration} from '../output/numbers.js'
import {formatTime} from '../output/times.js'
import type {LogRecord} from '../record/record.js'
import {grown, leaveAside, timelineOf} from './aside.js'
import {noCounts} from './counts.js'
import {Growing} from './growing.js'
import {type Next, only} from './message.js'
import {nextSpeed, type Speed, timeOf} from './playing.js'
import {refused, waiting} from './refused.js'
import {MOST_RECORDS, type State} from './state.js'
import {inView, noted} from './view.js'

export interface Travel {
  /** Tells what was read for this journey from what was read for another. */
  id: number
  /** Event time one is at, ms since 1970: that of the chosen record, or what is played so far. */
  at: number
  speed: Speed
  playing: boolean
  /** What is being read. */
  reading?: 'earlier' | 'later'
  /** Nothing earlier is stored than what is shown. */
  begins: boolean
  /** Place behind the last record that had arrived when the journey began. */
  since: number
}

/** What was read for a journey; records come oldest first. */
export type TravelMessage = {kind: 'travel'} & (
  | {step: 'begin'; id: number; at: number; playing: boolean; begins: boolean; records: readonly LogRecord[]}
  /** `from`: id of the record that they join on to; where another stands there now they are of no use. */
  | {step: 'earlier'; id: number; from?: string; records: readonly LogRecord[]; begins: boolean}
  | {step: 'later'; id: number; from?: string; records: readonly LogRecord[]}
  | {step: 'played'; id: number; at: number; records: readonly LogRecord[]; skippedMs: number}
  /** Everything that is stored was played. */
  | {step: 'now'; id: number}
  /** Why it cannot be gone there. */
  | {step: 'refused'; problem: string}
  /** Why it does not go on. */
  | {step: 'failed'; problem: string}
)

/** What a journey asks for. */
export type TravelEffect = {kind: 'travel'} & (
  | {to: 'moment'; text: string}
  /** The same place again, through another filter. */
  | {to: 'same' | 'earlier' | 'later' | 'play'}
)

/** Asks for the records around a moment, as it was typed: whether there is such a moment is not known here. */
export function goTo(state: State, text: string): Next {
  return {state: waiting(state), effects: [{kind: 'travel', to: 'moment', text: text.trim()}]}
}

/** The journey one is on. */
export function travelOf({aside}: State): Travel | undefined {
  return aside?.travel
}

export function travelled(state: State, message: TravelMessage): State {
  if (message.step === 'refused') return refused(state, message.problem)
  if (message.step === 'failed')
    return noted(withTravel(state, {reading: undefined, playing: false}), message.problem, true)
  if (message.step === 'begin') return begun(state, message)
  const travel = travelOf(state)
  if (travel?.id !== message.id) return state
  switch (message.step) {
    case 'earlier': {
      if (state.all.at(state.all.first)?.id !== message.from) return withTravel(state, {reading: undefined})
      const next = withEarlier(withTravel(state, {reading: undefined, begins: message.begins}), message.records)
      return message.records.length === 0 ? saysBegin(next) : next
    }
    case 'later': {
      if (travel.playing || state.all.at(state.all.end - 1)?.id !== message.from)
        return withTravel(state, {reading: undefined})
      const next = withTravel(inView({...state, ...grown(state, message.records)}), {reading: undefined})
      return message.records.length === 0 ? noted(next, 'nothing later is stored; f goes back to now') : next
    }
    case 'played': {
      const next = withTravel(inView({...state, ...grown(state, message.records)}), {at: message.at})
      return message.skippedMs > 0 ? noted(next, `skipped ${formatDuration(message.skippedMs)} without records`) : next
    }
    case 'now':
      return noted(backToNow(state), 'now is reached: following')
  }
}

function begun(state: State, message: Extract<TravelMessage, {step: 'begin'}>): State {
  const {id, at, playing, begins, records} = message
  const before = travelOf(state)
  const live = state.aside?.live ?? timelineOf(state)
  const travel = {id, at, speed: before?.speed ?? 1, playing, begins, since: before?.since ?? live.all.end}
  const next = withRecords({...state, aside: {title: '', live, travel}, paused: undefined}, records)
  const cursor = firstFrom(next.shown, at)
  const shown = inView({...next, cursor, following: playing, mode: {kind: 'stream'}})
  const top = shown.cursor - Math.floor(state.size.rows / 3)
  const placed = inView({...shown, top})
  return records.some((record) => timeOf(record) < at) ? placed : saysBegin(placed)
}

/** Of a journey that stands still the chosen record tells when one is, once another one is chosen. */
export function standing(before: State, state: State): State {
  const travel = travelOf(state)
  if (!travel || travel.playing || travelOf(before)?.id !== travel.id) return state
  const record = state.shown.at(state.cursor)
  const moved = record && record !== before.shown.at(before.cursor)
  return withTravel({...state, following: false}, moved ? {at: timeOf(record)} : {})
}

/** Asks for what lies before the first record, or behind the last one that is shown. */
export function askBeyond(state: State, side: 'earlier' | 'later'): Next {
  const travel = travelOf(state)
  if (!travel || travel.reading !== undefined) return only(state)
  if (side === 'earlier' && travel.begins) return only(saysBegin(state))
  return {state: withTravel(state, {reading: side}), effects: [{kind: 'travel', to: side}]}
}

/** Begins to play where one is: what came later is taken off, and comes in its time. */
export function startPlaying(state: State): Next {
  const travel = travelOf(state)
  if (!travel || travel.playing) return only(state)
  const kept = state.all.slice(state.all.first, state.all.end)
  const next = withRecords(state, kept.slice(0, firstAfter(kept, travel.at)))
  const playing = withTravel({...next, following: true}, {playing: true})
  return {state: inView(playing), effects: [{kind: 'travel', to: 'play'}]}
}

export function stopPlaying(state: State): State {
  return withTravel({...state, following: false}, {playing: false})
}

export function faster(state: State): State {
  const travel = travelOf(state)
  return travel ? withTravel(state, {speed: nextSpeed(travel.speed)}) : state
}

export function atSpeed(state: State, speed: Speed): State {
  return withTravel(state, {speed})
}

/** To what arrives, and following it; that nothing was lost meanwhile is its own business (see aside.ts). */
export function backToNow(state: State): State {
  return inView({...leaveAside(state), paused: undefined, following: true})
}

function withTravel(state: State, change: Partial<Travel>): State {
  const {aside} = state
  return aside?.travel ? {...state, aside: {...aside, travel: {...aside.travel, ...change}}} : state
}

/** These records in the place of those that are there, the figures reckoned anew. */
function withRecords(state: State, records: readonly LogRecord[]): State {
  const empty = {
    all: Growing.empty<LogRecord>(MOST_RECORDS),
    shown: Growing.empty<LogRecord>(MOST_RECORDS),
    counts: noCounts(state.counts.everyMs),
  }
  return {...state, ...grown({...state, ...empty}, records), cursor: 0, top: 0}
}

/** More than can be kept falls off at the end, where one is not looking. */
function withEarlier(state: State, records: readonly LogRecord[]): State {
  const {all, shown, cursor, top} = state
  const chosen = shown.at(cursor)
  const next = withRecords(state, [...records, ...all.slice(all.first, all.end)].slice(0, MOST_RECORDS))
  const moved = chosen ? firstOf(next.shown, chosen) - cursor : 0
  return inView({...next, cursor: cursor + moved, top: top + moved})
}

function saysBegin(state: State): State {
  const first = state.all.at(state.all.first)
  const since = first ? ` at ${formatTime(first['@timestamp'], state.zone).slice(0, 8)}` : ''
  return noted(state, `the stored records begin here${since}`)
}

/** Place of the first record at or after a time; that of the last one where there is none. */
function firstFrom(shown: Growing<LogRecord>, at: number): number {
  for (let place = shown.first; place < shown.end; place++) if (timeOf(shown.at(place) as LogRecord) >= at) return place
  return Math.max(shown.first, shown.end - 1)
}

function firstAfter(records: readonly LogRecord[], at: number): number {
  const place = records.findIndex((record) => timeOf(record) > at)
  return place === -1 ? records.length : place
}

function firstOf(shown: Growing<LogRecord>, record: LogRecord): number {
  for (let place = shown.first; place < shown.end; place++) if (shown.at(place) === record) return place
  return shown.first
}
