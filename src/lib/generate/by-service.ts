import {fingerprint, type GenerateOptions, toLine} from './generate.js'
import type {LogEvent} from './log-event.js'

/** Some lines of one service, in order: what a bus takes at a time. */
export interface ServiceLines {
  service: string
  /** Id of the service's source: the same for equal options, another whenever the bytes would differ. */
  source: string
  /** Without terminators; a stack trace belongs to its line. ASCII, so that lengths are bytes. */
  units: string[]
}

export interface BatchLimits {
  units: number
  bytes: number
}

/** Sorts batches of events by service and cuts each share to the limits. Nothing is held back between batches. */
export async function* byService(
  batches: AsyncIterable<LogEvent[]> | Iterable<LogEvent[]>,
  options: GenerateOptions,
  limits: BatchLimits,
): AsyncGenerator<ServiceLines, void, undefined> {
  const write = toLine(options)
  const run = fingerprint(options)
  for await (const batch of batches) {
    const shares = new Map<string, {lines: ServiceLines; bytes: number}>()
    for (const event of batch) {
      const service = event.service.name
      const line = write(event)
      let share = shares.get(service)
      if (
        share !== undefined &&
        (share.lines.units.length >= limits.units || share.bytes + line.length > limits.bytes)
      ) {
        yield share.lines
        share = undefined
      }
      if (share === undefined) {
        share = {lines: {service, source: `generate-${run}-${service}`, units: []}, bytes: 0}
        shares.set(service, share)
      }
      share.lines.units.push(line)
      share.bytes += line.length + 1
    }
    for (const {lines} of shares.values()) yield lines
  }
}
