import {escapeJsonControls, escapeLine} from '../output/escape-controls.js'
import {type Palette, paletteFor} from '../output/palette.js'
import type {Screen} from '../output/screen.js'
import type {Channel, Notice, NoticeAlert, Outcome} from './notice.js'
import {EVENT_WORDS, groupWords, measuredWords, valueWords} from './words.js'

/** Where the console channel writes. */
export interface ConsoleOutput {
  format: 'pretty' | 'jsonl'
  screen: Screen
  write(text: string): Promise<void> | void
}

/** Writes notices where the engine runs: a line an alert, its samples below; or a JSON line a notice. */
export function openConsole(output: ConsoleOutput | undefined): Channel {
  return {
    name: 'console',
    async send(notice): Promise<Outcome> {
      if (!output) return notHere(notice)
      try {
        await output.write(consoleText(notice, output))
        return {sent: true}
      } catch (error) {
        return {sent: false, reason: `could not be written: ${(error as Error).message}`, retriable: true}
      }
    },
  }
}

/** A test need not reach anybody: the console is where the engine is. */
function notHere({test}: Notice): Outcome {
  return test
    ? {sent: true, detail: 'the console is that of the engine (alerts run, up): there is nothing to reach'}
    : {sent: false, reason: 'there is no console here', retriable: false}
}

export function consoleText(notice: Notice, {format, screen}: Pick<ConsoleOutput, 'format' | 'screen'>): string {
  if (format === 'jsonl') {
    const line = JSON.stringify(notice)
    return `${screen.isTerminal ? escapeJsonControls(line) : line}\n`
  }
  const palette = paletteFor(screen.color)
  const lines = notice.alerts.flatMap((alert) => alertLines(notice, alert, palette, screen.ascii === true))
  if (notice.more > 0)
    lines.push(palette.dim(`  and ${valueWords(notice.more)} more of ${escapeLine(notice.rule.name)}`))
  if (notice.rule.runbook && notice.alerts.some(({event}) => event !== 'resolved')) {
    lines.push(palette.dim(`  runbook: ${escapeLine(notice.rule.runbook)}`))
  }
  return lines.map((line) => `${line}\n`).join('')
}

function alertLines(notice: Notice, alert: NoticeAlert, palette: Palette, ascii: boolean): string[] {
  const {rule, condition} = notice
  const resolved = alert.event === 'resolved'
  const color = resolved
    ? palette.good
    : rule.severity === 'info'
      ? palette.bold
      : rule.severity === 'critical'
        ? palette.bad
        : palette.warn
  const mark = ascii ? (resolved ? 'ok' : '!!') : resolved ? '✓' : '✗'
  const what = [
    rule.severity.toUpperCase(),
    EVENT_WORDS[alert.event],
    [rule.name, groupWords(alert.group)].filter(Boolean).join(' · '),
  ]
  const about = [measuredWords(alert), condition, `since ${alert.opened_at}`].filter(Boolean).join('; ')
  const test = notice.test ? `${palette.warn('TEST')} ` : ''
  return [
    `${test}${color(escapeLine(`${mark} ${what.join('  ')}`))}  ${escapeLine(about)}`,
    ...alert.samples.map((sample) => `  ${palette.dim('|')} ${escapeLine(sample)}`),
    ...(resolved ? [] : [palette.dim(`  ${escapeLine(alert.command)}`)]),
  ]
}
