import type {LogRecord} from '../record/record.js'
import type {TailEvent} from './tail-records.js'

/** What became of the waiting for a record. */
export interface Waited {
  /** What was waited for. */
  found?: LogRecord
  /** Why nobody can say that it did not come: what was followed is away, has not been read yet, or may lack something. */
  doubt?: string
}

const UNREAD = 'what is followed had not been read to its end yet'

/**
 * The events up to the first record that is wanted, that one included. `waited` says at any time how it stands.
 * @param signal what ends the events early
 */
export async function* tailUntil(
  events: AsyncIterable<TailEvent>,
  wanted: (record: LogRecord) => boolean,
  waited: Waited,
  signal: AbortSignal,
): AsyncGenerator<TailEvent> {
  let unread: string | undefined = UNREAD
  let away: string | undefined
  let missed: string | undefined
  const settle = () => {
    waited.doubt = missed ?? away ?? unread
  }
  settle()
  for await (const event of events) {
    if (event.kind === 'records') {
      const at = event.records.findIndex(wanted)
      if (at >= 0) {
        waited.found = event.records[at] as LogRecord
        yield {kind: 'records', records: event.records.slice(0, at + 1)}
        return
      }
    } else if (event.kind === 'caught-up') unread = undefined
    else if (event.kind === 'back') away = undefined
    else if (event.gap.reason === 'away') away = event.gap.message
    else missed ??= event.gap.message
    settle()
    yield event
  }
  // Ended by itself: there is no more.
  if (!signal.aborted) unread = undefined
  settle()
}
