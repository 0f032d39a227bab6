// The one function that makes the next state of the live screen from what happens, and says what is to be done besides.
// Pure: no clock, no terminal, no store.

import type {TriggeredAlert} from '../alerts/alerts.js'
import {toPredicate} from '../query/matches.js'
import {parseQuery} from '../query/parse-query.js'
import {ERROR_LEVELS} from '../record/level.js'
import type {LogRecord} from '../record/record.js'
import {commandOf} from './as-command.js'
import {count} from './counts.js'
import {Growing} from './growing.js'
import {HELP} from './help.js'
import {edit, type Key, lineOf} from './line-editor.js'
import {recordText} from './record-text.js'
import {endOf, type Filter, type Health, MOST_RECORDS, type PatternCount, type State, streamRows} from './state.js'

export type Message =
  | {kind: 'records'; records: readonly LogRecord[]}
  | {kind: 'key'; key: Key}
  | {kind: 'size'; columns: number; rows: number}
  | {kind: 'rate'; rate: number}
  | {kind: 'patterns'; patterns: readonly PatternCount[]}
  | {kind: 'alerts'; alerts: readonly TriggeredAlert[]}
  | {kind: 'health'; health: Health}
  | {kind: 'note'; text: string; bad?: boolean}
  | {kind: 'trace'; id: string; lines: readonly string[]}

/** What the state cannot do itself. */
export type Effect =
  | {kind: 'quit'}
  | {kind: 'trace'; id: string}
  | {kind: 'acknowledge' | 'resolve'; alert: TriggeredAlert}
  | {kind: 'copy'; text: string}
  | {kind: 'save'; path: string; records: readonly LogRecord[]}

export interface Next {
  state: State
  effects: readonly Effect[]
}

export function update(state: State, message: Message): Next {
  switch (message.kind) {
    case 'records':
      return only(withRecords(state, message.records))
    case 'key':
      return onKey({...state, note: undefined}, message.key)
    case 'size':
      return only(inView({...state, size: {columns: message.columns, rows: message.rows}}))
    case 'rate':
      return only({...state, rate: message.rate})
    case 'patterns':
      return only({...state, patterns: message.patterns})
    case 'alerts':
      return only(withAlerts(state, message.alerts))
    case 'health':
      return only({...state, health: {...state.health, ...message.health}})
    case 'note':
      return only({...state, note: {text: message.text, bad: message.bad ?? false}})
    case 'trace':
      return only({
        ...state,
        mode: {kind: 'text', of: 'trace', title: `trace ${message.id}`, lines: message.lines, begin: 0},
      })
  }
}

function only(state: State): Next {
  return {state, effects: []}
}

function withRecords(state: State, records: readonly LogRecord[]): State {
  const passes = passing(state.filter, state.muted)
  const shown = state.shown.append(records.filter(passes))
  const next = {...state, all: state.all.append(records), shown, counts: count(state.counts, records)}
  return inView(next)
}

/** Whether a record is shown. */
function passing({query}: Filter, muted: readonly string[]): (record: LogRecord) => boolean {
  const matches = toPredicate(query)
  return (record) => matches(record) && (record.service === undefined || !muted.includes(record.service))
}

/** The same records through another filter; the chosen one stays chosen where it still passes, else the next one. */
function refiltered(state: State, filter: Filter, muted: readonly string[]): State {
  const chosen = state.shown.at(state.cursor)
  const kept = state.all.slice(state.all.first, state.all.end).filter(passing(filter, muted))
  const shown = Growing.empty<LogRecord>(MOST_RECORDS).append(kept)
  const place = chosen ? kept.indexOf(chosen) : -1
  const cursor = place >= 0 ? shown.first + place : Math.max(shown.first, shown.end - 1)
  const {paused: _, ...rest} = state
  return inView({...rest, filter, muted, shown, cursor, top: cursor})
}

/** Moves chosen record and first line to where they can be seen. */
function inView(state: State): State {
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

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}

function withAlerts(state: State, alerts: readonly TriggeredAlert[]): State {
  if (state.mode.kind !== 'alerts') return {...state, alerts}
  return {...state, alerts, mode: {...state.mode, chosen: clamp(state.mode.chosen, 0, Math.max(0, alerts.length - 1))}}
}

