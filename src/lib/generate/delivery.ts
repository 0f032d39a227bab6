// How lines come to be written: some of them late, some twice. Their times stay what they were.

import type {LogEvent} from './log-event.js'
import {Random} from './random.js'

export interface Delivery {
  /** A part (0 to 1) of the lines is written up to so many milliseconds late. */
  late?: {share: number; ms: number}
  /** A part (0 to 1) of the lines is written twice; the second time up to a minute later. */
  doubled?: number
}

const DOUBLED_WITHIN_MS = 60_000

/** Lines in the order in which they are written. What waits is written at the end of the run at the latest. */
export function* delivered(
  events: Iterable<LogEvent>,
  {late, doubled = 0}: Delivery,
  seed: string,
): Generator<LogEvent, void, undefined> {
  const random = new Random(`delivery ${seed}`)
  /** By time of writing, microseconds; the next one last. */
  const waiting: Array<{at: number; event: LogEvent}> = []
  const keep = (at: number, event: LogEvent): void => {
    let place = waiting.length
    while (place > 0 && (waiting[place - 1] as {at: number}).at <= at) place--
    waiting.splice(place, 0, {at, event})
  }
  for (const event of events) {
    while (waiting.length > 0 && (waiting.at(-1) as {at: number}).at <= event.at) yield waiting.pop()?.event as LogEvent
    if (doubled > 0 && random.chance(doubled)) keep(event.at + random.below(DOUBLED_WITHIN_MS * 1_000), event)
    if (late && random.chance(late.share)) keep(event.at + 1 + random.below(late.ms * 1_000), event)
    else yield event
  }
  while (waiting.length > 0) yield waiting.pop()?.event as LogEvent
}
