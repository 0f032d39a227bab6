// Many questions in one statement: those that group alike, and lie at about the same time, share one scan. Each is a column
// of it that says of a row whether it is asked for.

import {groupNamesOf, MOST_GROUPS} from '../../metrics/grouping.js'
import type {Group, Question} from '../../metrics/question.js'
import type {RecordFilter} from '../../query/record-filter.js'
import {type Batch, batchesOf, outerBounds} from '../batches.js'
import {SELECTED} from './columns.js'
import {compileConditions} from './compile-query.js'
import type {DuckChunk, DuckValue} from './duckdb.js'
import {ERRORS, keysOf, startOf} from './group-keys.js'
import {boundsOf, chunksOf, type Readable, selectFrom, type TimeBounds, timeConditions} from './scan.js'
import type {View} from './segments.js'
import {Parameters} from './sql.js'
import {viewsFor} from './views-for.js'
import {overlaps} from './windows.js'

/** To plan a statement takes longer for each question the more there are. */
const MOST_QUESTIONS = 40
/** Of this many rows of an answer, most are of groups that most questions have no record of. */
const MOST_ROWS = 20_000

/** Which questions share a scan; a question that shares with no other is in none. */
export function scansOf(questions: readonly Question[]): Batch[] {
  return batchesOf(questions, ({groups = [], every}) => JSON.stringify([groups, every ?? null]), MOST_QUESTIONS)
}

/**
 * The answers of a batch of questions, in no order; `undefined` for one that the columns alone cannot answer, or that has
 * too many groups. Rejects where the statement fails: then each may be asked by itself.
 */
export async function askTogether(
  lake: Readable,
  questions: readonly Question[],
  all: View[],
  signal?: AbortSignal,
): Promise<Array<Group[] | undefined>> {
  const bounds = outerBounds(questions)
  const anyOf = {kind: 'or', nodes: questions.map(({query}) => query)} as const
  const views = viewsFor(lake, anyOf, all).filter((view) => overlaps(view, boundsOf(bounds)))
  const answers = questions.map((question) => new Tally(question))
  if (views.length > 0) {
    const parameters = new Parameters()
    const sql = togetherSql(questions, views, bounds, parameters)
    let rows = 0
    for await (const chunk of chunksOf(lake, sql, parameters, signal)) {
      rows += chunk.rows
      if (rows > MOST_ROWS) return questions.map(() => undefined)
      readRows(questions[0] as Question, answers, chunk)
    }
    signal?.throwIfAborted()
  }
  return answers.map((answer) => answer.groups())
}

function togetherSql(
  questions: readonly Question[],
  views: View[],
  bounds: TimeBounds,
  parameters: Parameters,
): string {
  const keys = keysOf(questions[0] as Question)
  const columns = [
    ...keys.map(([name, sql]) => `${sql} AS ${name}`),
    `${ERRORS} AS failed`,
    ...questions.map((question, i) => `${hitSql(question, parameters)} AS hit${i}`),
  ]
  const names = keys.map(([name]) => name)
  const counts = questions.map(
    (_, i) => `count(*) FILTER (hit${i}), count(*) FILTER (hit${i} AND failed), count(*) FILTER (hit${i} IS NULL)`,
  )
  const rows = `SELECT ${columns.join(', ')} FROM (${selectFrom(views, SELECTED, timeConditions(bounds))})`
  const grouped = names.length > 0 ? ` GROUP BY ${names.join(', ')}` : ''
  return `SELECT ${[...names, ...counts].join(', ')} FROM (${rows})${grouped}`
}

/** Whether a row is one of the filter's: true, false, or NULL where matches() must be asked. */
function hitSql(filter: RecordFilter, parameters: Parameters): string {
  const {decided, open} = compileConditions(filter.query, parameters)
  const sure = [...timeConditions(filter), ...decided].map((condition) => `(${condition})`).join(' AND ')
  if (open.length === 0) return sure === '' ? 'true' : `coalesce(${sure}, false)`
  const asked = open.map((condition) => `(${condition})`).join(' AND ')
  return sure === '' ? asked : `CASE WHEN ${sure} THEN ${asked} ELSE false END`
}

function readRows(question: Question, answers: Tally[], {rows, columns}: DuckChunk): void {
  const {groups = [], every} = question
  const keys = groups.length + (every ? 1 : 0)
  for (let row = 0; row < rows; row++) {
    const at = (column: number) => (columns[column] as DuckValue[])[row] as DuckValue
    const group: Partial<Group> = {}
    if (groups.length > 0) group.values = groups.map((_, i) => at(i) as string | null)
    if (every) group.start = startOf(at(groups.length) as number, every)
    for (const [i, answer] of answers.entries()) {
      const [count, errors, undecided] = [0, 1, 2].map((part) => at(keys + 3 * i + part) as number)
      answer.add(group, count as number, errors as number, undecided as number)
    }
  }
}

/** What comes together for one question. */
class Tally {
  readonly #question: Question
  readonly #found: Group[] = []
  #unknown = false

  constructor(question: Question) {
    this.#question = question
  }

  add(of: Partial<Group>, count: number, errors: number, undecided: number): void {
    if (undecided > 0) this.#unknown = true
    if (count > 0) this.#found.push({...of, count, errors})
  }

  /** `undefined` where they have to be asked for otherwise: also to be told why there are too many. */
  groups(): Group[] | undefined {
    if (this.#unknown || this.#found.length > MOST_GROUPS) return undefined
    const isWhole = !this.#question.every && groupNamesOf(this.#question) === undefined
    return isWhole && this.#found.length === 0 ? [{count: 0, errors: 0}] : this.#found
  }
}
