import type {QueryNode} from '../query/query.js'
import {ERROR_LEVELS, LEVELS, type Level} from '../record/level.js'
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
import {HEALTH_RULE, HEALTH_STATES, type Health, healthOf} from './health.js'
import type {Measured, Measurement} from './measurement.js'
import {type FoldedMessages, foldMessages, MOST_MESSAGES} from './messages.js'
import {compareGroups, type Group} from './question.js'
import {countsOf, type Stretch, seriesOf} from './series.js'

/** What `metrics overview` tells; JSON as it is printed. */
export interface Overview extends PeriodFigures, FoldedMessages {
  durations?: DurationFigures
  before?: Before
  /** Worst first; `null` are the records without a level. */
  levels: LevelLine[]
  /** Services with records. */
  services_count: number
  /** Those in need of a look first, then those with the most records; `null` are the records without a service. */
  services: ServiceLine[]
  health_rule: string
  series: Stretch[]
}

/** The period before. */
export interface Before extends Figures {
  since: string
  until: string
  /** How much the records differ from it, as a part of it. */
  records_change?: number
}

export interface LevelLine {
  level: Level | null
  records: number
  /** Part of all records. */
  share: number
  records_before?: number
}

export interface ServiceLine extends Figures {
  service: string | null
  p95_duration_ms?: number
  health: Health
  /** Records in each stretch of `series`; of the 100 services with the most records. */
  trend?: number[]
  before?: Figures
}

export interface OverviewOptions {
  /** Services that are told. */
  services: number
  /** Kinds of messages of errors that are told. */
  errors: number
}

/** Services whose trend is told. */
const MOST_TRENDS = 100

export function overview(options: OverviewOptions): Measurement<Overview> {
  return {
    questions: ({filter, before, every}) => [
      {...filter, percentiles: DURATION_PERCENTILES, times: true},
      {...filter, by: 'level'},
      {...filter, by: 'service', percentiles: [95]},
      {...filter, by: 'service', every, top: MOST_TRENDS},
      {...filter, every},
      {...filter, query: errorsOf(filter.query), by: 'message', top: MOST_MESSAGES, bounded: true},
      ...(before
        ? ([
            {...before, by: 'service'},
            {...before, by: 'level'},
          ] as const)
        : []),
    ],
    result(groups, measured) {
      const [whole = [], levels = [], services = [], trends = [], series = [], messages = [], ...before] = groups
      const {period, every} = measured
      const all = whole[0] ?? NOTHING
      const durations = durationFigures(all.durations)
      const lines = serviceLines(services, trends, before[0], measured)
      return {
        ...periodFigures(all, {period, every}),
        ...(durations ? {durations} : {}),
        ...(measured.before && before[0] ? {before: beforeOf(all, before[0], measured)} : {}),
        levels: levelLines(levels, all.count, before[1]),
        services_count: services.filter(({key}) => key !== undefined).length,
        services: lines.slice(0, options.services),
        health_rule: HEALTH_RULE,
        ...foldMessages(messages, all.errors, options.errors),
        series: seriesOf(series, period, every),
      }
    },
  }
}

/** The same query, and an error. */
export function errorsOf(query: QueryNode): QueryNode {
  const errors: QueryNode = {kind: 'level', levels: [...ERROR_LEVELS]}
  return query.kind === 'all' ? errors : {kind: 'and', nodes: [query, errors]}
}

/** @param services the groups of the period before */
function beforeOf(all: Group, services: Group[], {before}: Measured): Before {
  const count = services.reduce((sum, group) => sum + group.count, 0)
  const errors = services.reduce((sum, group) => sum + group.errors, 0)
  const change = changeOf(all.count, count)
  return {
    since: before?.since as string,
    until: before?.until as string,
    ...figuresOf({count, errors}),
    ...(change === undefined ? {} : {records_change: change}),
  }
}

/** Worst first, those without a level last. */
export function levelLines(groups: readonly Group[], all: number, before?: readonly Group[]): LevelLine[] {
  const line = (key: Level | undefined): LevelLine[] => {
    const count = groups.find((group) => group.key === key)?.count ?? 0
    const was = before?.find((group) => group.key === key)?.count ?? 0
    if (count === 0 && was === 0) return []
    return [
      {level: key ?? null, records: count, share: all ? count / all : 0, ...(before ? {records_before: was} : {})},
    ]
  }
  return [...[...LEVELS].reverse(), undefined].flatMap(line)
}

function serviceLines(
  services: readonly Group[],
  trends: readonly Group[],
  before: readonly Group[] | undefined,
  {period, every}: Measured,
): ServiceLine[] {
  const was = new Map(before?.map((group) => [group.key, group]))
  const stretches = new Map<string | undefined, Group[]>()
  for (const group of trends) stretches.set(group.key, [...(stretches.get(group.key) ?? []), group])
  // A service that says nothing any more is told, too.
  const known = new Set(services.map(({key}) => key))
  const silent = (before ?? []).filter(({key}) => !known.has(key)).map(({key}) => ({...NOTHING, key}))
  const lines = [...services, ...silent].map((group) => {
    const figures = figuresOf(group)
    const earlier = before && figuresOf(was.get(group.key) ?? NOTHING)
    const p95 = group.durations?.percentiles[0]
    const trend = stretches.get(group.key)
    const line: ServiceLine = {
      service: group.key ?? null,
      ...figures,
      ...(p95 === undefined ? {} : {p95_duration_ms: p95}),
      health: healthOf(figures, earlier),
      ...(trend ? {trend: countsOf(trend, period, every)} : {}),
      ...(earlier ? {before: earlier} : {}),
    }
    return {line, group, rank: rankOf(line)}
  })
  // Of the services that are gone only those are told that were there enough to be missed.
  return lines
    .filter(({line}) => line.records > 0 || line.health.state === 'quiet')
    .sort((a, b) => a.rank - b.rank || compareGroups(a.group, b.group))
    .map(({line}) => line)
}

/** Too few records are no reason to come before the healthy. */
function rankOf({health}: ServiceLine): number {
  return health.state === 'unknown' ? HEALTH_STATES.indexOf('healthy') : HEALTH_STATES.indexOf(health.state)
}
