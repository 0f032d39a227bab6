// Records as they arrive, each with a place to go on from behind it: for readers who come back after a cut and name the
// last place they saw.

import {LogflowError} from '../errors/logflow-error.js'
import type {LogRecord} from '../record/record.js'
import type {GapCause, RecordFilter, Store} from '../store/store.js'
import {searchRecords} from './search-records.js'

export type Arrival =
  /** `place` lies behind it; absent of what was there before. */
  | {kind: 'record'; record: LogRecord; place?: string}
  | {kind: 'caught-up'; place: string}
  | {kind: 'gap'; reason: string; cause: GapCause}

export interface ArrivalsOptions {
  filter: RecordFilter
  /** Behind which it goes on. */
  place?: string
  /** So many of the newest that are there already come first, oldest of them first; not where a place is given. */
  last?: number
}

/** Ends when the signal aborts. Throws USAGE for a place that is none. */
export async function* arrivalsSince(
  store: Store,
  {filter, place, last = 0}: ArrivalsOptions,
  signal: AbortSignal,
): AsyncGenerator<Arrival> {
  const begin = place === undefined ? {position: await store.position(), given: 0} : readPlace(place)
  const before = new Set<string>()
  if (place === undefined && last > 0) {
    const {pages} = searchRecords(
      (ask, stop) => store.search(ask, stop),
      {...filter, limit: last, sort: 'oldest'},
      signal,
    )
    for await (const records of pages)
      for (const record of records) {
        before.add(record.id)
        yield {kind: 'record', record}
      }
  }
  yield* follow(store, filter, begin, before, signal)
}

/** A position of the store, and how many records behind it were given. */
interface Place {
  position: string
  given: number
}

async function* follow(
  store: Store,
  filter: RecordFilter,
  {position, given}: Place,
  before: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<Arrival> {
  let from = position
  // Where the order of arrival is not exact they may not be the same ones: better twice than not at all.
  let skip = store.followsBestEffort ? 0 : given
  let passed = 0
  for await (const event of store.follow({filter, from, wait: true}, signal)) {
    if (event.kind === 'gap') {
      yield {kind: 'gap', reason: event.reason, cause: event.cause}
      continue
    }
    const records = event.kind === 'records' ? event.records : []
    for (const [i, record] of records.entries()) {
      passed++
      if (skip > 0) skip--
      else if (!before.has(record.id)) {
        const isLast = i === records.length - 1
        yield {
          kind: 'record',
          record,
          place: formatPlace(isLast ? {position: event.next, given: 0} : {position: from, given: passed}),
        }
      }
    }
    from = event.next
    passed = 0
    if (event.kind === 'caught-up') yield {kind: 'caught-up', place: formatPlace({position: from, given: 0})}
  }
}

function formatPlace({position, given}: Place): string {
  return `${given}@${position}`
}

function readPlace(text: string): Place {
  const [, given, position] = /^(\d{1,9})@([\x21-\x7e]+)$/.exec(text) ?? []
  if (given === undefined || position === undefined)
    throw new LogflowError('USAGE', 'the place to go on from is none', {
      suggestions: ['Give the id of the last event that came, or none to begin now'],
    })
  return {position, given: Number(given)}
}
