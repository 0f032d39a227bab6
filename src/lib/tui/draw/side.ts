import {byService} from '../counts.js'
import {isBeside} from '../layout.js'
import {chosenAlert} from '../modes/alerts.js'
import {chosenPattern, patternsListed} from '../modes/patterns.js'
import {chosenService} from '../modes/services.js'
import type {State} from '../state.js'
import {drawAlerts} from './alerts.js'
import type {Column} from './border.js'
import {drawPatterns} from './patterns.js'
import type {Pen} from './pen.js'
import {drawServices} from './services.js'

/** Services, patterns and alerts one below the other in exactly so many lines; `divided` by a line of the frame. */
export function drawSide(state: State, columns: number, rows: number, divided: boolean, pen: Pen): Column {
  // A column is left free at the right, so that numbers do not touch the frame.
  const inner = columns - 1
  const heights = heightsOf(state, rows - (divided ? 2 : 0))
  const mode = isBeside(state) ? state.mode : undefined
  const service = mode?.kind === 'services' ? chosenService(state, mode) : undefined
  const pattern = mode?.kind === 'patterns' ? chosenPattern(state, mode)?.text : undefined
  const alert = mode?.kind === 'alerts' ? chosenAlert(state, mode)?.id : undefined
  const panes = [
    drawServices(state, {columns: inner, rows: heights.services, chosen: service}, pen),
    drawPatterns(state, {columns: inner, rows: heights.patterns, chosen: pattern}, pen),
    drawAlerts(state, {columns: inner, rows: heights.alerts, chosen: alert}, pen),
  ]
  const lines = panes.flatMap((pane, index) => [
    ...(index > 0 && divided ? [undefined] : []),
    ...pane.map((line) => `${line} `),
  ])
  return lines.slice(0, rows)
}

/** Alerts are few and matter most: they get what they need up to a quarter. Services and patterns share what is left. */
function heightsOf(state: State, rows: number): {services: number; patterns: number; alerts: number} {
  const alerts = Math.min(1 + Math.max(1, state.alerts.length), Math.max(1, Math.floor(rows / 4)))
  const rest = Math.max(0, rows - alerts)
  const wanted = 1 + Math.max(1, byService(state.counts).length)
  const others = 1 + Math.max(1, patternsListed(state).length)
  const services = Math.min(wanted, Math.max(Math.ceil(rest / 2), rest - others), rest)
  return {services, patterns: rest - services, alerts}
}
