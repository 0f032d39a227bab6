import {Flags} from '@oclif/core'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {buildQuery} from '../lib/query/build-query.js'
import {parseTime} from '../lib/query/parse-time.js'
import type {QueryNode} from '../lib/query/query.js'
import {compareTimes} from '../lib/record/order.js'
import {listFlag} from './global-flags.js'
import {toZone, zoneFlag} from './zone-flag.js'

const FILTER = 'FILTER'

/** Flags that narrow which records are meant, the same for every command that reads records. */
export const filterFlags = {
  'trace-id': Flags.string({description: 'Only records of this trace', helpGroup: FILTER, helpValue: 'ID'}),
  'correlation-id': Flags.string({description: 'Only with this correlation id', helpGroup: FILTER, helpValue: 'ID'}),
  'request-id': Flags.string({description: 'Only with this request id', helpGroup: FILTER, helpValue: 'ID'}),
  service: listFlag({
    char: 's',
    helpGroup: FILTER,
    description: 'Only of this service; several make any of them',
    helpValue: 'NAME',
  }),
  level: listFlag({
    char: 'l',
    helpGroup: FILTER,
    description: 'Only of this level; several make any of them',
    helpValue: 'LEVEL',
  }),
  'min-level': Flags.string({description: 'This level and above', helpGroup: FILTER, helpValue: 'LEVEL'}),
}

/** Flags that bound the event time. */
export const timeFlags = {
  since: Flags.string({
    description: 'From then on: 15m, "2 hours ago", yesterday, "monday 09:00", 14:30, 2026-11-21T09:41:07Z',
    helpGroup: FILTER,
    helpValue: 'TIME',
  }),
  until: Flags.string({description: 'Before then; the same forms', helpGroup: FILTER, helpValue: 'TIME'}),
  timezone: {...zoneFlag, helpGroup: FILTER},
}

/** The values of filterFlags and timeFlags. */
export interface FilterValues {
  'trace-id'?: string
  'correlation-id'?: string
  'request-id'?: string
  service?: string[]
  level?: string[]
  'min-level'?: string
  since?: string
  until?: string
  timezone?: string
}

export interface Filter {
  query: QueryNode
  since?: string
  until?: string
}

/** The filter that a query text and the flags make together. */
export function toFilter(text: string | undefined, flags: FilterValues, now: Date): Filter {
  const zone = toZone(flags.timezone)
  const query = buildQuery({
    text,
    now,
    zone,
    traceId: flags['trace-id'],
    correlationId: flags['correlation-id'],
    requestId: flags['request-id'],
    services: flags.service,
    levels: flags.level,
    minLevel: flags['min-level'],
  })
  const since = flags.since === undefined ? undefined : parseTime(flags.since, now, zone)
  const until = flags.until === undefined ? undefined : parseTime(flags.until, now, zone)
  if (since !== undefined && until !== undefined && compareTimes(since, until) > 0)
    throw new LogflowError(
      'USAGE',
      `--since ${flags.since} is later than --until ${flags.until}: nothing lies between`,
      {
        suggestions: ['Swap them'],
      },
    )
  return {query, ...(since === undefined ? {} : {since}), ...(until === undefined ? {} : {until})}
}

/** The query and the flags that narrow it, as they were typed. */
export function askedText(query: string | undefined, flags: FilterValues): string | undefined {
  const names = ['service', 'level', 'min-level', 'trace-id', 'correlation-id', 'request-id'] as const
  const parts = names.flatMap((name) => [flags[name] ?? []].flat().map((value) => `--${name} ${value}`))
  return [query, ...parts].filter(Boolean).join(' ') || undefined
}

/** The times that were asked for, as they were typed. */
export function spanText(flags: {since?: string; until?: string}): string | undefined {
  const parts = [flags.since && `since ${flags.since}`, flags.until && `until ${flags.until}`]
  return parts.filter(Boolean).join(' ') || undefined
}
