import {formatCount, plural} from '../../output/numbers.js'
import {sparkline} from '../../output/sparkline.js'
import {formatTime} from '../../output/times.js'
import {sum} from '../counts.js'
import {keysOf} from '../modes/modes.js'
import {chosenPattern} from '../modes/patterns.js'
import {chosenService} from '../modes/services.js'
import {endOf, type State, showsFigures, streamRows} from '../state.js'
import {drawAlertsScreen} from './alerts.js'
import {drawCompare} from './compare.js'
import {drawDetail} from './detail.js'
import {drawPatterns} from './patterns.js'
import {apart, fitted, type Part, type Pen} from './pen.js'
import {drawAbovePrompt, drawPrompt, drawTyped} from './prompt.js'
import {drawServices} from './services.js'
import {drawSide} from './side.js'
import {drawStream} from './stream.js'
import {drawText} from './text.js'
import {drawTrace} from './trace.js'

const SIDE = {width: 38, least: 100}

/**
 * The whole screen: lines of exactly the terminal's columns, and one fewer than its rows, since a terminal scrolls when
 * its last line is filled.
 */
export function drawFrame(state: State, pen: Pen): string[] {
  const {columns, rows} = state.size
  const body = Math.max(1, rows - 3)
  const lines = [header(state, pen), ...middle(state, columns, body, pen), footer(state, pen)]
  const above = state.mode.kind === 'prompt' ? drawAbovePrompt(state.mode, columns, pen) : undefined
  if (above !== undefined) lines[lines.length - 2] = above
  return lines
}

function middle(state: State, columns: number, rows: number, pen: Pen): string[] {
  const {mode, panes} = state
  switch (mode.kind) {
    case 'text':
      return drawText(mode, columns, rows, pen)
    case 'patterns':
      return drawPatterns(state, {columns, rows, chosen: chosenPattern(state, mode)?.text}, pen)
    case 'services':
      return drawServices(state, {columns, rows, chosen: chosenService(state, mode)}, pen)
    case 'detail':
      return drawDetail(mode, columns, rows, pen)
    case 'trace':
      return drawTrace(mode, columns, rows, pen)
    case 'compare':
      return drawCompare(mode, columns, rows, pen)
    case 'alerts':
      return drawAlertsScreen(state, mode, {columns, rows}, pen)
    default: {
      const figures = showsFigures(state) ? drawFigures(state, columns, pen) : []
      const height = streamRows(state)
      if (!panes.side || columns < SIDE.least) return [...figures, ...drawStream(state, columns, height, pen)]
      const left = drawStream(state, columns - SIDE.width - 3, height, pen)
      const right = drawSide(state, SIDE.width, height, pen)
      const bar = pen.palette.dim(pen.ascii ? ' | ' : ' │ ')
      return [...figures, ...left.map((line, index) => line + bar + (right[index] as string))]
    }
  }
}

function header(state: State, {palette, ascii}: Pen): string {
  const {source, filter, pinned, rate, aside, onlyPattern} = state
  const without = withoutText(state)
  const dot = ascii ? ' - ' : ' · '
  const left: Part[] = [
    ['logflow live', palette.bold],
    [`${dot}${source}`],
    [aside ? `${dot}${aside.title}` : '', palette.bold],
    [filter.text === '' ? '' : `${dot}/ ${filter.text}`, palette.match],
    [onlyPattern === undefined ? '' : `${dot}only ${onlyPattern}`, palette.match],
    [without === '' ? '' : `${dot}without ${without}`, palette.warn],
    [pinned ? `${dot}${ascii ? '*' : '◆'} ${formatTime(pinned['@timestamp']).slice(0, 8)} pinned` : ''],
  ]
  const received = state.size.columns < 72 ? '' : `  ${formatCount((aside ?? {live: state}).live.all.end)} in all`
  const right: Part[] = [...following(state, palette, ascii), [`  ${formatCount(Math.round(rate))}/s${received}`]]
  return apart(left, [[' '], ...right], state.size.columns)
}

/** Services by name, patterns by number, since their texts are long. */
function withoutText({muted, mutedPatterns}: State): string {
  const patterns = mutedPatterns.length === 0 ? [] : [plural(mutedPatterns.length, 'pattern')]
  return [...muted, ...patterns].join(', ')
}

function following(state: State, palette: Pen['palette'], ascii: boolean): Part[] {
  const {paused, shown} = state
  if (paused !== undefined) {
    const fresh = shown.end - paused.end
    const lost = shown.first - paused.first
    const more = lost > 0 ? `, ${formatCount(lost)} gone from view, none from the store` : ''
    return [[`${ascii ? '||' : '‖'} paused, ${formatCount(fresh)} new${more}`, palette.warn]]
  }
  if (state.following) return [[`${ascii ? '*' : '●'} following`, palette.good]]
  const at = shown.at(state.cursor)
  const behind = endOf(state) - 1 - state.cursor
  if (state.aside)
    return [
      [
        `${at ? formatTime(at['@timestamp']).slice(0, 8) : ''} ${formatCount(shown.size)} records, Esc back to now`,
        palette.warn,
      ],
    ]
  return [
    [`${at ? formatTime(at['@timestamp']).slice(0, 8) : ''} ${formatCount(behind)} below, f follows`, palette.dim],
  ]
}

function drawFigures({counts}: State, columns: number, {palette, ascii}: Pen): string[] {
  const line = (title: string, values: number[], total: number, paint: (text: string) => string): string => {
    const end = ` ${formatCount(total)}`
    const most = Math.max(1, columns - title.length - end.length - 1)
    return fitted([[`${title} `, palette.dim], [sparkline(values, {ascii, most}), paint], [end]], columns)
  }
  const whole = sum(counts.whole)
  const records = counts.whole.map((one) => one.records)
  const errors = counts.whole.map((one) => one.errors)
  return [line('volume', records, whole.records, palette.good), line('errors', errors, whole.errors, palette.bad)]
}

function footer(state: State, pen: Pen): string {
  const {palette} = pen
  const {mode, note, size} = state
  if (mode.kind === 'prompt') return drawPrompt(mode, size.columns, pen)
  if (mode.kind === 'alerts' && mode.typing) {
    const {alert, line} = mode.typing
    return drawTyped({title: `acknowledge ${alert.rule_name}, with a note: `, line}, size.columns, pen)
  }
  const left: Part[] = note
    ? [[note.text, note.bad ? palette.bad : palette.warn]]
    : [[keysOf(mode).hints(state, mode), palette.dim]]
  return apart(left, healthParts(state, pen), size.columns)
}

function healthParts({health}: State, {palette}: Pen): Part[] {
  const parts: Part[] = []
  if (health.away !== undefined) parts.push([`  ${health.away}`, palette.bad])
  if (health.lag !== undefined) parts.push([`  lag ${formatCount(health.lag)}`, palette.dim])
  if (health.deadLetters) parts.push([`  dlq ${formatCount(health.deadLetters)}`, palette.warn])
  return parts
}
