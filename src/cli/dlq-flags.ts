import {resolve} from 'node:path'
import {Flags} from '@oclif/core'
import {LogflowError} from '../lib/errors/logflow-error.js'
import type {LetterFilter} from '../lib/flows/dlq/choose.js'
import {parseTime} from '../lib/query/parse-time.js'
import {compareTimes} from '../lib/record/order.js'
import {busFlags, globalFlags, listFlag} from './global-flags.js'

const FILTER = 'FILTER'

/** Flags of every command that looks at dead letters. */
export const dlqFlags = {
  topic: Flags.string({description: 'Topic whose dead letters are meant', helpValue: 'NAME'}),
  ...busFlags,
  ...globalFlags,
}

/** Flags that narrow which dead letters are meant; all that are given must fit. */
export const letterFilterFlags = {
  reason: Flags.string({
    description: 'Only with this text in the reason, in any case',
    helpGroup: FILTER,
    helpValue: 'TEXT',
  }),
  status: Flags.integer({description: 'Only refused with this status', helpGroup: FILTER, helpValue: 'N'}),
  service: listFlag({
    char: 's',
    description: 'Only of this service; several make any of them',
    helpGroup: FILTER,
    helpValue: 'NAME',
  }),
  file: listFlag({description: 'Only from this file; may be repeated', helpGroup: FILTER, helpValue: 'PATH'}),
  source: listFlag({description: 'Only of this source id; may be repeated', helpGroup: FILTER, helpValue: 'ID'}),
  since: Flags.string({
    description: 'Only refused from then on: 15m, 2h, yesterday, 2026-11-21T09:41:07Z',
    helpGroup: FILTER,
    helpValue: 'TIME',
  }),
  until: Flags.string({description: 'Only refused before then; the same forms', helpGroup: FILTER, helpValue: 'TIME'}),
}

export interface LetterFilterValues {
  reason?: string
  status?: number
  service?: string[]
  file?: string[]
  source?: string[]
  since?: string
  until?: string
}

export function toLetterFilter(ids: string[] | undefined, flags: LetterFilterValues, now: Date): LetterFilter {
  const since = flags.since === undefined ? undefined : parseTime(flags.since, now)
  const until = flags.until === undefined ? undefined : parseTime(flags.until, now)
  if (since !== undefined && until !== undefined && compareTimes(since, until) > 0) {
    const message = `--since ${flags.since} is later than --until ${flags.until}: nothing lies between`
    throw new LogflowError('USAGE', message, {suggestions: ['Swap them']})
  }
  if (ids?.includes('')) throw new LogflowError('USAGE', 'an id is empty', {suggestions: ['logflow dlq list']})
  const {reason, status, service: services, source: sources} = flags
  const files = flags.file?.map((path) => resolve(path))
  const given = Object.entries({ids, reason, status, services, sources, files, since, until})
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

/** Refuses a change that names no letters: all of them must be said. */
export function checkChosen(filter: LetterFilter, all: boolean | undefined, verb: string): void {
  const named = Object.keys(filter).length > 0
  if (named && all) {
    throw new LogflowError('USAGE', '--all takes no ids and no filters', {suggestions: ['Leave --all out']})
  }
  if (named || all) return
  throw new LogflowError('USAGE', `which dead letters? Give ids, a filter, or --all`, {
    suggestions: ['logflow dlq list', `logflow dlq ${verb} --all`],
  })
}
