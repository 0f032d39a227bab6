import {Aggregator, shortest} from '../../metrics/aggregator.js'
import {GroupLimit, groupNamesOf} from '../../metrics/grouping.js'
import {type Group, inOrder, type Question} from '../../metrics/question.js'
import {type Answer, answerOf, refusalOf} from '../answers.js'
import {askTogether, scansOf} from './aggregate-many.js'
import type {DuckChunk, DuckValue} from './duckdb.js'
import {Undecided} from './errors.js'
import {ERRORS, keysOf, startOf} from './group-keys.js'
import {
  askSnapshot,
  boundsOf,
  chunksOf,
  queryConditions,
  type Readable,
  readMatches,
  selectFrom,
  timeConditions,
} from './scan.js'
import type {View} from './segments.js'
import {Parameters} from './sql.js'
import {TimeWriter} from './time.js'
import {viewsFor} from './views-for.js'
import {overlaps} from './windows.js'

/** Answers questions over one snapshot of the segments: in one statement those that can share a scan, others one by one. */
export function aggregateLake(lake: Readable, questions: readonly Question[], signal?: AbortSignal): Promise<Answer[]> {
  return askSnapshot(lake, (views) => answerAll(lake, questions, views, signal))
}

async function answerAll(
  lake: Readable,
  questions: readonly Question[],
  views: View[],
  signal?: AbortSignal,
): Promise<Answer[]> {
  const answers: Array<Answer | undefined> = questions.map(() => undefined)
  for (const batch of scansOf(questions)) {
    const together = batch.map((i) => questions[i] as Question)
    const groups = await groupsTogether(lake, together, views, signal)
    for (const [i, place] of batch.entries()) {
      const found = groups[i]
      if (found) answers[place] = inOrder(questions[place] as Question, found)
    }
  }
  for (const [i, question] of questions.entries())
    answers[i] ??= await answerOf(async () => inOrder(question, await ask(lake, question, views, signal)))
  return answers as Answer[]
}

/** None of a statement that is refused: which question it was for is found out one by one. */
async function groupsTogether(
  lake: Readable,
  questions: readonly Question[],
  views: View[],
  signal?: AbortSignal,
): Promise<Array<Group[] | undefined>> {
  try {
    return await askTogether(lake, questions, views, signal)
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof Undecided)) refusalOf(error)
    return []
  }
}

async function ask(lake: Readable, question: Question, all: View[], signal?: AbortSignal): Promise<Group[]> {
  const names = groupNamesOf(question)
  const views = viewsFor(lake, question.query, all).filter((view) => overlaps(view, boundsOf(question)))
  if (views.length === 0) return question.by || question.every || names ? [] : [{count: 0, errors: 0}]
  const parameters = new Parameters()
  const sql = aggregateSql(question, views, parameters)
  const limit = new GroupLimit(question)
  const groups: Group[] = []
  try {
    for await (const chunk of chunksOf(lake, sql, parameters, signal)) {
      const read = readGroups(question, chunk)
      if (names) limit.add(read)
      for (const group of read) groups.push(group)
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof Undecided) return askByReading(lake, question, views, signal)
    throw error
  }
  // An answer that was interrupted only ends early.
  signal?.throwIfAborted()
  return groups
}

/** Where the columns alone cannot tell which records are asked for. */
async function askByReading(lake: Readable, question: Question, views: View[], signal?: AbortSignal): Promise<Group[]> {
  const aggregator = new Aggregator([question], {filtered: true})
  for await (const page of readMatches(lake, question, views, 'all', signal))
    for (const record of page) aggregator.add(record)
  signal?.throwIfAborted()
  return aggregator.answers()[0] ?? []
}

/** Nanoseconds since 1970, which a BIGINT holds until 2262, as text: a double does not hold them. */
const NANOSECONDS = 'time * 1000000 + ns'

function aggregateSql(question: Question, views: View[], parameters: Parameters): string {
  const {by, every, top, percentiles, times} = question
  const keys = keysOf(question)
  const columns = [
    ...keys.map(([name, sql]) => `${sql} AS ${name}`),
    `${ERRORS} AS failed`,
    ...(percentiles ? ['duration_ms'] : []),
    ...(times ? [`${NANOSECONDS} AS moment`] : []),
  ]
  const conditions = [...timeConditions(question), ...queryConditions(question.query, parameters)]
  const names = keys.map(([name]) => name)
  const tallies = ['count(*) AS records', 'count(*) FILTER (failed) AS errors']
  if (percentiles) {
    tallies.push('count(duration_ms) AS timed', 'min(duration_ms) AS least', 'max(duration_ms) AS most')
    // Fractions written out are exact decimals, and the rank is then the one of percentileRank.
    const fractions = percentiles.map((percentile) => (percentile / 100).toFixed(5))
    tallies.push(`quantile_disc(duration_ms, [${fractions.join(', ')}]) AS ranked`)
  }
  if (times) tallies.push('min(moment)::VARCHAR AS earliest', 'max(moment)::VARCHAR AS latest')
  const grouped = `SELECT ${[...names, ...tallies].join(', ')} FROM (${selectFrom(views, columns.join(', '), conditions)})${
    names.length ? ` GROUP BY ${names.join(', ')}` : ''
  }`
  const shown = [
    ...names,
    'records',
    'errors',
    ...(percentiles ? ['timed', 'least', 'most', ...percentiles.map((_, i) => `ranked[${i + 1}]`)] : []),
    ...(times ? ['earliest', 'latest'] : []),
  ].join(', ')
  if (!by || top === undefined) return `SELECT ${shown} FROM (${grouped})`
  if (!every) return `SELECT ${shown} FROM (${grouped}) ORDER BY records DESC, key NULLS LAST LIMIT ${Math.floor(top)}`
  return `WITH counted AS MATERIALIZED (${grouped}),
    chosen AS (SELECT key AS name FROM counted GROUP BY key ORDER BY sum(records) DESC, key NULLS LAST LIMIT ${Math.floor(top)})
    SELECT ${shown} FROM counted JOIN chosen ON key IS NOT DISTINCT FROM name`
}

function readGroups({by, groups = [], every, percentiles, times}: Question, {rows, columns}: DuckChunk): Group[] {
  return Array.from({length: rows}, (_, row) => {
    let at = 0
    const next = () => (columns[at++] as DuckValue[])[row] as DuckValue
    const group: Group = {count: 0, errors: 0}
    if (by) {
      const key = next() as string | null
      if (key !== null) group.key = key
    }
    if (groups.length > 0) group.values = groups.map(() => next() as string | null)
    if (every) group.start = startOf(next() as number, every)
    group.count = next() as number
    group.errors = next() as number
    if (percentiles) {
      const [count, min, max] = [next(), next(), next()] as number[]
      const ranked = percentiles.map(() => next() as number)
      if (count) group.durations = {count, min: min as number, max: max as number, percentiles: ranked}
    }
    if (times && group.count > 0) {
      group.first = writeTime(next() as string)
      group.last = writeTime(next() as string)
    }
    return group
  })
}

/** Nanoseconds since 1970 as RFC 3339. */
function writeTime(nanoseconds: string): string {
  const all = BigInt(nanoseconds)
  return shortest(new TimeWriter().write({ms: Number(all / 1_000_000n), ns: Number(all % 1_000_000n), digits: 9}))
}
