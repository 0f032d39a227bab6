import {type GenerateOptions, generateEvents, toLine} from '../../src/lib/generate/generate.js'
import {Random} from '../../src/lib/generate/random.js'
import {toRecord} from '../../src/lib/parse/to-record.js'
import type {LogRecord} from '../../src/lib/record/record.js'
import type {KnownTrace} from './trace-score.js'

export interface Distortion {
  /** Ids to take away before anything is drawn. */
  without?: ReadonlyArray<'trace_id' | 'span_id' | 'parent_span_id' | 'request_id' | 'correlation_id'>
  /** Share of records that are lost. */
  missing?: number
  /** Every host's clock is off by up to this many ms, either way. */
  skew?: number
}

/**
 * Generated requests, by correlation id (all requests of a visit) or by trace id, with what is true of them; where
 * something goes wrong in the run only those that it touched.
 */
export function generatedTraces(
  options: Omit<GenerateOptions, 'start'>,
  by: 'correlation_id' | 'trace_id',
  distortion: Distortion = {},
): KnownTrace[] {
  const parentOf = new Map<string, string>()
  const line = toLine(options)
  const touched = new Set<string>()
  const groups = new Map<string, {records: LogRecord[]; spanOf: Map<string, string>}>()
  let n = 0
  const events = generateEvents(
    {...options, start: Date.UTC(2026, 0, 1)},
    {
      onRequest(spans) {
        for (const {id, parentId} of spans) if (parentId !== undefined) parentOf.set(id, parentId)
      },
      onIncidents(incidents) {
        for (const {trace_ids} of incidents) for (const id of trace_ids) touched.add(id)
      },
    },
  )
  for (const event of events) {
    if (event.span === undefined) continue
    const envelope = {source: 'made', host: event.host, timezone: 'UTC', observed: '2026-01-01T00:00:00.000Z'}
    const record = toRecord(line(event), envelope, {source: 'made', offset: n++, crc: 0}, n)
    // Access logs have no room for ids.
    const key = record[by]
    if (key === undefined) continue
    let group = groups.get(key)
    if (!group) {
      group = {records: [], spanOf: new Map()}
      groups.set(key, group)
    }
    group.records.push(record)
    group.spanOf.set(record.id, event.span.id)
  }
  const random = new Random(`distortion ${options.seed}`)
  const chosen = [...groups].filter(
    ([, {records}]) => !options.incidents || records.some(({trace_id = ''}) => touched.has(trace_id)),
  )
  return chosen.map(([id, {records, spanOf}]) => ({
    id,
    records: distort(records, distortion, random),
    spanOf,
    parentOf,
  }))
}

export function distort(records: readonly LogRecord[], how: Distortion, random: Random): LogRecord[] {
  const offsets = new Map<string, number>()
  const kept = how.missing ? records.filter(() => !random.chance(how.missing as number)) : records
  return kept.map((record) => {
    const copy = {...record}
    for (const name of how.without ?? []) delete copy[name]
    if (how.skew) {
      const host = record.host ?? ''
      if (!offsets.has(host)) offsets.set(host, random.between(-how.skew * 1000, how.skew * 1000))
      const us = Math.round(Date.parse(`${record['@timestamp'].slice(0, 19)}Z`) * 1000)
      const fraction = Number(record['@timestamp'].slice(20, -1).padEnd(6, '0'))
      const moved = us + fraction + (offsets.get(host) as number)
      const whole = Math.floor(moved / 1e6)
      const rest = String(moved - whole * 1e6).padStart(6, '0')
      copy['@timestamp'] = `${new Date(whole * 1000).toISOString().slice(0, 19)}.${rest}Z`
    }
    return copy
  })
}
