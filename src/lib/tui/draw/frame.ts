import {formatCount, plural} from '../../output/numbers.js'
import {textWidth} from '../../output/text-width.js'
import {formatTime} from '../../output/times.js'
import {isBeside, layoutOf} from '../layout.js'
import {keysOf} from '../modes/modes.js'
import {chosenPattern} from '../modes/patterns.js'
import {chosenService} from '../modes/services.js'
import {endOf, type State} from '../state.js'
import {drawAlertsScreen} from './alerts.js'
import {boxed, strokesOf, titled} from './border.js'
import {drawCompare} from './compare.js'
import {drawDeadLetters} from './dead-letters.js'
import {drawDetail} from './detail.js'
import {drawFigures, momentText, stretchText} from './figures.js'
import {drawHealth, healthParts} from './health.js'
import {drawHistogram} from './histogram.js'
import {drawPatterns} from './patterns.js'
import {apart, inAscii, type Part, type Pen, widthOf} from './pen.js'
import {drawAbovePrompt, drawPrompt, drawTyped} from './prompt.js'
import {drawServices} from './services.js'
import {drawSide} from './side.js'
import {drawStream} from './stream.js'
import {drawText} from './text.js'
import {drawTrace} from './trace.js'
import {travelParts} from './travel.js'

/** Between two hints of the last line. */
const HINT_GAP = '  '

/**
 * The whole screen: lines of exactly the terminal's columns, no more than its rows. Panes have lines of a frame round them
 * where there is room for it; all else has the whole screen for itself.
 */
export function drawFrame(state: State, pen: Pen): string[] {
  const {rows} = state.size
  // With fewer than three the last ones are what one needs: where one types, then the record.
  const lines = drawLines(state, pen).slice(-rows)
  return pen.ascii ? lines.map(inAscii) : lines
}

function drawLines(state: State, pen: Pen): string[] {
  const {columns, rows} = state.size
  const whole = isBeside(state) ? undefined : drawWhole(state, columns, Math.max(1, rows - 3), pen)
  if (whole) return [header(state, pen), ...whole, footer(state, columns, pen)]
  return layoutOf(state).framed ? inFrame(state, pen) : plain(state, pen)
}

/** What has the screen for itself but for header and footer; undefined where it is the stream and the panes beside it. */
function drawWhole(state: State, columns: number, rows: number, pen: Pen): string[] | undefined {
  const {mode} = state
  switch (mode.kind) {
    case 'text':
      return drawText(mode, columns, rows, pen)
    case 'patterns':
      return drawPatterns(state, {columns, rows, chosen: chosenPattern(state, mode)?.text}, pen)
    case 'services':
      return drawServices(state, {columns, rows, chosen: chosenService(state, mode)}, pen)
    case 'detail':
      return drawDetail(state, mode, columns, rows, pen)
    case 'trace':
      return drawTrace(state, mode, columns, rows, pen)
    case 'compare':
      return drawCompare(state, mode, columns, rows, pen)
    case 'health':
      return drawHealth(state, mode, {columns, rows}, pen)
    case 'dead-letters':
      return drawDeadLetters(state, mode, {columns, rows}, pen)
    case 'alerts':
      return drawAlertsScreen(state, mode, {columns, rows}, pen)
    case 'histogram':
      return drawHistogram(state, mode, columns, rows, pen)
    default:
      return undefined
  }
}

function plain(state: State, pen: Pen): string[] {
  const {figures, stream, side} = layoutOf(state)
  const {columns} = state.size
  const records = drawRecords(state, stream.columns, stream.rows, pen)
  const above = figures > 0 ? drawFigures(state, columns, pen) : []
  if (!side) return [header(state, pen), ...above, ...records, footer(state, columns, pen)]
  const bar = pen.palette.dim(strokesOf(pen).down)
  const beside = drawSide(state, side.columns, side.rows, false, pen)
  return [
    header(state, pen),
    ...above,
    ...records.map((line, row) => `${line}${bar}${beside[row]}`),
    footer(state, columns, pen),
  ]
}

/** The stream; while a prompt is typed what helps with it covers its last line. */
function drawRecords(state: State, columns: number, rows: number, pen: Pen): string[] {
  const lines = drawStream(state, columns, rows, pen)
  const above = state.mode.kind === 'prompt' ? drawAbovePrompt(state.mode, columns, pen) : undefined
  return above === undefined ? lines : [...lines.slice(0, -1), above]
}

function inFrame(state: State, pen: Pen): string[] {
  const {figures, stream, side} = layoutOf(state)
  const {columns} = state.size
  const {across, topLeft, topRight, bottomLeft, bottomRight, fromLeft, fromRight, fromBottom, down} = strokesOf(pen)
  const {dim} = pen.palette
  const left = [
    ...(figures > 0 ? [...drawFigures(state, stream.columns, pen), undefined] : []),
    ...drawRecords(state, stream.columns - 1, stream.rows, pen).map((line) => `${line} `),
  ]
  const right = side ? drawSide(state, side.columns, side.rows, true, pen) : undefined
  const below = across.repeat(stream.columns) + (side ? fromBottom + across.repeat(side.columns) : '')
  const {begin, end} = headerParts(state, pen, ` ${across} `, columns - 6)
  return [
    dim(topLeft) + titled(begin, end, columns - 2, pen) + dim(topRight),
    ...boxed(left, stream.columns, right, side?.columns ?? 0, pen),
    dim(fromLeft + below + fromRight),
    `${dim(down)} ${footer(state, columns - 4, pen)} ${dim(down)}`,
    dim(bottomLeft + across.repeat(columns - 2) + bottomRight),
  ]
}

