// Which records the stream shows, which of them is chosen, and what is in sight.

import {toTemplateMatcher, toTemplatesMatcher} from '../patterns/match-template.js'
import {toPredicate} from '../query/matches.js'
import type {LogRecord} from '../record/record.js'
import {Growing} from './growing.js'
import {patternTextOf} from './pattern-text.js'
import {type Choice, endOf, MOST_RECORDS, type State, streamRows} from './state.js'

/** Whether a record is shown. */
export function passing({filter, muted, mutedPatterns, onlyPattern}: Choice): (record: LogRecord) => boolean {
  const matches = toPredicate(filter.query)
  const isSilent = mutedPatterns.length === 0 ? undefined : toTemplatesMatcher(mutedPatterns)
  const only = onlyPattern === undefined ? undefined : toTemplateMatcher(onlyPattern)
  return (record) => {
    if (record.service !== undefined && muted.includes(record.service)) return false
    if (!matches(record)) return false
    if (!isSilent && !only) return true
    const text = patternTextOf(record)
    return !isSilent?.(text) && (only?.(text) ?? true)
  }
}

/** The same records, others of them shown; the chosen one stays chosen where it still is, else the last one. */
export function refiltered(state: State, change: Partial<Choice>): State {
  const chosen = state.shown.at(state.cursor)
  const next = {...state, ...change}
  const kept = state.all.slice(state.all.first, state.all.end).filter(passing(next))
  const shown = Growing.empty<LogRecord>(MOST_RECORDS).append(kept)
  const place = chosen ? kept.indexOf(chosen) : -1
  const cursor = place >= 0 ? shown.first + place : Math.max(shown.first, shown.end - 1)
  return inView({...withoutPause(next), shown, cursor, top: cursor})
}

/** Moves chosen record and first line to where they can be seen. */
export function inView(state: State): State {
  const {shown, following} = state
  const end = endOf(state)
  const last = Math.max(shown.first, end - 1)
  const cursor = following && state.paused === undefined ? last : clamp(state.cursor, shown.first, last)
  const rows = streamRows(state)
  const lowest = Math.max(shown.first, end - rows)
  const top = clamp(
    state.top,
    Math.max(shown.first, cursor - rows + 1),
    Math.max(shown.first, Math.min(cursor, lowest)),
  )
  return {...state, cursor, top}
}

/** Going to a record stops following; to the last one begins it again. */
export function moved(state: State, place: number): State {
  const last = Math.max(state.shown.first, endOf(state) - 1)
  const cursor = clamp(place, state.shown.first, last)
  return inView({...state, cursor, following: state.paused === undefined && cursor === last && place > last})
}

export function withoutPause(state: State): State {
  const {paused: _, ...rest} = state
  return rest
}

export function noted(state: State, text: string, bad = false): State {
  return {...state, note: {text, bad}}
}

export function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
