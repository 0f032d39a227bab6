import {setTimeout as sleep} from 'node:timers/promises'
import {LogflowError} from '../../errors/logflow-error.js'
import type {LogRecord} from '../../record/record.js'
import {cutOff} from '../../remote/errors.js'
import type {FollowCall} from '../../remote/protocol.js'
import type {FollowEvent, FollowRequest, GapCause} from '../store.js'
import type {StoreCalls} from './remote-store.js'

/** How long an outage is waited out where the caller does not say. */
const PATIENCE_MS = 30_000
const FIRST_RETRY_MS = 300
const MAX_RETRY_MS = 10_000

/** A line of the answer, as far as it is known here: an event, or that the server is alive. */
interface Line {
  records?: LogRecord[]
  caught_up?: true
  gap?: {reason: string; cause: GapCause}
  /** Where to go on after it. */
  next?: string
}

/** Follows a server's store. After a cut it goes on behind the last page that came: nothing missed, nothing twice. */
export async function* followRemote(
  calls: StoreCalls,
  request: FollowRequest,
  signal: AbortSignal,
): AsyncGenerator<FollowEvent> {
  let {from} = request
  let failures = 0
  for (let failingSince: number | undefined; !signal.aborted; ) {
    const {wait} = request
    const call: FollowCall = {filter: request.filter, from, ...(wait === undefined ? {} : {wait})}
    try {
      for await (const line of calls.stream<Line>('follow', call, signal)) {
        failingSince = undefined
        failures = 0
        const {records, caught_up, gap, next = from} = line
        from = next
        if (records) yield {kind: 'records', records, next}
        else if (gap) yield {kind: 'gap', cause: gap.cause, reason: gap.reason}
        else if (caught_up) yield {kind: 'caught-up', next}
      }
      if (signal.aborted) return
      // Following has no end of its own.
      throw cutOff({url: calls.client.url})
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof LogflowError && error.retriable)) throw error
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
