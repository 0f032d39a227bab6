import {formatTime} from '../../output/times.js'
import type {AlertsMode} from '../modes/alerts.js'
import type {State} from '../state.js'
import {fitted, type Pen} from './pen.js'

/** A title, and an alert a line, in exactly so many. */
export function drawAlerts(
  {alerts}: State,
  {chosen}: AlertsMode,
  columns: number,
  rows: number,
  {palette, ascii}: Pen,
): string[] {
  const lines = [fitted([['alerts that are not resolved', palette.bold]], columns)]
  if (alerts.length === 0)
    lines.push(fitted([['none: nothing that a rule watches for is going on', palette.good]], columns))
  for (const [index, alert] of alerts.entries()) {
    const group = Object.entries(alert.group).map(([name, value]) => `${name}=${value}`)
    const by = alert.acknowledged_by === undefined ? '' : `by ${alert.acknowledged_by}`
    const value = alert.value === undefined ? '' : `${alert.value} (threshold ${alert.threshold ?? '-'})`
    const mark = index === chosen ? (ascii ? '>' : '▸') : ' '
    const paint = alert.state === 'acknowledged' ? palette.warn : palette.bad
    lines.push(
      fitted(
        [
          [mark, palette.bold],
          [alert.state.padEnd(13), paint],
          [alert.severity.padEnd(9)],
          [`${alert.rule_name}  `, palette.bold],
          [
            [...group, value, `since ${formatTime(alert.opened_at).slice(0, 8)}`, by]
              .filter((part) => part !== '')
              .join('  '),
          ],
        ],
        columns,
      ),
    )
  }
  while (lines.length < rows) lines.push('')
  return lines.slice(0, rows)
}
