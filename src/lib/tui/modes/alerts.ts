// Alerts that are not resolved, one of them chosen, with everything that is known of it.

import type {TriggeredAlert} from '../../alerts/alerts.js'
import {recordsCommand} from '../../alerts/records-command.js'
import type {Key} from '../line-editor.js'
import {edit, type Line, lineOf} from '../line-editor.js'
import {type Effect, type Next, only} from '../message.js'
import {inPlace} from '../place.js'
import type {State} from '../state.js'
import {noted} from '../view.js'
import {wordOf} from './list-keys.js'
import {chosenBy, placeOf} from './list-place.js'
import type {ModeKeys} from './mode.js'

export interface AlertsMode {
  kind: 'alerts'
  /** Id of the one that is chosen; the first one without. */
  chosen?: string
  /** Asks whether to resolve it. */
  asking?: TriggeredAlert
  /** A note that is typed for it before it is acknowledged. */
  typing?: {alert: TriggeredAlert; line: Line}
}

const idOf = ({id}: TriggeredAlert) => id

export const alerts: ModeKeys<AlertsMode> = {
  onKey(state, mode, key) {
    if (mode.typing) return onTyped(state, mode.typing, key)
    if (mode.asking) return onAnswer(state, mode.asking, key)
    const moved = chosenBy(state.alerts, idOf, {chosen: mode.chosen, page: state.size.rows - 4, key})
    if (moved !== undefined) return chose(state, moved)
    const alert = chosenAlert(state, mode)
    const word = wordOf(key)
    if (word === 'escape' || word === 'q') return only({...state, mode: {kind: 'stream'}})
    return alert ? onAlert(state, alert, word) : only(state)
  },
  hints(_, {asking, typing}) {
    if (asking) return questionOf(asking)
    if (typing) return ''
    return 'j k choose  a acknowledge  A with a note  r resolve  Enter its records  y copy  Esc back'
  },
  help: [
    'in alerts        Enter shows the records that fired it, in its time; Esc comes back',
    '                 a acknowledges, A with a note, r resolves (it asks), y copies the command that finds its records',
  ],
}

/** The list, and what is known of its first one. */
export function openAlerts(state: State): Next {
  return chose(state, state.alerts[0]?.id)
}

export function chosenAlert({alerts: list}: State, {chosen}: AlertsMode): TriggeredAlert | undefined {
  return list[placeOf(list, idOf, chosen)]
}

/** Other alerts are open now; the one that is chosen stays so while it is among them. */
export function withAlerts(state: State, open: readonly TriggeredAlert[], problem?: string): State {
  const {mode} = state
  const next = {...state, alerts: open, alertsProblem: problem}
  if (mode.kind !== 'alerts' || open.some(({id}) => id === mode.chosen)) return next
  // Its place is taken by the one that stood behind it.
  const place = placeOf(state.alerts, idOf, mode.chosen)
  return {...next, mode: {...mode, chosen: open[Math.min(place, open.length - 1)]?.id}}
}

function chose(state: State, id: string | undefined): Next {
  const effects: Effect[] = id === undefined ? [] : [{kind: 'alert-about', id}]
  return {state: {...state, mode: {kind: 'alerts', chosen: id}}, effects}
}

function onAlert(state: State, alert: TriggeredAlert, word: string): Next {
  const mode: AlertsMode = {kind: 'alerts', chosen: alert.id}
  switch (word) {
    case 'a':
      return {state: noted(state, `acknowledging ${alert.rule_name} …`), effects: [{kind: 'acknowledge', alert}]}
    case 'A':
      return only({...state, mode: {...mode, typing: {alert, line: lineOf('')}}})
    case 'r':
      return only({...state, mode: {...mode, asking: alert}})
    case 'return':
      return {state: noted(state, 'looking for its records …'), effects: [{kind: 'alert-records', alert}]}
    case 'y':
      return {state, effects: [{kind: 'copy', text: inPlace(state.place, recordsCommand(alert))}]}
    default:
      return only(state)
  }
}

function onTyped(state: State, {alert, line}: {alert: TriggeredAlert; line: Line}, key: Key): Next {
  const mode: AlertsMode = {kind: 'alerts', chosen: alert.id}
  if (key.name === 'escape') return only({...state, mode})
  if (key.name === 'return') {
    const note = line.text.trim()
    const asked: Effect = {kind: 'acknowledge', alert, ...(note === '' ? {} : {note})}
    return {state: noted({...state, mode}, `acknowledging ${alert.rule_name} …`), effects: [asked]}
  }
  return only({...state, mode: {...mode, typing: {alert, line: edit(line, key) ?? line}}})
}

/** Only a clear yes resolves. */
function onAnswer(state: State, alert: TriggeredAlert, key: Key): Next {
  const next: State = {...state, mode: {kind: 'alerts', chosen: alert.id}}
  if (wordOf(key) !== 'y') return only(noted(next, `${alert.rule_name} was not resolved`))
  return {state: noted(next, `resolving ${alert.rule_name} …`), effects: [{kind: 'resolve', alert}]}
}

function questionOf({rule_name}: TriggeredAlert): string {
  return `resolve ${rule_name}? It cannot be undone.  y yes  n no`
}
