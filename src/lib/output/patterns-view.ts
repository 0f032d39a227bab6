import type {Pattern} from '../patterns/pattern.js'
import type {Level} from '../record/level.js'
import type {Zone} from '../record/zone.js'
import {escapeLine} from './escape-controls.js'
import {formatCount, plural} from './numbers.js'
import {paletteFor} from './palette.js'
import type {RowColumn} from './rows.js'
import type {Screen} from './screen.js'
import {sparkline} from './sparkline.js'
import {cutTo, padTo, textWidth} from './text-width.js'
import {formatDate, formatTime} from './times.js'

const MOST_CELLS = 24
/** Columns for the trend, by the width of the screen. */
const TRENDS = [
  {from: 130, cells: MOST_CELLS},
  {from: 90, cells: 12},
  {from: 60, cells: 6},
]
const GAP = '  '
/** A template is not cut to less. */
const LEAST_TEMPLATE = 20
const MOST_SERVICES = 3
const PLACEHOLDER = '<*>'
/** Shown for messages that are empty. */
const NOTHING = '(no text)'

export interface PatternsLook {
  screen: Screen
  zone?: Zone
  /** ms since 1970: dates of other years name theirs. */
  now: number
  wide?: boolean
}

/** Patterns for people, two lines each: how many and what; then whose, when and an example. Safe for a terminal. */
export function patternsView(patterns: readonly Pattern[], look: PatternsLook): string {
  const palette = paletteFor(look.screen.color)
  const width = look.wide ? Number.POSITIVE_INFINITY : look.screen.width
  const columns = columnsOf(patterns, width)
  const title = headOf({count: 'count', share: 'share', trend: 'trend', level: 'level'}, columns)
  const indent = textWidth(title)
  const room = Math.max(LEAST_TEMPLATE, width - indent)
  const lines = patterns.flatMap((pattern) => {
    const level = mainLevel(pattern)
    const head = headOf(
      {
        count: formatCount(pattern.count),
        share: formatShare(pattern.share),
        trend: sparkline(pattern.trend.counts, {most: columns.cells, ascii: look.screen.ascii}),
        level: level ?? '',
      },
      columns,
      (text) => palette.level(level, text),
    )
    const text = cutTo(escapeLine(pattern.template) || NOTHING, room)
    const detail = cutTo(detailOf(pattern, look), room)
    const shown = text.replaceAll(PLACEHOLDER, palette.dim(PLACEHOLDER))
    return [`${head}${shown}\n`, ...(detail ? [`${' '.repeat(indent)}${palette.dim(detail)}\n`] : [])]
  })
  return `${palette.dim(`${title}pattern`)}\n${lines.join('')}`
}

/** Widths of the columns before the template; 0 where one is left out. */
interface Columns {
  count: number
  share: number
  trend: number
  /** Of the trend, that are drawn. */
  cells: number
  level: number
}

function columnsOf(patterns: readonly Pattern[], width: number): Columns {
  const widest = (texts: string[]) => Math.max(...texts.map((text) => textWidth(text)))
  const room = Number.isFinite(width) ? (TRENDS.find(({from}) => width >= from)?.cells ?? 0) : MOST_CELLS
  const cells = Math.min(room, patterns[0]?.trend.counts.length ?? 0)
  return {
    count: widest(['count', ...patterns.map(({count}) => formatCount(count))]),
    share: widest(['share', ...patterns.map(({share}) => formatShare(share))]),
    trend: cells > 0 ? Math.max(cells, 'trend'.length) : 0,
    cells,
    level: patterns.some(({levels}) => Object.keys(levels).length > 0) ? 'level'.length : 0,
  }
}

function headOf(
  cells: Record<'count' | 'share' | 'trend' | 'level', string>,
  columns: Columns,
  paint = (text: string) => text,
): string {
  const parts = [padTo(cells.count, columns.count, 'right'), padTo(cells.share, columns.share, 'right')]
  if (columns.trend > 0) parts.push(padTo(cells.trend, columns.trend))
  if (columns.level > 0) parts.push(paint(padTo(cells.level, columns.level)))
  return parts.map((part) => part + GAP).join('')
}

/** Services, levels where there are several, when, and a message as it was. */
function detailOf(pattern: Pattern, look: PatternsLook): string {
  const {example, template} = pattern
  const parts = [servicesOf(pattern), levelsOf(pattern), timesOf(pattern, look)]
  if (example.trim() !== template) parts.push(`e.g. ${escapeLine(example.trim())}`)
  return parts.filter(Boolean).join(' · ')
}

function servicesOf({services, other_services}: Pattern): string {
  const names = Object.keys(services)
  const shown = names.slice(0, MOST_SERVICES).map(escapeLine).join(', ')
  if (names.length <= MOST_SERVICES) return shown
  return `${shown} and ${other_services ? 'over ' : ''}${plural(names.length - MOST_SERVICES, 'service')} more`
}

function levelsOf({levels}: Pattern): string {
  const all = Object.entries(levels)
  return all.length < 2 ? '' : all.map(([level, count]) => `${level} ${formatCount(count)}`).join(', ')
}

function timesOf({first_seen, last_seen}: Pattern, {zone, now}: PatternsLook): string {
  const [firstDate, lastDate] = [formatDate(first_seen, now, zone), formatDate(last_seen, now, zone)]
  const clock = (time: string) => formatTime(time, zone).slice(0, 'hh:mm:ss'.length)
  const first = `${firstDate} ${clock(first_seen)}`
  if (first_seen === last_seen) return first
  const last = clock(last_seen)
  return `${first} to ${lastDate === firstDate ? last : `${lastDate} ${last}`}`
}

/** The level most of the records have; of several the highest. */
function mainLevel({levels}: Pattern): Level | undefined {
  let main: Level | undefined
  for (const [level, count] of Object.entries(levels) as Array<[Level, number]>)
    if (main === undefined || count >= (levels[main] as number)) main = level
  return main
}

/** `12.1 %`, `0.02 %`. */
export function formatShare(share: number): string {
  const percent = share * 100
  if (percent === 0) return '0 %'
  if (percent < 0.01) return '<0.01 %'
  return `${percent.toFixed(percent < 1 ? 2 : 1)} %`
}

const jsonCell = (value: unknown) =>
  Object.entries(value as object)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')

/** Columns of `-o table` and `-o csv`. */
export const PATTERN_COLUMNS: readonly RowColumn[] = [
  {title: 'id'},
  {title: 'count', align: 'right'},
  {title: 'share', align: 'right', show: (value) => formatShare(value as number)},
  {title: 'levels', show: jsonCell, least: 8},
  {title: 'services', show: jsonCell, least: 8},
  {title: 'first seen', key: 'first_seen'},
  {title: 'last seen', key: 'last_seen'},
  {title: 'template', least: 20},
  {title: 'example', least: 10},
]

/** One dim line under the patterns: how many of how many, of how many records, and how long it took. */
export function patternsSummary(
  found: {shown: number; templates: number; records: number; ms: string},
  screen: Screen,
): string {
  const {shown, templates, records, ms} = found
  const what =
    shown === templates ? plural(templates, 'pattern') : `${formatCount(shown)} of ${plural(templates, 'pattern')}`
  const text = `── ${what} · ${plural(records, 'record')} · ${ms} `
  const rule = Number.isFinite(screen.width) ? '─'.repeat(Math.max(2, screen.width - textWidth(text))) : '──'
  return paletteFor(screen.color).dim(text + rule)
}
