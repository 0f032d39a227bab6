import type {Health, HealthState} from '../metrics/health.js'
import type {LevelLine, Overview, ServiceLine} from '../metrics/overview.js'
import {bar} from './bar.js'
import {escapeLine} from './escape-controls.js'
import {
  durationParts,
  headingLine,
  healthLines,
  LABEL,
  labelled,
  labelledParts,
  type MetricsScreen,
  messageLines,
  millisecondsText,
  percent,
  signed,
  widthOf,
} from './metrics-parts.js'
import {formatCount, plural} from './numbers.js'
import {type Palette, paletteFor} from './palette.js'
import {sparkline} from './sparkline.js'
import {cutTo, padTo, textWidth} from './text-width.js'

const TREND = 12
const LEVEL_BAR = 20
const SHARE = 8
const LONGEST_NAME = 32

/** `metrics overview` for people. */
export function overviewView(overview: Overview, view: MetricsScreen): string {
  const palette = paletteFor(view.screen.color)
  const lines = [headingLine(overview, view), '', ...levelPart(overview.levels, view, palette)]
  if (overview.durations) lines.push(...labelledParts('durations', durationParts(overview.durations), view))
  lines.push('', ...serviceTable(overview, view, palette))
  if (overview.top_errors.length > 0)
    lines.push(
      '',
      ...messageLines('top errors', {messages: overview.top_errors, others: overview.errors_not_folded}, view),
    )
  lines.push('', ...healthLines(overview.health_rule, view))
  return `${lines.join('\n')}\n`
}

/** In one line where there is room, else one a line. */
export function levelPart(levels: readonly LevelLine[], view: MetricsScreen, palette: Palette): string[] {
  const {screen} = view
  const names = levels.map(({level}) => level ?? 'none')
  const counts = levels.map(({records}) => formatCount(records))
  const changes = levels.map(({records, records_before}) =>
    view.compare && records_before !== undefined ? changeText(records, records_before) : '',
  )
  const drawn = levels.map(({share}) => bar(share, LEVEL_BAR, screen))
  const texts = levels.map((_, i) => `${names[i]} ${counts[i]} ${drawn[i]}${changes[i] ? ` ${changes[i]}` : ''}`)
  if (LABEL + textWidth(texts.join('   ')) <= widthOf(screen)) {
    const shown = texts.map((text, i) => colourLevel(levels[i] as LevelLine, text, palette))
    return [labelled('level', shown.join('   '), palette)]
  }
  const [nameWidth = 0, countWidth = 0, changeWidth = 0] = [names, counts, changes].map((column) =>
    Math.max(...column.map(textWidth)),
  )
  const others = LABEL + nameWidth + countWidth + SHARE + changeWidth + 4 * GAP.length
  const room = Math.max(4, Math.min(LEVEL_BAR, widthOf(screen) - others))
  return levels.map((line, i) => {
    const name = colourLevel(line, (names[i] as string).padEnd(nameWidth), palette)
    const cells = [(counts[i] as string).padStart(countWidth), percent(line.share).padStart(SHARE)]
    const drawing = padTo(bar(line.share, room, screen), room)
    const text = [name, ...cells, drawing, changes[i]].join(GAP)
    return labelled(i === 0 ? 'level' : '', text.trimEnd(), palette)
  })
}

function colourLevel({level}: LevelLine, text: string, palette: Palette): string {
  return level === 'FATAL' || level === null ? text : palette.level(level, text)
}

function changeText(now: number, before: number): string {
  if (before === 0) return now === 0 ? '' : 'new'
  return signed((now - before) / before)
}

interface Cell {
  title: string
  align: 'left' | 'right'
  /** Left out where there is no room. */
  optional?: true
  text(line: ServiceLine): string
  colour?(line: ServiceLine, text: string): string
}

