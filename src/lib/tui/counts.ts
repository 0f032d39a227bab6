// What the panes beside the stream count: records and errors by stretches of time, as a whole and by service.

import {ERROR_LEVELS} from '../record/level.js'
import type {LogRecord} from '../record/record.js'

/** Stretches that are kept, the newest last. */
export const STRETCHES = 60
/** Services told apart; of more the rest is not shown. */
const MOST_SERVICES = 200

export interface Stretch {
  records: number
  errors: number
}

export interface ServiceCount extends Stretch {
  name: string
  /** By stretch, aligned with those of the whole. */
  trend: readonly Stretch[]
}

export interface Counts {
  /** Length of a stretch, ms. */
  everyMs: number
  /** Number of the newest stretch since 1970. */
  newest: number
  whole: readonly Stretch[]
  services: ReadonlyMap<string, readonly Stretch[]>
}

export function noCounts(everyMs: number): Counts {
  return {everyMs, newest: Number.NEGATIVE_INFINITY, whole: [], services: new Map()}
}

/** The counts with more records, by their event time; those too old for any stretch are left out. */
export function count(counts: Counts, records: readonly LogRecord[]): Counts {
  if (records.length === 0) return counts
  const times = records.map((record) => Math.floor(Date.parse(record['@timestamp']) / counts.everyMs))
  let newest = counts.newest
  for (const time of times) if (time > newest) newest = time
  const shift = Number.isFinite(counts.newest) ? newest - counts.newest : STRETCHES
  const whole = shifted(counts.whole, shift)
  const services = new Map<string, Stretch[]>()
  for (const [name, trend] of counts.services) {
    const moved = shifted(trend, shift)
    if (moved.some(({records: some}) => some > 0)) services.set(name, moved)
  }
  for (const [index, record] of records.entries()) {
    const place = STRETCHES - 1 - (newest - (times[index] as number))
    if (!(place >= 0)) continue
    const failed = record.level !== undefined && ERROR_LEVELS.includes(record.level)
    add(whole, place, failed)
    const name = record.service
    if (name === undefined) continue
    let trend = services.get(name)
    if (!trend && services.size < MOST_SERVICES) {
      trend = shifted([], 0)
      services.set(name, trend)
    }
    if (trend) add(trend, place, failed)
  }
  return {everyMs: counts.everyMs, newest, whole, services}
}

/** Services, those with the most errors first, then the busiest. */
export function byService({services}: Counts): ServiceCount[] {
  return [...services]
    .map(([name, trend]) => ({name, trend, ...sum(trend)}))
    .sort((a, b) => b.errors - a.errors || b.records - a.records || (a.name < b.name ? -1 : 1))
}

export function sum(stretches: readonly Stretch[]): Stretch {
  const total = {records: 0, errors: 0}
  for (const {records, errors} of stretches) {
    total.records += records
    total.errors += errors
  }
  return total
}

function add(stretches: Stretch[], place: number, failed: boolean): void {
  const before = stretches[place] as Stretch
  stretches[place] = {records: before.records + 1, errors: before.errors + (failed ? 1 : 0)}
}

/** As many stretches as are kept, moved to the past; a copy. */
function shifted(stretches: readonly Stretch[], by: number): Stretch[] {
  const kept = by >= STRETCHES ? [] : stretches.slice(by)
  const blank = () => ({records: 0, errors: 0})
  const head = stretches.length === 0 ? Array.from({length: STRETCHES - kept.length}, blank) : []
  const moved = [...head, ...kept]
  while (moved.length < STRETCHES) moved.push(blank())
  return moved
}