function header(state: State, pen: Pen): string {
  const {begin, end} = headerParts(state, pen, pen.ascii ? ' - ' : ' · ', state.size.columns - 1)
  return apart(begin, [[' '], ...end], state.size.columns)
}

/** What is shown of what, and where one is. Where not all of it has room, what one knows anyway gives way first. */
function headerParts(state: State, pen: Pen, dot: string, columns: number): {begin: Part[]; end: Part[]} {
  const {palette, ascii, now} = pen
  const {source, filter, pinned, aside, onlyPattern, zone} = state
  const without = withoutText(state)
  const stretch = stretchText(state.counts, now, zone)
  const program: Part[] = [
    ['logflow live', palette.bold],
    [dot, palette.dim],
  ]
  const time: Part[] = [[stretch === '' ? '' : `${dot}${stretch}`, palette.dim]]
  const what: Part[] = [
    [aside && !aside.travel ? `${dot}${aside.title}` : '', palette.bold],
    [filter.text === '' ? '' : `${dot}/ ${filter.text}`, palette.match],
    [onlyPattern === undefined ? '' : `${dot}only ${onlyPattern}`, palette.match],
    [without === '' ? '' : `${dot}without ${without}`, palette.warn],
    [pinned ? `${dot}${ascii ? '*' : '◆'} ${formatTime(pinned['@timestamp'], zone).slice(0, 8)} pinned` : ''],
  ]
  const end = following(state, pen)
  const ways: Part[][] = [
    [...program, [source], ...time, ...what],
    [...program, [source], ...what],
  ]
  const begin = ways.find((parts) => widthOf([...parts, ...end]) <= columns) ?? [[source], ...what]
  return {begin, end}
}

/** Services by name, patterns by number, since their texts are long. */
function withoutText({muted, mutedPatterns}: State): string {
  const patterns = mutedPatterns.length === 0 ? [] : [plural(mutedPatterns.length, 'pattern')]
  return [...muted, ...patterns].join(', ')
}

/** Where one is in time, and what comes. */
function following(state: State, pen: Pen): Part[] {
  const {aside, rate, size} = state
  if (aside?.travel) return travelParts(state, aside.travel, pen)
  const received = size.columns < 72 ? '' : `  ${formatCount((aside ?? {live: state}).live.all.end)} in all`
  return [...placeParts(state, pen), [`  ${formatCount(Math.round(rate))}/s${received}`]]
}

function placeParts(state: State, {palette, ascii, now}: Pen): Part[] {
  const {paused, shown, zone} = state
  if (paused !== undefined) {
    const fresh = shown.end - paused.end
    const lost = shown.first - paused.first
    const more = lost > 0 ? `, ${formatCount(lost)} gone from view, none from the store` : ''
    return [[`${ascii ? '||' : '‖'} paused, ${formatCount(fresh)} new${more}`, palette.warn]]
  }
  if (state.following) return [[`${ascii ? '*' : '●'} following`, palette.good]]
  const record = shown.at(state.cursor)
  const clock = record ? momentText(record['@timestamp'], now, zone) : ''
  if (state.aside) return [[`${clock} ${formatCount(shown.size)} records, Esc back to now`, palette.warn]]
  if (!record) return [['f follows', palette.dim]]
  const behind = endOf(state) - 1 - state.cursor
  return [[`${clock} ${formatCount(behind)} below, f follows`, palette.dim]]
}

function footer(state: State, columns: number, pen: Pen): string {
  const {palette} = pen
  const {mode, note} = state
  if (mode.kind === 'prompt') return drawPrompt(mode, columns, pen)
  if (mode.kind === 'alerts' && mode.typing) {
    const {alert, line} = mode.typing
    return drawTyped({title: `acknowledge ${alert.rule_name}, with a note: `, line}, columns, pen)
  }
  const health = healthParts(state, pen)
  const left: Part = note
    ? [note.text, note.bad ? palette.bad : palette.warn]
    : [hintsIn(keysOf(mode).hints(state, mode), columns - widthOf(health)), palette.dim]
  return apart([left], health, columns)
}

/** As many hints as have room: the way back and the one to all keys first of all, then from the left. */
function hintsIn(text: string, room: number): string {
  const hints = text.split(HINT_GAP)
  const isAlwaysShown = (hint: string) => /^(Esc|\?) /.test(hint)
  const chosen = new Set(hints.filter(isAlwaysShown))
  const joined = () => hints.filter((hint) => chosen.has(hint)).join(HINT_GAP)
  for (const hint of hints) {
    if (chosen.has(hint)) continue
    chosen.add(hint)
    if (textWidth(joined()) <= room) continue
    chosen.delete(hint)
    break
  }
  return joined() === '' ? text : joined()
}
