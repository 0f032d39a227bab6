import {setTimeout as sleep} from 'node:timers/promises'
import {LogflowError} from '../../errors/logflow-error.js'
import type {LogRecord} from '../../record/record.js'
import type {SearchCall} from '../../remote/protocol.js'
import type {RecordPlace, SearchRequest} from '../store.js'
import type {StoreCalls} from './remote-store.js'

/** Cuts in a row, with nothing between them, after which it is told instead of asked again. */
const MOST_CUTS = 3
const AGAIN_AFTER_MS = 300

/** Pages of a search. An answer that is cut goes on behind the last record that came: none is left out, none comes twice. */
export async function* searchRemote(
  calls: StoreCalls,
  request: SearchRequest,
  signal?: AbortSignal,
): AsyncGenerator<LogRecord[]> {
  const {query, since, until, order, limit, after} = request
  const seen = new LastPlace(after)
  let left = limit
  for (let cuts = 0; ; ) {
    if (left <= 0 || signal?.aborted) return
    const call: SearchCall = {
      filter: {query, since, until},
      order,
      ...(left === Number.POSITIVE_INFINITY ? {} : {limit: left + seen.ids.size}),
      ...(seen.before ? {after: seen.before} : {}),
    }
    try {
      for await (const {records} of calls.stream<{records?: LogRecord[]}>('search', call, signal)) {
        const page = records?.filter((record) => seen.isNew(record)) ?? []
        if (page.length === 0) continue
        cuts = 0
        left -= page.length
        yield page
        seen.passed()
      }
      return
    } catch (error) {
      const isCut = error instanceof LogflowError && error.code === 'SERVER_UNREACHABLE' && error.retriable
      if (signal?.aborted) return
      if (!isCut || ++cuts >= MOST_CUTS) throw error
      await sleep(AGAIN_AFTER_MS * cuts, undefined, {signal}).catch(() => undefined)
    }
  }
}

/**
 * Where to go on. Several records may share a place (other bytes that stood at the same offset), so that it is not enough
 * to ask for what comes after the last one: it is asked for after the place before, and what came already is left out.
 */
class LastPlace {
  /** Of records at the last place that came. */
  ids = new Set<string>()
  private last: RecordPlace | undefined
  private given = new Set<string>()

  constructor(public before: RecordPlace | undefined) {}

  /** Called for each record, in order; false for those that came before the cut. */
  isNew(record: LogRecord): boolean {
    if (this.given.has(record.id)) return false
    const place = {time: record['@timestamp'], source: record.source.id, offset: record.source.offset}
    if (!this.last || !isSame(this.last, place)) {
      if (this.last) this.before = this.last
      this.ids = new Set()
      this.last = place
    }
    this.ids.add(record.id)
    return true
  }

  /** A page was handed on: its records do not count as new again. */
  passed(): void {
    this.given = this.ids
  }
}

function isSame(a: RecordPlace, b: RecordPlace): boolean {
  // One instant has several spellings: lines at the same offset count as one place whatever their time.
  return a.source === b.source && a.offset === b.offset
}
