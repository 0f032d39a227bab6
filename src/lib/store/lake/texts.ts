import type {Level} from '../../record/level.js'
import type {LogRecord} from '../../record/record.js'
import type {RecordFilter, RecordText} from '../store.js'
import {compileConditions} from './compile-query.js'
import type {DuckChunk} from './duckdb.js'
import {boundsOf, chunksOf, type Readable, readMatches, selectFrom, timeConditions} from './scan.js'
import {lookAgain, takeSnapshot, type View} from './segments.js'
import {Parameters} from './sql.js'
import {TimeWriter} from './time.js'
import {viewsFor} from './views-for.js'
import {overlaps} from './windows.js'

/** Attributes only where they are the text: they cost most of the time that reading a record takes. */
const COLUMNS = "time, ns, digits, level, service, message, CASE WHEN message = '' THEN attributes END, exact"

/** The texts of the answer, of one snapshot of the segments, unsorted: a few columns, and whole records only in doubt. */
export async function* textsOfLake(
  lake: Readable,
  filter: RecordFilter,
  signal?: AbortSignal,
): AsyncGenerator<RecordText[]> {
  for (let tries = 1; ; tries++) {
    let begun = false
    try {
      const all = takeSnapshot(lake).views
      const views = viewsFor(lake, filter.query, all).filter((view) => overlaps(view, boundsOf(filter)))
      for await (const page of readTexts(lake, filter, views, signal)) {
        begun = true
        yield page
        if (signal?.aborted) return
      }
      return
    } catch (error) {
      if (signal?.aborted) return
      // Replaced files stay for minutes. What was given out cannot be taken back, nor be told from the rest.
      if (begun) throw error
      lookAgain(lake, error, tries)
    }
  }
}

async function* readTexts(
  lake: Readable,
  filter: RecordFilter,
  views: View[],
  signal?: AbortSignal,
): AsyncGenerator<RecordText[]> {
  if (views.length === 0) return
  const parameters = new Parameters()
  const {decided, open} = compileConditions(filter.query, parameters)
  const sql = selectFrom(views, COLUMNS, [...timeConditions(filter), ...decided, ...open.map((one) => `(${one})`)])
  const times = new TimeWriter()
  for await (const chunk of chunksOf(lake, sql, parameters, signal)) yield readChunk(chunk, times)
  if (open.length > 0) yield* readMatches(lake, filter, views, 'undecided', signal)
}

function readChunk({rows, columns}: DuckChunk, times: TimeWriter): RecordText[] {
  const [ms, ns, digits] = columns as [number[], number[], number[]]
  const [levels, services, messages, attributes, whole] = columns.slice(3) as Array<Array<string | null>>
  return Array.from({length: rows}, (_, row) => {
    const exact = whole?.[row]
    if (typeof exact === 'string') return JSON.parse(exact) as LogRecord
    const time = times.write({ms: ms[row] as number, ns: ns[row] as number, digits: digits[row] as number})
    const text: RecordText = {
      '@timestamp': time,
      message: messages?.[row] ?? '',
      attributes: attributes?.[row] ? (JSON.parse(attributes[row] as string) as Record<string, unknown>) : {},
    }
    if (levels?.[row]) text.level = levels[row] as Level
    const service = services?.[row]
    if (service !== null && service !== undefined) text.service = service
    return text
  })
}
