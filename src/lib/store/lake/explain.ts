import type {Explanation, RecordFilter} from '../store.js'
import {compileConditions} from './compile-query.js'
import type {DuckParameter} from './duckdb.js'
import {boundsOf, type Readable, timeConditions} from './scan.js'
import {takeSnapshot} from './segments.js'
import {Parameters, quote} from './sql.js'
import {viewsFor} from './views-for.js'
import {overlaps} from './windows.js'

/** The conditions that records are looked for with, and how many segments they are asked of. */
export function explainLake(lake: Readable, filter: RecordFilter): Explanation {
  const parameters = new Parameters()
  const {decided, open} = compileConditions(filter.query, parameters)
  const conditions = [...timeConditions(filter), ...decided, ...open]
  const where = conditions.length === 0 ? '' : `\nWHERE ${conditions.join('\n  AND ')}`
  const {views} = takeSnapshot(lake)
  const inTime = views.filter((view) => overlaps(view, boundsOf(filter)))
  const asked = viewsFor(lake, filter.query, inTime)
  const notes = [`asked of ${asked.length} of ${views.length} segments; times and words rule out the others`]
  const narrowed = asked.filter(({spans}) => spans).length
  if (narrowed > 0) notes.push(`of ${narrowed} of these only the parts that may hold the words`)
  if (open.length > 0)
    notes.push('where a condition is NULL, the columns cannot tell: such records are read and tested one by one')
  return {
    engine: `lake 1, DuckDB ${lake.duck.version}`,
    asked: withValues(`SELECT * FROM segments${where}`, parameters.values),
    exact: open.length === 0,
    notes,
  }
}

/** The statement with its values in their places, to be read by people. */
function withValues(sql: string, values: DuckParameter[]): string {
  return sql.replace(/'(?:[^']|'')*'|\$(\d+)/g, (found, number: string | undefined) => {
    if (number === undefined) return found
    const value = values[Number(number) - 1]
    return typeof value === 'string' ? quote(value) : String(value)
  })
}
