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
  /** Of the traces of a truth: the first records that are not there, and of how many traces some are not. */
  missing?: Array<{trace_id: string; service?: string; expected: number; found: number}>
  traces_missing?: number
}

/** Traces told of, where records of some are missing. */
const MOST_TRACES = 5

/** One line, and the records that tell why. */
export function expectText(row: ExpectRow, options: RecordWriterOptions): string {
  const palette = paletteFor(options.screen.color)
  const mark = {met: palette.good('✓'), broken: palette.bad('✗'), unknown: palette.warn('?')}[row.verdict]
  let text = `${mark} ${escapeLine(row.name)}: ${escapeLine(summary(row))}\n`
  const shown = row.verdict === 'met' ? row.records.slice(0, 1) : row.records
  if (row.expected !== 'none' || row.verdict !== 'met') text += recordsText(shown, options)
  const left = row.count - shown.length
  if (row.verdict === 'broken' && row.missing === undefined && left > 0) text += `  … and ${formatCount(left)} more\n`
  if (row.nearest) {
    const {without, count, records} = row.nearest
    text += `  nearest: ${plural(count, 'record')} without ${escapeLine(without)}\n${recordsText(records, options)}`
  }
  text += missingText(row)
  const told =
    (row.records[0] ?? row.nearest?.records[0])?.trace_id ?? row.missing?.find(({found}) => found > 0)?.trace_id
  const trace = row.verdict === 'met' ? undefined : told
  if (trace !== undefined) text += `  full trace: logflow trace ${escapeLine(trace)}\n`
  return text
}

/** `missing: trace 4bf9…, orders 3 of 5, mail 0 of 2`, a line a trace. */
function missingText({missing = [], traces_missing: traces = 0}: ExpectRow): string {
  const ids = [...new Set(missing.map(({trace_id}) => trace_id))].slice(0, MOST_TRACES)
  const lines = ids.map((id) => {
    const parts = missing.filter(({trace_id}) => trace_id === id)
    const told = parts.map(({service = 'records', found, expected}) => `${service} ${found} of ${expected}`)
    return `  missing: trace ${escapeLine(id)}, ${escapeLine(told.join(', '))}\n`
  })
  if (traces > ids.length) lines.push(`  … and of ${plural(traces - ids.length, 'more trace')}\n`)
  return lines.join('')
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
  const details = [...row.records, ...(row.nearest?.records ?? []), ...(row.missing ?? [])]
    .map((one) => JSON.stringify(one))
    .join('\n')
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
