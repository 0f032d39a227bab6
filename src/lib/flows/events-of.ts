import type {BusConsumer, BusEvent} from '../bus/bus.js'
import type {Outage} from './patience.js'

/** A consumer gives a sign of life every second; without one for so long the bus is away, or the group in disorder. */
const SILENT_MS = 10_000
const LOOK_EVERY_MS = 1_000

/** What a consumer gives; `outage` is told while it gives nothing, not even that there is nothing. */
export async function* eventsOf(consumer: BusConsumer, outage: Outage | undefined): AsyncGenerator<BusEvent> {
  let since: number | undefined = performance.now()
  const watch = setInterval(() => {
    const silent = since === undefined ? 0 : performance.now() - since
    if (silent >= SILENT_MS) outage?.stalled('silent', silent)
  }, LOOK_EVERY_MS)
  watch.unref()
  try {
    for await (const event of consumer) {
      since = undefined
      yield event
      since = performance.now()
    }
  } finally {
    clearInterval(watch)
  }
}
