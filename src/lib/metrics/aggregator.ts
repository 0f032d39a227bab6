import {LogflowError} from '../errors/logflow-error.js'
import {MAX_FIELD_VALUE} from '../query/query.js'
import {isAsked} from '../query/record-filter.js'
import {ERROR_LEVELS} from '../record/level.js'
import {compareTimes} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import {GroupLimit, type GroupName, groupNamesOf, groupsOf, wellFormed} from './grouping.js'
import {coarser, msOf} from './period.js'
import {
  compareGroups,
  type Group,
  type GroupIdentity,
  type Interval,
  inOrder,
  intervalStart,
  percentileRank,
  type Question,
} from './question.js'

const MOST_VALUES = 500_000
/** Stretches of time of one value that are held before an adaptable interval is made longer. */
const MOST_STRETCHES = 10_000

export interface AggregatorOptions {
  /** Every record that will be given is one of the filter's already. */
  filtered?: boolean
  /** Intervals may be made longer, as `coarser` says: for records whose times are not known beforehand. */
  adaptable?: boolean
  /** Different values that are held at once; 500,000 unless said. */
  mostValues?: number
}

/**
 * Answers questions over records that are given one by one, in any order: the meaning of `Store.aggregate`. Holds a
 * tally a group, and a number a record that has a duration where percentiles are asked for.
 */
export class Aggregator {
  readonly #parts: Part[]
  readonly #inStretches: boolean

  constructor(questions: readonly Question[], options: AggregatorOptions = {}) {
    this.#parts = questions.map((question) => new Part(question, {mostValues: MOST_VALUES, ...options}))
    this.#inStretches = questions.some(({every}) => every)
  }