function onKey(state: State, key: Key): Next {
  if (key.ctrl && key.text === 'c') return {state, effects: [{kind: 'quit'}]}
  switch (state.mode.kind) {
    case 'stream':
      return onStreamKey(state, key)
    case 'text':
      return onTextKey(state, key)
    case 'prompt':
      return onPromptKey(state, key)
    case 'alerts':
      return onAlertsKey(state, key)
  }
}

function onStreamKey(state: State, key: Key): Next {
  const rows = streamRows(state)
  switch (key.name ?? (key.ctrl ? `ctrl-${key.text}` : key.text)) {
    case 'down':
    case 'j':
      return only(moved(state, state.cursor + 1))
    case 'up':
    case 'k':
      return only(moved(state, state.cursor - 1))
    case 'pageDown':
    case 'ctrl-f':
      return only(moved(state, state.cursor + rows))
    case 'pageUp':
    case 'ctrl-b':
      return only(moved(state, state.cursor - rows))
    case 'home':
    case 'g':
      return only(moved(state, state.shown.first))
    case 'end':
    case 'G':
    case 'f':
      return only(inView({...withoutPause(state), following: true}))
    case 'n':
      return only(toError(state, 1))
    case 'N':
      return only(toError(state, -1))
    case ' ':
      return only(state.paused === undefined ? paused(state) : inView(withoutPause(state)))
    case 'w':
      return only({...state, wrap: !state.wrap})
    case 'b':
      return only(inView({...state, panes: {...state.panes, side: !state.panes.side}}))
    case 'v':
      return only(inView({...state, panes: {...state.panes, figures: !state.panes.figures}}))
    case '/':
      return only({
        ...state,
        mode: {kind: 'prompt', purpose: 'filter', line: lineOf(state.filter.text), before: [], asked: -1},
      })
    case 's':
      return only({
        ...state,
        mode: {kind: 'prompt', purpose: 'save', line: lineOf('logflow-live.jsonl'), before: [], asked: -1},
      })
    case 'm':
      return only(muteChosen(state))
    case 'M':
      return only(refiltered(state, state.filter, []))
    case 'return':
      return only(showDetail(state))
    case 't':
      return askTrace(state)
    case 'y':
      return {state: noted(state, 'copied as a command'), effects: [{kind: 'copy', text: commandOf(state)}]}
    case 'a':
      return only({...state, mode: {kind: 'alerts', chosen: 0}})
    case '?':
      return only({...state, mode: {kind: 'text', of: 'help', title: 'keys', lines: HELP, begin: 0}})
    case 'escape':
      return only(state.filter.text === '' ? state : refiltered(state, {text: '', query: {kind: 'all'}}, state.muted))
    case 'q':
      return {state, effects: [{kind: 'quit'}]}
    default:
      return only(state)
  }
}

function noted(state: State, text: string, bad = false): State {
  return {...state, note: {text, bad}}
}

function paused(state: State): State {
  return {...state, paused: {first: state.shown.first, end: state.shown.end}}
}

function withoutPause(state: State): State {
  const {paused: _, ...rest} = state
  return rest
}

/** Going to a record stops following; to the last one begins it again. */
function moved(state: State, place: number): State {
  const last = Math.max(state.shown.first, endOf(state) - 1)
  const cursor = clamp(place, state.shown.first, last)
  return inView({...state, cursor, following: state.paused === undefined && cursor === last && place > last})
}

function toError(state: State, step: 1 | -1): State {
  const end = endOf(state)
  for (let place = state.cursor + step; place >= state.shown.first && place < end; place += step) {
    const level = state.shown.at(place)?.level
    if (level !== undefined && ERROR_LEVELS.includes(level)) return inView({...state, cursor: place, following: false})
  }
  return noted(state, step > 0 ? 'no error after this one' : 'no error before this one')
}

function muteChosen(state: State): State {
  const service = state.shown.at(state.cursor)?.service
  if (service === undefined) return noted(state, 'this record names no service')
  return noted(refiltered(state, state.filter, [...state.muted, service]), `${service} is muted; M shows all again`)
}

