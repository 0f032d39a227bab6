import type {QueryNode, TextField} from '../query/query.js'
import {isAsked} from '../query/record-filter.js'
import {compareRecords} from '../record/order.js'
import type {LogRecord} from '../record/record.js'
import type {RecordFilter, SearchRequest} from '../store/store.js'
import {nearRecords} from './near-records.js'
import type {AskRecords} from './search-records.js'

/** What records must share with a match to stand around it. */
export type ContextBy = 'source' | 'service' | 'host'

export interface ContextOptions {
  /** Records before and after each match, in time. */
  before: number
  after: number
  /** Unless given, the source where its file is known, else the service and the host. */
  by?: ContextBy
  /** What matches; its times do not bound what stands around. */
  filter: RecordFilter
  /** The order of the matches, and of what comes out. */
  sort: 'oldest' | 'newest'
}

/** A record that matches, or stands around one that does. */
export type ContextRecord = LogRecord & {match: boolean}

/** Records in a row. */
export interface Group {
  records: ContextRecord[]
  /** Others may lie between these and the ones before. */
  apart: boolean
}

/** Stretches of time, ms, that are looked through for neighbours before all of it is. */
const NEAR = [10_000, 600_000]
/** Sources whose neighbours are looked for at once. */
const AT_ONCE = 4

/**
 * Each match with the records around it, as grep has them: what overlaps or touches comes once, in one run, and runs of
 * different sources stand one after the other. Holds what belongs to one page of matches.
 */
export async function* withContext(
  ask: AskRecords,
  matches: AsyncIterable<LogRecord[]>,
  options: ContextOptions,
  signal?: AbortSignal,
): AsyncGenerator<Group> {
  const sign = options.sort === 'oldest' ? 1 : -1
  const runsBySource = new Map<string, Runs>()
  let last: Run | undefined
  for await (const page of matches) {
    const touched = new Map<Runs, LogRecord[]>()
    for (const match of page) {
      const query = sharedWith(match, options.by)
      const key = JSON.stringify(query)
      const runs = runsBySource.get(key) ?? new Runs(ask, query, options, signal)
      runsBySource.set(key, runs)
      touched.set(runs, [...(touched.get(runs) ?? []), match])
    }
    const work = [...touched]
    for (let at = 0; at < work.length; at += AT_ONCE)
      await Promise.all(work.slice(at, at + AT_ONCE).map(([runs, found]) => runs.addAll(found)))
    const runs = work.flatMap(([{changed}]) => changed).sort((a, b) => sign * compareRecords(a.firstNew, b.firstNew))
    for (const run of runs) {
      const records = run.take().map((record) => ({...record, match: isAsked(record, options.filter)}))
      yield {records, apart: last !== undefined && last !== run}
      last = run
    }
    for (const [{changed}] of work) changed.length = 0
  }
}

/** The runs of one source: at any time only the last can still grow. */
class Runs {
  /** Those with records that were not taken yet. */
  readonly changed: Run[] = []
  #open: Run | undefined
  readonly #lead: number
  readonly #trail: number

  constructor(
    private readonly ask: AskRecords,
    private readonly query: QueryNode,
    private readonly options: ContextOptions,
    private readonly signal?: AbortSignal,
  ) {
    const {before, after, sort} = options
    this.#lead = sort === 'oldest' ? before : after
    this.#trail = sort === 'oldest' ? after : before
  }

