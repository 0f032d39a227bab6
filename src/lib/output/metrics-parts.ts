// What the views of metrics have in common. All text is safe for a terminal: names and messages come from strangers.

import type {DurationFigures} from '../metrics/figures.js'
import type {MessageLine} from '../metrics/messages.js'
import type {Stretch} from '../metrics/series.js'
import type {Zone} from '../record/zone.js'
import {escapeLine} from './escape-controls.js'
import {formatCount, formatDuration, formatRate, plural} from './numbers.js'
import {type Palette, paletteFor} from './palette.js'
import type {Screen} from './screen.js'
import {sparkline} from './sparkline.js'
import {cutTo, textWidth, wrapTo} from './text-width.js'
import {formatDate, formatTime} from './times.js'

export interface MetricsScreen {
  screen: Screen
  zone: Zone
  /** Ms since 1970. */
  now: number
  /** The period as it was asked for: `last 24 h`; its times where it was given by times. */
  span?: string
  /** Show the period before beside it. */
  compare?: boolean
}

export interface Heading {
  since: string
  until: string
  seconds: number
  records: number
  errors: number
  error_rate?: number
  series: readonly Stretch[]
  before?: {records_change?: number}
}

/** Columns of a view on a screen of no known width. */
const WIDTH = 100
const MOST_BLOCKS = 40

export function widthOf({width}: Screen): number {
  return Number.isFinite(width) ? width : WIDTH
}

/** `last 24 h   1,000,412 records   694/min   11.6/s   1.98 % errors   ▁▂▃   vs 24 h before +12 %`. */
export function headingLine(heading: Heading, view: MetricsScreen): string {
  const {screen} = view
  const palette = paletteFor(screen.color)
  const ms = heading.seconds * 1_000
  const parts = [
    palette.bold(spanText(heading, view)),
    plural(heading.records, 'record'),
    `${formatRate(heading.records, ms / 60)}/min`,
    `${formatRate(heading.records, ms)}/s`,
    ...(heading.error_rate === undefined ? [] : [`${percent(heading.error_rate)} errors`]),
  ]
  const change = heading.before ? [beforeText(heading.before.records_change, ms)] : []
  const rates = heading.series.map(({per_second}) => per_second)
  const blocks = sparkline(rates, {...screen, most: MOST_BLOCKS}).trimEnd()
  return inLines([...parts, blocks, ...change], widthOf(screen)).join('\n')
}

/** Parts side by side, on as many lines as they need. */
export function inLines(parts: readonly string[], width: number): string[] {
  const lines: string[] = []
  let used = 0
  for (const part of parts) {
    const own = textWidth(plain(part))
    if (lines.length > 0 && used + GAP.length + own <= width) {
      lines.push(`${lines.pop()}${GAP}${part}`)
      used += GAP.length + own
    } else {
      lines.push(part)
      used = own
    }
  }
  return lines
}

const GAP = '   '

function beforeText(change: number | undefined, ms: number): string {
  return change === undefined
    ? `nothing in the ${lengthText(ms)} before`
    : `vs ${lengthText(ms)} before ${signed(change)}`
}

function spanText({since, until, seconds}: Heading, {span, zone, now}: MetricsScreen): string {
  if (span !== undefined) return escapeLine(span)
  const [from, to] = [since, until].map((time) => [formatDate(time, now, zone), formatTime(time, zone).slice(0, 8)])
  const end = from?.[0] === to?.[0] ? to?.[1] : to?.join(' ')
  return `${from?.join(' ')} to ${end} (${lengthText(seconds * 1_000)})`
}

/** `24 h`, not `1 d`. */
export function lengthText(ms: number): string {
  return ms === 86_400_000 ? '24 h' : formatDuration(ms)
}

/** `12.1 %`, `0.5 %`, `0 %`; what is more than nothing never looks like nothing. */
export function percent(part: number): string {
  const value = part * 100
  if (value === 0) return '0 %'
  if (value < 0.01) return '<0.01 %'
  return `${value < 1 ? value.toFixed(2) : value.toFixed(1)} %`
}

/** `+12 %`, `-3.4 %`, `×14` from ten times as much on. */
export function signed(change: number): string {
  if (change === 0) return '0 %'
  if (change >= 9) return `×${formatCount(change + 1)}`
  const value = Math.abs(change) * 100
  const text = value < 10 ? value.toFixed(1) : String(Math.round(value))
  return `${change < 0 ? '-' : '+'}${text} %`
}

export function millisecondsText(ms: number | undefined): string {
  return ms === undefined ? '' : formatDuration(ms)
}

/** `p50 12 ms`, `p90 …`, `max 3.2 s`, `of 812 records with a duration`. */
export function durationParts(durations: DurationFigures): string[] {
  const figures = [
    ['p50', durations.p50_ms],
    ['p90', durations.p90_ms],
    ['p95', durations.p95_ms],
    ['p99', durations.p99_ms],
    ['max', durations.max_ms],
  ] as const
  const texts = figures.map(([name, ms]) => `${name} ${formatDuration(ms)}`)
  return [...texts, `of ${plural(durations.records, 'record')} with a duration`]
}

/** Lines of `9,640 × message`, under a label; a message that is the only one of its kind is told as it is. */
export function messageLines(
  label: string,
  {messages, others}: {messages: readonly MessageLine[]; others?: number},
  view: MetricsScreen,
): string[] {
  const palette = paletteFor(view.screen.color)
  const counts = messages.map(({records}) => formatCount(records))
  const widest = Math.max(0, ...counts.map((count) => count.length))
  const lines = messages.map(({template, example, messages: different}, i) => {
    const head = `${(i === 0 ? label : '').padEnd(LABEL)}${(counts[i] as string).padStart(widest)} ${view.screen.ascii ? 'x' : '×'} `
    const room = Math.max(20, widthOf(view.screen) - head.length)
    return `${palette.dim(head.slice(0, LABEL))}${head.slice(LABEL)}${cutTo(escapeLine(firstLine(different === 1 ? example : template)), room)}`
  })
  if (others)
    lines.push(labelled('', palette.dim(`and ${plural(others, 'error')} of other messages, not folded`), palette))
  return lines
}

/** Columns of the labels at the left. */
export const LABEL = 12

export function labelled(label: string, text: string, palette: Palette): string {
  return `${palette.dim(label.padEnd(LABEL))}${text}`
}

/** Parts under a label, on as many lines as they need. */
export function labelledParts(label: string, parts: readonly string[], {screen}: MetricsScreen): string[] {
  const palette = paletteFor(screen.color)
  return inLines(parts, widthOf(screen) - LABEL).map((line, i) => labelled(i === 0 ? label : '', line, palette))
}

/** The rule of health, below what it judged. */
export function healthLines(rule: string, {screen}: MetricsScreen): string[] {
  const palette = paletteFor(screen.color)
  return wrapTo(`health  ${rule}`, widthOf(screen)).map((line) => palette.dim(line))
}

function firstLine(message: string): string {
  return message === '' ? '(no message)' : (message.split('\n', 1)[0] as string)
}

/** Without colours. */
function plain(text: string): string {
  return text.replace(/\x1b\[[0-9;]*m/g, '')
}
