// A trace as a timeline: its records in time order, each with its distance from the first. Pure.

import type {LogRecord} from '../record/record.js'

export interface TraceTimeline {
  id: string
  /** In the order of their first record. */
  services: string[]
  /** Records of level ERROR or FATAL. */
  errors: number
  /** Time of the first record, RFC 3339; absent when there is none. */
  start?: string
  /** From the first record to the last, milliseconds with a fraction. */
  durationMs: number
  entries: TraceEntry[]
}

export interface TraceEntry {
  /** Milliseconds after the first record, with a fraction where times are finer. */
  offsetMs: number
  /** The first record of level ERROR or FATAL in time order. */
  firstError: boolean
  record: LogRecord
}

/** Records must be in time order, oldest first. */
export function traceTimeline(id: string, records: LogRecord[]): TraceTimeline {
  const first = records[0]
  const services = new Set<string>()
  let errors = 0
  const entries = records.map((record) => {
    if (record.service !== undefined) services.add(record.service)
    const failed = record.level === 'ERROR' || record.level === 'FATAL'
    if (failed) errors++
    const offsetMs = first ? msBetween(first['@timestamp'], record['@timestamp']) : 0
    return {offsetMs, firstError: failed && errors === 1, record}
  })
  return {
    id,
    services: [...services],
    errors,
    start: first?.['@timestamp'],
    durationMs: entries.at(-1)?.offsetMs ?? 0,
    entries,
  }
}

/** Milliseconds from one RFC 3339 UTC time to another, exact to the nanosecond for spans under 104 days. */
export function msBetween(from: string, to: string): number {
  const seconds = (Date.parse(`${to.slice(0, 19)}Z`) - Date.parse(`${from.slice(0, 19)}Z`)) * 1e6
  return (seconds + fractionNs(to) - fractionNs(from)) / 1e6
}

function fractionNs(time: string): number {
  return Number(time.slice(20, -1).padEnd(9, '0'))
}
