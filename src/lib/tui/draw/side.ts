import {formatCount} from '../../output/numbers.js'
import {sparkline} from '../../output/sparkline.js'
import {textWidth} from '../../output/text-width.js'
import {byService} from '../counts.js'
import type {State} from '../state.js'
import {apart, fitted, type Pen} from './pen.js'

const TREND = 10

/** Services, patterns and alerts in a column of exactly so many lines. */
export function drawSide(state: State, width: number, rows: number, pen: Pen): string[] {
  const alerts = alertLines(state, width, pen)
  const alertRows = Math.min(alerts.length, Math.max(2, Math.floor(rows / 4)))
  const rest = rows - alertRows
  const services = serviceLines(state, width, Math.ceil(rest * 0.55), pen)
  const patterns = patternLines(state, width, rest - services.length, pen)
  const lines = [...services, ...patterns, ...alerts.slice(0, alertRows)]
  while (lines.length < rows) lines.push(' '.repeat(width))
  return lines.slice(0, rows)
}

function serviceLines({counts, muted}: State, width: number, rows: number, pen: Pen): string[] {
  const {palette, ascii} = pen
  const lines = [apart([['services', palette.bold]], [['errors', palette.dim]], width)]
  for (const {name, records, errors, trend} of byService(counts).slice(0, Math.max(0, rows - 1))) {
    const part = records === 0 ? 0 : (errors / records) * 100
    const rate = `${part.toFixed(1).padStart(5)} %`
    const bars = sparkline(
      trend.slice(-TREND * 2).map((one) => one.records),
      {ascii, most: TREND},
    ).padEnd(TREND)
    const paint = part >= 5 ? palette.bad : part > 0 ? palette.warn : palette.dim
    const silent = muted.includes(name) ? ' (muted)' : ''
    lines.push(
      apart([[`${name}${silent}`, (text) => palette.service(name, text)]], [[` ${bars} `], [rate, paint]], width),
    )
  }
  return lines
}

function patternLines({patterns}: State, width: number, rows: number, {palette}: Pen): string[] {
  if (rows <= 1) return []
  const top = patterns.slice(0, rows - 1)
  const column = Math.max(1, ...top.map(({count}) => textWidth(formatCount(count))))
  return [
    fitted([['patterns', palette.bold]], width),
    ...top.map(({text, count}) => fitted([[`${formatCount(count).padStart(column)} `, palette.dim], [text]], width)),
  ]
}

function alertLines({alerts}: State, width: number, {palette, ascii, now}: Pen): string[] {
  const title = fitted(
    [
      ['alerts', palette.bold],
      [alerts.length === 0 ? '  none open' : `  ${alerts.length}`, palette.dim],
    ],
    width,
  )
  return [
    title,
    ...alerts.map((alert) => {
      const minutes = Math.max(0, Math.round((now - Date.parse(alert.opened_at)) / 60_000))
      const group = Object.values(alert.group).join(' ')
      const mark = alert.state === 'acknowledged' ? (ascii ? '+' : '✓') : ascii ? '!' : '✗'
      const paint = alert.state === 'acknowledged' ? palette.dim : palette.bad
      const text = [alert.rule_name, group, `${alert.state === 'open' ? '' : `${alert.state} `}${minutes} min`].filter(
        (part) => part !== '',
      )
      return fitted([[`${mark} `, paint], [text.join(ascii ? ' - ' : ' · ')]], width)
    }),
  ]
}
