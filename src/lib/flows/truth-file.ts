import type {Told} from '../generate/generate.js'
import {truthOf} from '../generate/span-truth.js'
import type {IncidentTruth, TraceTruth} from '../generate/weather.js'
import {openTextFile} from './text-file.js'

/** Characters written at a time. */
const CHUNK = 1 << 20

export interface TruthFile {
  told: Required<Told>
  /** Rejects with what kept the file from being written, then or before. */
  close(): Promise<void>
}

/**
 * Opens the file that `generate --truth` writes: a span a line, as {@link truthOf} tells it, and at the end each request
 * that an incident touched (`"kind":"trace"`, {@link TraceTruth}) and each incident (`"kind":"incident"`,
 * {@link IncidentTruth}). A span has no `kind`.
 */
export async function openTruthFile(path: string): Promise<TruthFile> {
  const file = await openTextFile(path)
  let gathered = ''
  // One write after the other: spans come without waiting.
  let writing = Promise.resolve()
  const flush = (): void => {
    const text = gathered
    gathered = ''
    writing = writing.then(() => file.write(text))
    // Told by close().
    writing.catch(() => {})
  }
  return {
    told: {
      onRequest(spans) {
        for (const span of spans) gathered += `${JSON.stringify(truthOf(span))}\n`
        if (gathered.length >= CHUNK) flush()
      },
      onIncidents(incidents: readonly IncidentTruth[], traces: readonly TraceTruth[]) {
        for (const trace of traces) gathered += `${JSON.stringify(trace)}\n`
        for (const incident of incidents) gathered += `${JSON.stringify(incident)}\n`
      },
    },
    async close() {
      flush()
      try {
        await writing
      } finally {
        await file.close()
      }
    },
  }
}
