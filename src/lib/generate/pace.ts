import type {LogEvent} from './log-event.js'

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves early when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** As fast as they come, `size` at a time. */
export function* inBatches(events: Iterable<LogEvent>, size: number): Generator<LogEvent[], void, undefined> {
  let batch: LogEvent[] = []
  for (const event of events) {
    if (batch.push(event) < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/**
 * Each event when its time has come; those of one `tickMs` leave together. A reader that is slow gets what has
 * become due since, at most `size` at a time. Ends when the signal aborts.
 */
export async function* atTheirTime(
  events: Iterable<LogEvent>,
  clock: Clock,
  signal: AbortSignal,
  size = 20_000,
  tickMs = 50,
): AsyncGenerator<LogEvent[], void, undefined> {
  let batch: LogEvent[] = []
  let due = clock.now()
  for (const event of events) {
    const at = event.at / 1000
    while (at > due || batch.length >= size) {
      if (batch.length > 0) yield batch
      batch = []
      if (at > due) await clock.sleep(Math.min(Math.max(tickMs, at - clock.now()), 1000), signal)
      if (signal.aborted) return
      due = clock.now()
    }
    batch.push(event)
  }
  if (batch.length > 0) yield batch
}
