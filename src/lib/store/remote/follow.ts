import {setTimeout as sleep} from 'node:timers/promises'
import {LogflowError} from '../../errors/logflow-error.js'
import type {LogRecord} from '../../record/record.js'
import type {FollowCall} from '../../remote/protocol.js'
import type {FollowEvent, FollowRequest, GapCause} from '../store.js'
import type {StoreCalls} from './remote-store.js'

/** How long an outage is waited out where the caller does not say. */
const PATIENCE_MS = 30_000
const FIRST_RETRY_MS = 300
const MAX_RETRY_MS = 10_000
/** Ids since the last known position, by which what comes again is left out. With more, a cut is told as an error. */
const MOST_IDS = 500_000

/** A line of the answer, as far as it is known here. */
interface Line {
  records?: LogRecord[]
  caught_up?: true
  gap?: {reason: string; cause: GapCause}
  next?: string
}

/** Follows a server's store. After a cut it goes on from the last position it knows: nothing missed, nothing twice. */
export async function* followRemote(
  calls: StoreCalls,
  request: FollowRequest,
  signal: AbortSignal,
): AsyncGenerator<FollowEvent> {
  const place = new FollowedPlace(request.from)
  let failures = 0
  for (let failingSince: number | undefined; !signal.aborted; ) {
    const {wait} = request
    const call: FollowCall = {filter: request.filter, from: place.from, ...(wait === undefined ? {} : {wait})}
    try {
      for await (const line of calls.stream<Line>('follow', call, signal)) {
        failingSince = undefined
        failures = 0
        yield* place.take(line)
      }
      return
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof LogflowError && error.retriable) || !place.isKnown) throw error
      failingSince ??= performance.now()
      if (performance.now() - failingSince >= patienceOf(request)) throw error
      // Nothing is lost, the place is kept; but a silent tail must not look like quiet logs.
      if (failures === 0) yield {kind: 'gap', cause: 'away', reason: `${error.message}; trying again`}
      await sleep(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++), undefined, {signal}).catch(() => undefined)
    }
  }
}

function patienceOf({wait}: FollowRequest): number {
  if (wait === undefined) return PATIENCE_MS
  return wait ? Number.POSITIVE_INFINITY : 0
}

/** A position, and what has come since. */
class FollowedPlace {
  private readonly since = new Set<string>()

  constructor(public from: string) {}

  /** False where too much has come since the position to leave it out another time. */
  get isKnown(): boolean {
    return this.since.size <= MOST_IDS
  }

  *take({records, caught_up, gap, next}: Line): Generator<FollowEvent> {
    const fresh = records?.filter(({id}) => !this.since.has(id)) ?? []
    if (next === undefined) {
      if (this.isKnown) for (const {id} of fresh) this.since.add(id)
    } else {
      this.from = next
      this.since.clear()
    }
    if (fresh.length > 0) yield {kind: 'records', records: fresh, next: this.from}
    if (gap) yield {kind: 'gap', cause: gap.cause, reason: gap.reason}
    if (caught_up) yield {kind: 'caught-up', next: this.from}
  }
}
