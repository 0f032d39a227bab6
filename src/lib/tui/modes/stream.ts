// Keys in the stream of records, which is where everything begins and Escape leads back to.

import {ERROR_LEVELS} from '../../record/level.js'
import {commandOf} from '../as-command.js'
import {leaveAside} from '../aside.js'
import type {Key} from '../line-editor.js'
import {type Effect, type Next, only} from '../message.js'
import {PANE_HELP} from '../panes.js'
import {inPlace} from '../place.js'
import {endOf, NO_FILTER, type State, streamRows} from '../state.js'
import {inView, moved, noted, refiltered, withoutPause} from '../view.js'
import {openAlerts} from './alerts.js'
import {compareWith, pinOrUnpin} from './compare.js'
import {openDeadLetters} from './dead-letters.js'
import {openDetail} from './detail.js'
import {openHealth} from './health.js'
import {openHistogram} from './histogram.js'
import {wordOf} from './list-keys.js'
import type {ModeKeys} from './mode.js'
import {openPatterns} from './patterns.js'
import {openPrompt} from './prompt.js'
import {openServices} from './services.js'
import {askTrace} from './trace.js'
import {afterKey, onTravelKey, TRAVEL_HELP, travelHints} from './travel-keys.js'

export interface StreamMode {
  kind: 'stream'
}

export const stream: ModeKeys<StreamMode> = {
  onKey(state, _, key) {
    const next =
      onTravelKey(state, key) ?? onMove(state, key) ?? onView(state, key) ?? onRecord(state, key) ?? only(state)
    return afterKey(state, next, key)
  },
  hints: (state) =>
    state.aside?.travel
      ? travelHints(state)
      : 'f follow  / filter  Enter detail  t trace  a alerts  space pause  n next error  y copy  ? help  q leave',
  help: [
    'j k, arrows      next and previous record',
    'PgDn PgUp        a screen on or back; ctrl-f, ctrl-b too',
    'g  G, Home End   first record that is kept, last one (and follow)',
    'n  N             next and previous error',
    'f                follow what arrives again',
    'space            pause and go on: what comes meanwhile is kept, up to 100,000 records',
    ...TRAVEL_HELP,
    '',
    '/                filter, in the query language; Enter applies it, Esc leaves it as it was',
    'Esc              take the filter off, or the pattern; back to what arrives',
    ':                a command by its name: Tab shows which there are',
    'm  M             mute the service of this record; show all services and patterns again',
    '',
    'Enter            every field of the record',
    't                its trace',
    'p  c             pin it, or unpin it; compare another one with it, field by field',
    'a                alerts that are open, and what fired them',
    'D                dead letters: see why, send them again',
    'H                how the pipeline is: what comes, is processed, waits',
    'P  S             patterns of messages, services: show one alone, mute it',
    '',
    'w                fold long messages, or show them whole',
    'V                records and errors over time, large',
    ...PANE_HELP,
    'y                copy as a logflow command that shows the same',
    's                save what is shown to a file, as JSON lines',
    'q                leave',
  ],
}

/** To another record. */
function onMove(state: State, key: Key): Next | undefined {
  const rows = streamRows(state)
  switch (wordOf(key)) {
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
    case 'f':
      return only(inView({...withoutPause(leaveAside(state)), following: true}))
    case 'end':
    case 'G':
      return only(inView({...withoutPause(state), following: true}))
    case 'n':
      return only(toError(state, 1))
    case 'N':
      return only(toError(state, -1))
    default:
      return undefined
  }
}

/** What is shown, and how. */
function onView(state: State, key: Key): Next | undefined {
  const {panes, filter} = state
  switch (wordOf(key)) {
    case ' ':
      return only(state.paused === undefined ? paused(state) : inView(withoutPause(state)))
    case 'w':
      return only({...state, wrap: !state.wrap})
    case 'b':
      return only(inView({...state, panes: {...panes, side: !panes.side}}))
    case 'v':
      return only(inView({...state, panes: {...panes, figures: !panes.figures}}))
    case '/':
      return only(openPrompt(state, 'filter', filter.text))
    case 'T':
      return only(openPrompt(state, 'goto', ''))
    case ':':
      return only(openPrompt(state, 'command', ''))
    case 's':
      return only(openPrompt(state, 'save', 'logflow-live.jsonl'))
    case 'a':
      return openAlerts(state)
    case 'D':
      return openDeadLetters(state)
    case 'H':
      return only(openHealth(state))
    case 'P':
      return only(openPatterns(state))
    case 'V':
      return only(openHistogram(state))
    case 'S':
      return only(openServices(state))
    case 'M':
      return only(refiltered(state, {muted: [], mutedPatterns: []}))
    case 'escape':
      return only(back(state))
    case 'y':
      return {state, effects: [copied(state)]}
    case 'q':
      return {state, effects: [{kind: 'quit'}]}
    default:
      return undefined
  }
}

/** With the record that is chosen. */
function onRecord(state: State, key: Key): Next | undefined {
  const record = state.shown.at(state.cursor)
  switch (wordOf(key)) {
    case 'm':
      return only(muteChosen(state))
    case 'return':
      return only(openDetail(state, record))
    case 't':
      return askTrace(state, record)
    case 'p':
      return only(pinOrUnpin(state, record))
    case 'c':
      return only(compareWith(state, record))
    default:
      return undefined
  }
}

function copied(state: State): Effect {
  const {command, more} = commandOf(state)
  return {
    kind: 'copy',
    text: inPlace(state.place, command),
    ...(more ? {remark: 'finds more than is shown, since queries have no word for patterns'} : {}),
  }
}

/** One step: out of the filter, then out of the pattern, then to what arrives. */
function back(state: State): State {
  if (state.filter.text !== '') return refiltered(state, {filter: NO_FILTER})
  if (state.onlyPattern !== undefined) return refiltered(state, {onlyPattern: undefined})
  return leaveAside(state)
}

function paused(state: State): State {
  return {...state, paused: {first: state.shown.first, end: state.shown.end}}
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
  return noted(refiltered(state, {muted: [...state.muted, service]}), `${service} is muted; M shows all again`)
}
