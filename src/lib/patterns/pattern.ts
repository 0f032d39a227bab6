import {LEVELS, type Level} from '../record/level.js'
import type {Template} from './miner.js'
import type {PatternStats} from './pattern-stats.js'
import type {TimeAxis} from './trend.js'

/** Messages of one kind, as rows of output have them. */
export interface Pattern {
  /** Made of the template's text alone. */
  id: string
  count: number
  /** Of all records looked at, 0 to 1. */
  share: number
  /** The message with `<*>` for its values. */
  template: string
  first_seen: string
  last_seen: string
  /** Records by level, lowest first; those without a level are left out. */
  levels: Partial<Record<Level, number>>
  /** Records by service, most first. */
  services: Record<string, number>
  /** Records of services beyond the hundred that are counted one by one. */
  other_services?: number
  /** The first message of it that was read. */
  example: string
  /** Counts of stretches of time, the same stretches for all patterns. */
  trend: {start: string; interval_ms: number; counts: number[]}
}

/** @param all records that were looked at */
export function toPattern(
  {id, text, count, example, stats}: Template<PatternStats>,
  all: number,
  axis: TimeAxis,
): Pattern {
  const levels = LEVELS.flatMap((level) => (stats.levels.has(level) ? [[level, stats.levels.get(level)] as const] : []))
  const services = [...stats.services].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return {
    id,
    count,
    share: count / all,
    template: text,
    first_seen: stats.first,
    last_seen: stats.last,
    levels: Object.fromEntries(levels),
    services: Object.fromEntries(services),
    ...(stats.otherServices > 0 ? {other_services: stats.otherServices} : {}),
    example,
    trend: {
      start: new Date(axis.start).toISOString(),
      interval_ms: axis.interval,
      counts: stats.trend.countsOver(axis),
    },
  }
}
