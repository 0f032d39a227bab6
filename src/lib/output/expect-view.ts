import type {LogRecord} from '../record/record.js'
import {escapeLine} from './escape-controls.js'
import {prettyFormat} from './formats/pretty.js'
import type {JunitCase} from './junit.js'
import {formatCount, formatDuration, plural} from './numbers.js'
import {paletteFor} from './palette.js'
import type {RecordWriterOptions} from './record-writer.js'

/** How an expectation came out, for people and for CI. */
export interface ExpectRow {
  name: string
  verdict: 'met' | 'broken' | 'unknown'
  /** `at least 1`, `none`. */
  expected: string
  count: number
  after_ms: number
  /** The first matching records. */
  records: LogRecord[]
  reason?: string
  /** What would match without one of the conditions. */
  nearest?: {without: string; count: number; records: LogRecord[]}
}

/** One line, and the records that tell why. */
export function expectText(row: ExpectRow, options: RecordWriterOptions): string {
  const palette = paletteFor(options.screen.color)
  const mark = {met: palette.good('✓'), broken: palette.bad('✗'), unknown: palette.warn('?')}[row.verdict]
  let text = `${mark} ${escapeLine(row.name)}: ${escapeLine(summary(row))}\n`
  const shown = row.verdict === 'met' ? row.records.slice(0, 1) : row.records
  if (row.expected !== 'none' || row.verdict !== 'met') text += recordsText(shown, options)
  const left = row.count - shown.length
  if (row.verdict === 'broken' && left > 0) text += `  … and ${formatCount(left)} more\n`
  if (row.nearest) {
    const {without, count, records} = row.nearest
    text += `  nearest: ${plural(count, 'record')} without ${escapeLine(without)}\n${recordsText(records, options)}`
  }
  const trace = row.verdict === 'met' ? undefined : (row.records[0] ?? row.nearest?.records[0])?.trace_id
  if (trace !== undefined) text += `  full trace: logflow trace ${escapeLine(trace)}\n`
  return text
}

/** `expected none, found 2 after 0.4 s`. */
export function summary({verdict, expected, count, after_ms, reason}: ExpectRow): string {
  const after = `after ${formatDuration(after_ms)}`
  if (verdict === 'unknown') return `could not know ${after}: ${reason ?? ''}`
  if (verdict === 'broken') return `expected ${expected}, found ${formatCount(count)} ${after}`
  return count === 0 ? `none ${after}` : `${plural(count, 'record')} ${after}`
}

export function junitCase(row: ExpectRow): JunitCase {
  const seconds = row.after_ms / 1_000
  if (row.verdict === 'met') return {name: row.name, seconds}
  const details = [...row.records, ...(row.nearest?.records ?? [])].map((record) => JSON.stringify(record)).join('\n')
  const kind = row.verdict === 'broken' ? 'failure' : 'error'
  return {name: row.name, seconds, problem: {kind, message: summary(row), details}}
}

/** A workflow command of GitHub Actions: the line it shows beside the run. */
export function githubAnnotation(row: ExpectRow): string {
  if (row.verdict === 'met') return ''
  const level = row.verdict === 'broken' ? 'error' : 'warning'
  return `::${level} title=${githubProperty(`logflow expect: ${row.name}`)}::${githubData(summary(row))}\n`
}

function githubData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function githubProperty(text: string): string {
  return githubData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

function recordsText(records: readonly LogRecord[], options: RecordWriterOptions): string {
  const width = Math.max(40, options.screen.width - 2)
  const format = prettyFormat({...options, screen: {...options.screen, width}})
  return records.length === 0 ? '' : format.page(records).replace(/^(?=.)/gm, '  ')
}
