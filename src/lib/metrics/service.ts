import {
  changeOf,
  DURATION_PERCENTILES,
  type DurationFigures,
  durationFigures,
  type Figures,
  figuresOf,
  NOTHING,
  type PeriodFigures,
  periodFigures,
} from './figures.js'
import {HEALTH_RULE, type Health, healthOf} from './health.js'
import type {Measurement} from './measurement.js'
import {type FoldedMessages, foldMessages, MOST_MESSAGES} from './messages.js'
import {errorsOf, type LevelLine, levelLines} from './overview.js'
import {STRETCH_PERCENTILES, type Stretch, seriesOf} from './series.js'

/** What `metrics service` tells of one service; JSON as it is printed. */
export interface ServiceFigures extends PeriodFigures, FoldedMessages {
  service: string
  health: Health
  health_rule: string
  durations?: DurationFigures
  before?: Figures & {since: string; until: string; records_change?: number; durations?: DurationFigures}
  levels: LevelLine[]
  hosts_count: number
  /** Those with the most records; `null` are the records without a host. */
  hosts: HostLine[]
  series: Stretch[]
}

export interface HostLine extends Figures {
  host: string | null
}

export interface ServiceOptions {
  service: string
  hosts: number
  errors: number
}

/** Of a filter that asks for the service already. */
export function serviceFigures(options: ServiceOptions): Measurement<ServiceFigures> {
  return {
    questions: ({filter, before, every}) => [
      {...filter, percentiles: DURATION_PERCENTILES, times: true},
      {...filter, by: 'level'},
      {...filter, by: 'host'},
      {...filter, every, percentiles: STRETCH_PERCENTILES},
      {...filter, query: errorsOf(filter.query), by: 'message', top: MOST_MESSAGES, bounded: true},
      ...(before
        ? ([
            {...before, percentiles: DURATION_PERCENTILES},
            {...before, by: 'level'},
          ] as const)
        : []),
    ],
    result(groups, {period, before, every}) {
      const [whole = [], levels = [], hosts = [], series = [], messages = [], earlier, levelsBefore] = groups
      const all = whole[0] ?? NOTHING
      const was = earlier?.[0]
      const durations = durationFigures(all.durations)
      return {
        service: options.service,
        ...periodFigures(all, {period, every}),
        health: healthOf(figuresOf(all), was && figuresOf(was)),
        health_rule: HEALTH_RULE,
        ...(durations ? {durations} : {}),
        ...(before && was ? {before: {since: before.since, until: before.until, ...earlierOf(all.count, was)}} : {}),
        levels: levelLines(levels, all.count, levelsBefore),
        ...foldMessages(messages, all.errors, options.errors),
        hosts_count: hosts.filter(({key}) => key !== undefined).length,
        hosts: hosts.slice(0, options.hosts).map((group) => ({host: group.key ?? null, ...figuresOf(group)})),
        series: seriesOf(series, period, every),
      }
    },
  }
}

function earlierOf(
  now: number,
  was: Parameters<typeof figuresOf>[0] & {durations?: Parameters<typeof durationFigures>[0]},
) {
  const change = changeOf(now, was.count)
  const durations = durationFigures(was.durations)
  return {
    ...figuresOf(was),
    ...(change === undefined ? {} : {records_change: change}),
    ...(durations ? {durations} : {}),
  }
}