  add(record: LogRecord): void {
    const ms = this.#inStretches ? msOf(record['@timestamp']) : 0
    for (const part of this.#parts) part.add(record, ms)
  }

  /** The longest interval of its questions by now, ms; 0 where none has one. */
  get longestMs(): number {
    return Math.max(0, ...this.#parts.map(({every}) => every?.ms ?? 0))
  }

  /** Puts stretches of time together to longer ones, a multiple of all there are, with the same origin. */
  coarsen(ms: number): void {
    for (const part of this.#parts) part.coarsen(ms)
  }

  /** The groups of each question, in order. */
  answers(): Group[][] {
    return this.#parts.map((part) => part.groups())
  }
}

interface Tally {
  count: number
  errors: number
  durations: number[]
  first: string
  last: string
}

class Part {
  /** By value (of groups: the JSON of all), then by start; a question that asks for neither has one. */
  readonly #tallies = new Map<string | undefined, Map<number, Tally>>()

  /** Absent where no groups are asked for. */
  readonly #names: GroupName[] | undefined
  readonly #limit: GroupLimit

  every: Interval | undefined

  constructor(
    readonly question: Question,
    readonly options: AggregatorOptions & {mostValues: number},
  ) {
    this.every = question.every
    this.#names = groupNamesOf(question)
    this.#limit = new GroupLimit(question)
  }

  /** @param ms the record's time */
  add(record: LogRecord, ms: number): void {
    const {question} = this
    if (!this.options.filtered && !isAsked(record, question)) return
    const start = this.every ? intervalStart(ms, this.every) : 0
    if (!this.#names) this.#count(record, this.#tally(keyOf(record, question.by), start))
    else
      for (const values of groupsOf(record, this.#names))
        this.#count(record, this.#tally(JSON.stringify(values), start))
  }

  #count(record: LogRecord, tally: Tally): void {
    const {question} = this
    const time = record['@timestamp']
    tally.count++
    if (record.level !== undefined && ERROR_LEVELS.includes(record.level)) tally.errors++
    if (question.percentiles && record.duration_ms !== undefined) tally.durations.push(record.duration_ms)
    if (!question.times) return
    if (tally.first === '' || compareTimes(time, tally.first) < 0) tally.first = time
    if (tally.last === '' || compareTimes(time, tally.last) > 0) tally.last = time
  }

  coarsen(ms: number): void {
    if (this.every === undefined || this.every.ms === ms) return
    this.every = {ms, origin: this.every.origin}
    for (const [key, starts] of this.#tallies) {
      const merged = new Map<number, Tally>()
      for (const [start, tally] of starts) mergeInto(merged, intervalStart(start, this.every), tally)
      this.#tallies.set(key, merged)
    }
  }

  groups(): Group[] {
    const {question} = this
    if (question.by === undefined && question.every === undefined && !this.#names) this.#tally(undefined, 0)
    const groups = this.#chosen().flatMap(([key, starts]) =>
      [...starts].map(([start, tally]) => toGroup(question, this.#identity(key), start, tally)),
    )
    return inOrder(question, groups)
  }

  #identity(key: string | undefined): GroupIdentity {
    if (key === undefined) return {}
    return this.#names ? {values: JSON.parse(key) as Array<string | null>} : {key}
  }

  /** The values with the most records, as many as are asked for. */
  #chosen(): Array<[string | undefined, Map<number, Tally>]> {
    const all = [...this.#tallies]
    const {top} = this.question
    if (top === undefined || all.length <= top) return all
    return all
      .map(([key, starts]) => ({key, starts, count: sum([...starts.values()].map(({count}) => count))}))
      .sort(compareGroups)
      .slice(0, top)
      .map(({key, starts}) => [key, starts])
  }

  #tally(key: string | undefined, start: number): Tally {
    let starts = this.#tallies.get(key)
    if (!starts) {
      if (this.#names) this.#limit.checkGroups(this.#tallies.size + 1)
      if (this.#tallies.size >= this.options.mostValues && key !== undefined) {
        if (this.question.bounded) return this.#tally(undefined, start)
        throw tooMany(this.question, this.options.mostValues)
      }
      starts = new Map()
      this.#tallies.set(key, starts)
    }
    let tally = starts.get(start)
    if (!tally) {
      if (this.#names) this.#limit.addStretch()
      tally = {count: 0, errors: 0, durations: [], first: '', last: ''}
      starts.set(start, tally)
      if (this.options.adaptable && this.every && starts.size > MOST_STRETCHES) {
        this.coarsen(coarser(this.every.ms))
        return this.#tally(key, intervalStart(start, this.every))
      }
    }
    return tally
  }
}

function mergeInto(tallies: Map<number, Tally>, start: number, more: Tally): void {
  const tally = tallies.get(start)
  if (!tally) {
    tallies.set(start, more)
    return
  }
  tally.count += more.count
  tally.errors += more.errors
  for (const duration of more.durations) tally.durations.push(duration)
  if (tally.first === '' || (more.first !== '' && compareTimes(more.first, tally.first) < 0)) tally.first = more.first
  if (tally.last === '' || (more.last !== '' && compareTimes(more.last, tally.last) > 0)) tally.last = more.last
}

function tooMany({by}: Question, mostValues: number): LogflowError {
  const most = mostValues.toLocaleString('en-US')
  return new LogflowError('OUT_OF_MEMORY', `there are more than ${most} different values of ${by} to count`, {
    suggestions: ['Ask for less time with --since and --until, or narrow the query'],
  })
}

function keyOf(record: LogRecord, by: Question['by']): string | undefined {
  const value = by && record[by]
  if (value === undefined || (by !== 'message' && value.length > MAX_FIELD_VALUE)) return undefined
  return wellFormed(value)
}

function toGroup(question: Question, identity: GroupIdentity, start: number, tally: Tally): Group {
  const {count, errors} = tally
  const group: Group = {...identity, ...(question.every ? {start} : {}), count, errors}
  const sorted = Float64Array.from(tally.durations).sort()
  if (question.percentiles && sorted.length > 0) {
    const at = (rank: number) => sorted[rank - 1] as number
    const percentiles = question.percentiles.map((percentile) => at(percentileRank(percentile, sorted.length)))
    group.durations = {count: sorted.length, min: at(1), max: at(sorted.length), percentiles}
  }
  if (question.times && count > 0) {
    group.first = shortest(tally.first)
    group.last = shortest(tally.last)
  }
  return group
}

/** A time with as few of 3, 6 and 9 fraction digits as it needs. */
export function shortest(time: string): string {
  const digits = time.slice(20, -1).padEnd(9, '0')
  const needed = digits.endsWith('000000') ? 3 : digits.endsWith('000') ? 6 : 9
  return `${time.slice(0, 19)}.${digits.slice(0, needed)}Z`
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
