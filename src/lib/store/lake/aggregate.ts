import {Aggregator, shortest} from '../../metrics/aggregator.js'
import {GroupLimit, groupNamesOf} from '../../metrics/grouping.js'
import {type Group, type Interval, inOrder, type Question} from '../../metrics/question.js'
import {ERROR_LEVELS} from '../../record/level.js'
import {type Answer, answerOf} from '../answers.js'
import type {DuckChunk, DuckValue} from './duckdb.js'
import {Undecided} from './errors.js'
import {groupKeySql, keySql} from './group-keys.js'
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
import {Parameters, quote} from './sql.js'
import {TimeWriter} from './time.js'
import {viewsFor} from './views-for.js'
import {overlaps} from './windows.js'

/** Answers questions over one snapshot of the segments, a statement each. */
export function aggregateLake(lake: Readable, questions: readonly Question[], signal?: AbortSignal): Promise<Answer[]> {
  return askSnapshot(lake, async (views) => {
    const answers: Answer[] = []
    for (const question of questions)
      answers.push(await answerOf(async () => inOrder(question, await ask(lake, question, views, signal))))
    return answers
  })
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

const ERRORS = `level IN (${ERROR_LEVELS.map(quote).join(', ')})`
/** Nanoseconds since 1970, which a BIGINT holds until 2262, as text: a double does not hold them. */
const NANOSECONDS = 'time * 1000000 + ns'

function aggregateSql(question: Question, views: View[], parameters: Parameters): string {
  const {by, every, top, percentiles, times} = question
  const values = (groupNamesOf(question) ?? []).map((name, i) => [`value${i}`, groupKeySql(name)] as const)
  const keys = [
    ...(by ? [['key', keySql(by)] as const] : []),
    ...values,
    ...(every ? [['start', stretchSql(every)] as const] : []),
  ]
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

/** Which stretch of time a row lies in. `//` rounds towards zero, so that it counts from before all times there are. */
function stretchSql({ms, origin}: Interval): string {
  return `(time + ${beforeAll(ms, origin)}) // ${ms}`
}

function startOf(stretch: number, {ms, origin}: Interval): number {
  return stretch * ms - beforeAll(ms, origin)
}

/** From the beginning of a stretch over 3,000 years before 1970 until 1970, ms. */
function beforeAll(ms: number, origin: number): number {
  return Math.ceil(1e14 / ms) * ms - (origin % ms)
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