function showDetail(state: State): State {
  const record = state.shown.at(state.cursor)
  if (!record) return state
  return {
    ...state,
    following: false,
    mode: {kind: 'text', of: 'detail', title: `record ${record.id}`, lines: recordText(record), begin: 0},
  }
}

function askTrace(state: State): Next {
  const record = state.shown.at(state.cursor)
  const id = record?.trace_id ?? record?.correlation_id ?? record?.request_id
  if (id === undefined) return only(noted(state, 'this record has no trace, correlation or request id'))
  return {state: noted({...state, following: false}, 'looking for the trace …'), effects: [{kind: 'trace', id}]}
}

function onTextKey(state: State, key: Key): Next {
  if (state.mode.kind !== 'text') return only(state)
  const {mode} = state
  const rows = Math.max(1, state.size.rows - 3)
  const to = (begin: number): Next =>
    only({...state, mode: {...mode, begin: clamp(begin, 0, Math.max(0, mode.lines.length - rows))}})
  switch (key.name ?? (key.ctrl ? `ctrl-${key.text}` : key.text)) {
    case 'down':
    case 'j':
      return to(mode.begin + 1)
    case 'up':
    case 'k':
      return to(mode.begin - 1)
    case 'pageDown':
    case 'ctrl-f':
    case ' ':
      return to(mode.begin + rows)
    case 'pageUp':
    case 'ctrl-b':
      return to(mode.begin - rows)
    case 'home':
    case 'g':
      return to(0)
    case 'end':
    case 'G':
      return to(mode.lines.length)
    case 't':
      return mode.of === 'detail' ? askTrace(state) : only(state)
    case 'escape':
    case 'q':
    case 'return':
    case '?':
      return only({...state, mode: {kind: 'stream'}})
    default:
      return only(state)
  }
}

function onPromptKey(state: State, key: Key): Next {
  if (state.mode.kind !== 'prompt') return only(state)
  const {mode} = state
  if (key.name === 'escape') return only({...state, mode: {kind: 'stream'}})
  if (key.name === 'return')
    return mode.purpose === 'filter' ? only(applyFilter(state, mode.line.text)) : save(state, mode.line.text)
  const line = edit(mode.line, key)
  if (!line) return only(state)
  const problem = mode.purpose === 'filter' ? problemOf(line.text) : undefined
  return only({...state, mode: {...mode, line, problem}})
}

function problemOf(text: string): string | undefined {
  try {
    parseQuery(text)
    return undefined
  } catch (error) {
    const {problem} = error as {problem?: string}
    if (problem === undefined) throw error
    return problem
  }
}

function applyFilter(state: State, text: string): State {
  if (problemOf(text) !== undefined) return state
  const filtered = refiltered(state, {text, query: parseQuery(text)}, state.muted)
  return {...filtered, mode: {kind: 'stream'}}
}

function save(state: State, path: string): Next {
  if (path.trim() === '') return only({...state, mode: {kind: 'stream'}})
  const records = state.shown.slice(state.shown.first, endOf(state))
  return {state: {...state, mode: {kind: 'stream'}}, effects: [{kind: 'save', path: path.trim(), records}]}
}

function onAlertsKey(state: State, key: Key): Next {
  if (state.mode.kind !== 'alerts') return only(state)
  const {chosen} = state.mode
  const alert = state.alerts[chosen]
  const to = (place: number): Next =>
    only({...state, mode: {kind: 'alerts', chosen: clamp(place, 0, Math.max(0, state.alerts.length - 1))}})
  switch (key.name ?? key.text) {
    case 'down':
    case 'j':
      return to(chosen + 1)
    case 'up':
    case 'k':
      return to(chosen - 1)
    case 'a':
      return alert
        ? {state: noted(state, `acknowledging ${alert.rule_name}`), effects: [{kind: 'acknowledge', alert}]}
        : only(state)
    case 'r':
      return alert
        ? {state: noted(state, `resolving ${alert.rule_name}`), effects: [{kind: 'resolve', alert}]}
        : only(state)
    case 'return':
      return only(alert ? {...applyFilter(state, alert.query), mode: {kind: 'stream'}} : state)
    case 'escape':
    case 'q':
      return only({...state, mode: {kind: 'stream'}})
    default:
      return only(state)
  }
}
