// Alerts that are not resolved, one of them chosen.

import type {TriggeredAlert} from '../../alerts/alerts.js'
import {applyFilter} from '../filter.js'
import {only} from '../message.js'
import type {State} from '../state.js'
import {clamp, noted} from '../view.js'
import {movedIn, wordOf} from './list-keys.js'
import type {ModeKeys} from './mode.js'

export interface AlertsMode {
  kind: 'alerts'
  chosen: number
}

export const alerts: ModeKeys<AlertsMode> = {
  onKey(state, {chosen: at}, key) {
    const chosen = movedIn(at, state.alerts.length - 1, state.size.rows - 4, key)
    if (chosen !== undefined) return only({...state, mode: {kind: 'alerts', chosen}})
    const alert = state.alerts[at]
    switch (wordOf(key)) {
      case 'a':
        if (!alert) return only(state)
        return {state: noted(state, `acknowledging ${alert.rule_name}`), effects: [{kind: 'acknowledge', alert}]}
      case 'r':
        if (!alert) return only(state)
        return {state: noted(state, `resolving ${alert.rule_name}`), effects: [{kind: 'resolve', alert}]}
      case 'return':
        return only(alert ? {...applyFilter(state, alert.query), mode: {kind: 'stream'}} : state)
      case 'escape':
      case 'q':
        return only({...state, mode: {kind: 'stream'}})
      default:
        return only(state)
    }
  },
  hints: () => 'j k choose  a acknowledge  r resolve  Enter its records  Esc back',
  help: ['in alerts        a acknowledges, r resolves, Enter shows the records'],
}

export function openAlerts(state: State): State {
  return {...state, mode: {kind: 'alerts', chosen: 0}}
}

/** Other alerts are open now. */
export function withAlerts(state: State, open: readonly TriggeredAlert[]): State {
  const {mode} = state
  if (mode.kind !== 'alerts') return {...state, alerts: open}
  return {...state, alerts: open, mode: {...mode, chosen: clamp(mode.chosen, 0, Math.max(0, open.length - 1))}}
}
