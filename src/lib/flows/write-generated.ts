import {type GenerateOptions, generateEvents, type Told, toLine} from '../generate/generate.js'
import type {LogEvent} from '../generate/log-event.js'
import {atTheirTime, type Clock, inBatches} from '../generate/pace.js'

/** Events rendered into one write: enough to make the write cheap, few enough to stay in a cache. */
const BATCH_EVENTS = 500

/** Where generated text goes: whole lines at a time. */
export interface TextTarget {
  /** Returns a promise when it wants to be waited for. */
  write(text: string): void | Promise<void>
  flush(): void | Promise<void>
}

export interface Written {
  /** Events, each one line; in the text format a stack trace belongs to the line above it. */
  lines: number
  bytes: number
}

export interface Live {
  clock: Clock
  signal: AbortSignal
}

/** The events of a run: as fast as they are read, or, when live, at their time and until the signal aborts. */
export function eventBatches(
  options: GenerateOptions,
  live: Live | undefined,
  size: number,
  told?: Told,
): AsyncIterable<LogEvent[]> | Iterable<LogEvent[]> {
  const events = generateEvents(options, told)
  return live ? atTheirTime(events, live.clock, live.signal, size) : inBatches(events, size)
}

/** Writes a run out as lines. Live, every batch is flushed. */
export async function writeGenerated(
  options: GenerateOptions,
  target: TextTarget,
  {live, onProgress, told}: {live?: Live; onProgress?: (written: Written) => void; told?: Told} = {},
): Promise<Written> {
  const written: Written = {lines: 0, bytes: 0}
  const line = toLine(options)
  for await (const batch of eventBatches(options, live, BATCH_EVENTS, told)) {
    let text = ''
    for (const event of batch) text += `${line(event)}\n`
    const full = target.write(text)
    if (full) await full
    if (live) await target.flush()
    written.lines += batch.length
    written.bytes += text.length
    onProgress?.(written)
  }
  await target.flush()
  return written
}