function serviceTable(overview: Overview, view: MetricsScreen, palette: Palette): string[] {
  const {services} = overview
  if (services.length === 0) return []
  const {columns, widths} = fitted(columnsOf(view, palette, services), services, widthOf(view.screen))
  const titles = columns.map(({title, align}, i) => padTo(title, widths[i] as number, align))
  const rows = services.map((line) =>
    columns
      .map(({align, text, colour}, i) => {
        const own = cutTo(text(line), widths[i] as number)
        const padded = i === columns.length - 1 ? own : padTo(own, widths[i] as number, align)
        return colour ? colour(line, padded) : padded
      })
      .join(GAP)
      .trimEnd(),
  )
  const told = services.filter(({service, records}) => service !== null && records > 0).length
  const left = overview.services_count - told
  const more = left > 0 ? [palette.dim(`and ${plural(left, 'more service')}: --top for more`)] : []
  return [palette.dim(titles.join(GAP).trimEnd()), ...rows, ...more]
}

const GAP = '  '
const LEAST_NAME = 12

/** Columns with their widths: where they are too many for the screen, those that may be left out are, then names are cut. */
function fitted(
  all: readonly Cell[],
  services: readonly ServiceLine[],
  width: number,
): {columns: readonly Cell[]; widths: number[]} {
  const columns = [...all]
  const widths = all.map(({title, text}) =>
    Math.max(textWidth(title), ...services.map((line) => textWidth(text(line)))),
  )
  const over = () => widths.reduce((sum, own) => sum + own + GAP.length, -GAP.length) - width
  for (let i = columns.length - 1; i > 0; i--) {
    const least = over() - Math.max(0, (widths[0] as number) - LEAST_NAME)
    if (least <= 0 || !columns[i]?.optional) continue
    columns.splice(i, 1)
    widths.splice(i, 1)
  }
  widths[0] = Math.max(Math.min(LEAST_NAME, widths[0] as number), (widths[0] as number) - Math.max(0, over()))
  return {columns, widths}
}

function columnsOf(view: MetricsScreen, palette: Palette, services: readonly ServiceLine[]): Cell[] {
  const width = widthOf(view.screen)
  const compared = view.compare && services.some(({before}) => before)
  const right = (title: string, text: (line: ServiceLine) => string): Cell => ({title, align: 'right', text})
  const columns: Cell[] = [
    {
      title: 'service',
      align: 'left',
      text: ({service}) => cutTo(service === null ? '(none)' : escapeLine(service), LONGEST_NAME),
      colour: ({service}, text) => (service === null ? palette.dim(text) : palette.service(service, text)),
    },
    right('records', ({records}) => formatCount(records)),
    right('errors', ({errors}) => formatCount(errors)),
    right('rate', ({error_rate}) => (error_rate === undefined ? '' : percent(error_rate))),
  ]
  if (compared) {
    columns.push(
      {...right('records vs before', ({records, before}) => changeText(records, before?.records ?? 0)), optional: true},
      {
        ...right('rate before', ({before}) => (before?.error_rate === undefined ? '' : percent(before.error_rate))),
        optional: true,
      },
    )
  }
  if (services.some(({p95_duration_ms}) => p95_duration_ms !== undefined))
    columns.push(right('p95', ({p95_duration_ms}) => millisecondsText(p95_duration_ms)))
  if (services.some(({trend}) => trend))
    columns.push({
      title: 'trend',
      align: 'left',
      optional: true,
      text: ({trend}) => (trend ? sparkline(trend, {...view.screen, most: TREND}) : ''),
    })
  columns.push({
    title: 'health',
    align: 'left',
    text: ({health}) => healthText(health, view.screen.ascii === true, width >= 100),
    colour: ({health}, text) => healthColour(health.state, text, palette),
  })
  return columns
}

const MARKS: Record<HealthState, string> = {failing: '✗', degraded: '!', quiet: '!', unknown: '?', healthy: '✓'}
const ASCII_MARKS: Record<HealthState, string> = {failing: 'x', degraded: '!', quiet: '!', unknown: '?', healthy: '+'}

export function healthText({state, reason}: Health, ascii: boolean, whole: boolean): string {
  const mark = (ascii ? ASCII_MARKS : MARKS)[state]
  return reason && whole ? `${mark} ${state}  (${reason})` : `${mark} ${state}`
}

export function healthColour(state: HealthState, text: string, palette: Palette): string {
  switch (state) {
    case 'failing':
      return palette.bad(text)
    case 'degraded':
    case 'quiet':
      return palette.warn(text)
    case 'healthy':
      return palette.good(text)
    default:
      return palette.dim(text)
  }
}
