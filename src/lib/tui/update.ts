// The one function that makes the next state of the live screen from what happens, and says what is to be done besides.
// Pure: no clock, no terminal, no store.

import type {LogRecord} from '../record/record.js'
import {grown, openAside} from './aside.js'
import {openHelp} from './help.js'
import type {Key} from './line-editor.js'
import {type Message, type Next, only} from './message.js'
import {withAlerts} from './modes/alerts.js'
import {withLetters, withWhole} from './modes/dead-letters.js'
import {keysOf, takesText} from './modes/modes.js'
import {withArrivals, withTrace} from './modes/trace.js'
import {onMouse} from './mouse.js'
import {afterMode, onPaneKey} from './panes.js'
import type {State} from './state.js'
import {standing, travelled, travelOf} from './travel.js'
import {inView, noted} from './view.js'

export function update(state: State, message: Message): Next {
  const stepped = step(state, message)
  const next = message.kind === 'key' ? {...stepped, state: standing(state, stepped.state)} : stepped
  // Records of another time are read through the filter: with another one there may be others.
  const [before, after] = [travelOf(state), travelOf(next.state)]
  if (!after || before?.id !== after.id || state.filter === next.state.filter) return next
  return {state: next.state, effects: [...next.effects, {kind: 'travel', to: 'same'}]}
}

function step(state: State, message: Message): Next {
  switch (message.kind) {
    case 'records':
      return only(withRecords(state, message.records))
    case 'key':
      return onKey({...state, note: undefined}, message.key)
    case 'mouse':
      return onMouse({...state, note: undefined}, message.mouse, onKey)
    case 'size':
      return only(inView({...state, size: {columns: message.columns, rows: message.rows}}))
    case 'rate':
      return only({...state, rate: message.rate})
    case 'patterns':
      return only({...state, patterns: message.patterns, patternsOf: message.of})
    case 'alerts':
      return only(withAlerts(state, message.alerts, message.problem))
    case 'alert-about':
      return only({...state, alertAbout: message.about})
    case 'aside': {
      const {title, asked, records} = message
      return only(openAside({...state, note: undefined}, {title, asked}, records))
    }
    case 'letters':
      return only(withLetters(state, message.letters, message.settled))
    case 'letter':
      return only(withWhole(state, message.title, message.lines))
    case 'health':
      return only({...state, health: {...state.health, ...message.health}})
    case 'travel':
      return only(travelled(state, message))
    case 'note':
      return only(noted(state, message.text, message.bad))
    case 'trace':
      return only(shownTrace(state, message))
  }
}

/** Who types meanwhile is not interrupted. */
function shownTrace(state: State, {tree, unstored, at}: Message & {kind: 'trace'}): State {
  return takesText(state.mode)
    ? noted(state, `trace ${tree.id} is there: t shows it`)
    : withTrace(state, tree, unstored, at)
}

function withRecords(state: State, records: readonly LogRecord[]): State {
  const {aside} = state
  const mode = withArrivals(state.mode, records)
  if (aside) return {...state, mode, aside: {...aside, live: grown(aside.live, records)}}
  return inView({...state, ...grown(state, records), mode})
}

/** Keys that mean the same everywhere: `?` but where text is typed, ctrl-c and ctrl-z there too. */
function onKey(state: State, key: Key): Next {
  const {mode} = state
  if (key.ctrl && key.text === 'c') return {state, effects: [{kind: 'quit'}]}
  if (key.ctrl && key.text === 'z') return {state, effects: [{kind: 'suspend'}]}
  if (key.text === '?' && !takesText(mode) && mode.kind !== 'text') {
    return only(openHelp(state))
  }
  const inPane = onPaneKey(state, key)
  if (inPane) return inPane
  const next = keysOf(mode).onKey(state, mode, key)
  return {...next, state: afterMode(next.state)}
}
