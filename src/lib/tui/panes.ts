// Keys that mean the same in every pane: to the next one, the whole screen for it, its size.

import {isBeside, layoutOf, resizedSide} from './layout.js'
import type {Key} from './line-editor.js'
import {type Next, only} from './message.js'
import {openAlerts} from './modes/alerts.js'
import {wordOf} from './modes/list-keys.js'
import type {Mode} from './modes/mode.js'
import {openPatterns} from './modes/patterns.js'
import {openServices} from './modes/services.js'
import type {State} from './state.js'
import {inView, noted} from './view.js'

/** Panes in the order in which Tab goes through them: each is a mode that needs nothing to begin with. */
const PANES = ['stream', 'services', 'patterns', 'alerts'] as const
type Pane = (typeof PANES)[number]

const OPEN: Readonly<Record<Pane, (state: State) => Next>> = {
  stream: (state) => only({...state, mode: {kind: 'stream'}}),
  services: (state) => only(openServices(state)),
  patterns: (state) => only(openPatterns(state)),
  alerts: openAlerts,
}

export const PANE_HELP = [
  'Tab, shift-Tab   next and previous pane: stream, services, patterns, alerts',
  'z                the whole screen for the pane one is in, and back',
  '+  -  =          panes beside the stream wider, narrower, as they were',
  'b  v             hide and show the panes beside it; the figures above it',
]

/** What comes of a key that is one of these, where one is in a pane. */
export function onPaneKey(state: State, key: Key): Next | undefined {
  const pane = paneOf(state.mode)
  if (pane === undefined || isAsked(state.mode)) return undefined
  switch (wordOf(key)) {
    case 'tab':
      return toPane(state, pane, key.shift ? -1 : 1)
    case 'z':
      return only(inView(zoomed(state, pane)))
    case '+':
      return only(withSide(state, pane, 1))
    case '-':
      return only(withSide(state, pane, -1))
    case '=':
      return only(withSide(state, pane))
    default:
      return undefined
  }
}

/** Whether keys are an answer, or a note. */
function isAsked(mode: Mode): boolean {
  return mode.kind === 'alerts' && (mode.asking !== undefined || mode.typing !== undefined)
}

/** What is drawn beside the stream is left with its mode. */
export function afterMode(state: State): State {
  const {panes, mode} = state
  if (panes.beside === undefined || isBeside({panes, mode}) || paneOf(mode) !== 'stream') return state
  return inView({...state, panes: {...panes, beside: undefined}})
}

function paneOf(mode: Mode): Pane | undefined {
  return PANES.find((pane) => pane === mode.kind)
}

/** Whether the pane one is in has the whole screen. */
function isWhole({panes, mode}: State, pane: Pane): boolean {
  return pane === 'stream' ? panes.zoomed : !isBeside({panes, mode})
}

/** Where one goes on through panes that have the whole screen, so does the next. */
function toPane(state: State, from: Pane, step: 1 | -1): Next {
  const to = PANES[(PANES.indexOf(from) + step + PANES.length) % PANES.length] as Pane
  const next = OPEN[to](state)
  const whole = isWhole(state, from)
  const panes = {...state.panes, zoomed: to === 'stream' && whole, beside: to === 'stream' || whole ? undefined : to}
  const opened = {...next.state, panes}
  // Where the terminal has no room beside the stream, a pane has the whole screen in any case.
  const fits = layoutOf(opened).side !== undefined
  return {...next, state: inView(fits ? opened : {...opened, panes: {...panes, beside: undefined}})}
}

function zoomed(state: State, pane: Pane): State {
  const {panes} = state
  if (pane === 'stream') return {...state, panes: {...panes, zoomed: !panes.zoomed}}
  if (!isWhole(state, pane)) return {...state, panes: {...panes, beside: undefined}}
  const beside = {...state, panes: {...panes, side: true, zoomed: false, beside: pane}}
  return layoutOf(beside).side ? beside : noted(state, 'the terminal is too narrow for panes beside the stream')
}

function withSide(state: State, pane: Pane, steps?: 1 | -1): State {
  if (isWhole(state, pane) || !layoutOf(state).side) return noted(state, 'no panes are beside the stream now')
  return inView(resizedSide(state, steps))
}