  /** Adds matches of this source, in the asked order. */
  async addAll(matches: readonly LogRecord[]): Promise<void> {
    const {sort} = this.options
    // One more than is wanted tells whether the run before ends right there.
    const [older, newer] = sort === 'oldest' ? [this.#lead + 1, this.#trail] : [this.#trail, this.#lead + 1]
    const near = await nearRecords(this.ask, matches, {query: this.query, older, newer}, this.signal)
    for (const match of matches) {
      const open = this.#open
      const beside = near.get(match.id)
      if (!open?.holds(match)) {
        const ahead = beside
          ? beside[sort === 'oldest' ? 'older' : 'newer']
          : await this.#neighbours(match, sort === 'oldest' ? 'newest' : 'oldest', this.#lead + 1)
        const joint = open ? ahead.findIndex(({id}) => id === open.end.id) : -1
        const lead = ahead.slice(0, joint === -1 ? this.#lead : joint).reverse()
        if (open && joint !== -1) open.append([...lead, match])
        else this.#open = new Run([...lead, match])
      }
      const run = this.#open as Run
      const there = run.follow(match)
      const behind = beside?.[sort === 'oldest' ? 'newer' : 'older']
      if (behind) run.append(behind.slice(there))
      else if (there < this.#trail) run.append(await this.#neighbours(run.end, sort, this.#trail - there))
      if (run.isNew && !this.changed.includes(run)) this.changed.push(run)
    }
  }

  /** The nearest records of this source on one side of a record, nearest first. */
  async #neighbours(from: LogRecord, order: SearchRequest['order'], limit: number): Promise<LogRecord[]> {
    if (limit === 0) return []
    const {source, '@timestamp': time} = from
    const after = {time, source: source.id, offset: source.offset}
    for (const ms of [...NEAR, Number.POSITIVE_INFINITY]) {
      const found: LogRecord[] = []
      const request = {query: this.query, order, limit, after, ...within(time, ms, order)}
      for await (const page of this.ask(request, this.signal)) found.push(...page)
      if (found.length === limit || ms === Number.POSITIVE_INFINITY || this.signal?.aborted) return found
    }
    return []
  }
}

/** Records that follow each other, in the asked order. */
class Run {
  #new: LogRecord[]
  /** What follows the last match, taken or not: another match may be among it. */
  #tail: LogRecord[] = []
  #end: LogRecord

  constructor(records: LogRecord[]) {
    this.#new = records
    this.#end = records.at(-1) as LogRecord
    this.#tail = [this.#end]
  }

  get end(): LogRecord {
    return this.#end
  }

  get isNew(): boolean {
    return this.#new.length > 0
  }

  get firstNew(): LogRecord {
    return this.#new[0] as LogRecord
  }

  holds({id}: LogRecord): boolean {
    return this.#tail.some((record) => record.id === id)
  }

  append(records: readonly LogRecord[]): void {
    if (records.length === 0) return
    this.#new.push(...records)
    this.#tail.push(...records)
    this.#end = records.at(-1) as LogRecord
  }

  /** Goes on from a match that it holds; returns how many records follow that. */
  follow({id}: LogRecord): number {
    this.#tail = this.#tail.slice(this.#tail.findIndex((record) => record.id === id))
    return this.#tail.length - 1
  }

  take(): LogRecord[] {
    const records = this.#new
    this.#new = []
    return records
  }
}

/** The filter's times for so many ms from a time on, in an order. */
function within(time: string, ms: number, order: SearchRequest['order']): {since?: string; until?: string} {
  if (ms === Number.POSITIVE_INFINITY) return {}
  const at = Date.parse(time)
  return order === 'oldest'
    ? {until: new Date(at + ms).toISOString()}
    : {since: new Date(Math.max(0, at - ms)).toISOString()}
}

/** What finds the records that share with this one what stands around it. */
export function sharedWith(record: LogRecord, by?: ContextBy): QueryNode {
  const {service, host, source} = record
  if (by === 'service') return same('service', service)
  if (by === 'host') return same('host', host)
  if (by === 'source' || source.file !== undefined) return same('source.id', source.id)
  return {kind: 'and', nodes: [same('service', service), same('host', host)]}
}

function same(name: TextField, value: string | undefined): QueryNode {
  const field = {in: 'record', name} as const
  if (value === undefined) return {kind: 'not', node: {kind: 'field', field, test: {kind: 'exists'}}}
  return {kind: 'field', field, test: {kind: 'equals', value, quoted: true}}
}
