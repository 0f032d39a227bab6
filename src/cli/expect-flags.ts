import {readFile} from 'node:fs/promises'
import {Flags} from '@oclif/core'
import {readExpectations, type WrittenExpectation} from '../lib/config/read-expectations.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {AT_LEAST_ONE, type CountRange, NONE, parseCount} from '../lib/flows/expect/count-range.js'
import {tellFileError} from '../lib/flows/text-file.js'
import type {Context} from './context.js'
import {toMs} from './duration-flag.js'
import {type Filter, type FilterValues, filterFlags, timeFlags, toFilter} from './filter-flags.js'
import {listFlag} from './global-flags.js'

export const expectFlags = {
  ...filterFlags,
  ...timeFlags,
  within: Flags.string({
    description:
      'How long it may take to come, or must stay away; 0s unless given, with --file until the end of the input',
    helpValue: 'DURATION',
  }),
  count: Flags.string({description: `How many must match: 3, '>=1', '<5', 2..4; '>=1' unless given`, helpValue: 'N'}),
  none: Flags.boolean({description: 'Nothing may match, for all of --within', exclusive: ['count']}),
  'since-mark': Flags.string({
    description: 'Only what was handed over after logflow mark NAME',
    helpValue: 'NAME',
    exclusive: ['file'],
  }),
  from: Flags.string({
    description: 'Read expectations from this YAML file: a list of query, within, count, none, trace_id, …',
    helpValue: 'FILE',
  }),
  truth: Flags.string({
    description:
      'What generate --truth wrote: of each incident the record that caused it, and all records of the traces it touched',
    helpValue: 'FILE',
    exclusive: ['from', 'file', 'count', 'none', 'since-mark'],
  }),
  file: listFlag({
    description: 'Look at these files instead of the store; may be repeated, - is stdin',
    helpValue: 'FILE',
  }),
  'catch-up': Flags.string({
    description: 'Wait at most so long for a pipeline that has not caught up at the end; 30s unless given',
    helpValue: 'DURATION',
  }),
  junit: Flags.string({description: 'Write a JUnit XML report into this file', helpValue: 'FILE'}),
  github: Flags.boolean({description: 'Print annotations for GitHub Actions on stderr'}),
}

export interface ExpectFlags extends FilterValues {
  within?: string
  count?: string
  none?: boolean
  'since-mark'?: string
  from?: string
  truth?: string
  file?: string[]
  'catch-up'?: string
  junit?: string
  github?: boolean
}

/** An expectation as it was asked for; the mark is looked up when the bus is open. */
export interface Planned {
  name: string
  filter: Filter
  count: CountRange
  /** Absent: at once, or until the end of the input. */
  withinMs?: number
  sinceMark?: string
}

/** What the arguments ask for: one expectation, or those of a file. Throws USAGE, BAD_QUERY, BAD_CONFIG. */
export async function toExpectations(
  context: Context,
  query: string | undefined,
  flags: ExpectFlags,
): Promise<Planned[]> {
  const now = new Date()
  if (flags.from === undefined) return [planned(query, flags, now)]
  if (query !== undefined || flags.count !== undefined || flags.none)
    throw new LogflowError('USAGE', '--from takes its queries and counts from the file', {
      suggestions: ['Leave QUERY, --count and --none out'],
    })
  const written = await readExpectations(flags.from, await textOf(flags.from))
  context.talk.detail(`${written.length} expectations in ${flags.from}`)
  return written.map((one) => plannedFrom(one, flags, now))
}

function planned(query: string | undefined, flags: ExpectFlags, now: Date): Planned {
  const named = [query, ...idsOf(flags), ...(flags.service ?? []), ...(flags.level ?? []), flags['min-level']]
  const name = named.filter(Boolean).join(' ')
  if (name === '')
    throw new LogflowError('USAGE', 'nothing is expected', {
      suggestions: [
        `logflow expect 'service:checkout "order placed"' --within 30s`,
        'Read them from a file: --from FILE, or --truth FILE',
      ],
    })
  const count = flags.none ? NONE : flags.count === undefined ? AT_LEAST_ONE : parseCount(flags.count)
  return {
    name: flags.none ? `no ${name}` : name,
    filter: toFilter(query, flags, now),
    count,
    ...(flags.within === undefined ? {} : {withinMs: toMs('--within', flags.within)}),
    ...(flags['since-mark'] === undefined ? {} : {sinceMark: flags['since-mark']}),
  }
}

/** Flags of the command hold for all of the file, where it does not say otherwise. */
function plannedFrom({where, name, query, ...said}: WrittenExpectation, flags: ExpectFlags, now: Date): Planned {
  const given = Object.entries(said).map(([key, value]) => [key.replace('_', '-'), value])
  try {
    const one = planned(query, {...flags, ...Object.fromEntries(given)}, now)
    if (one.sinceMark !== undefined && flags.file)
      throw new LogflowError('USAGE', 'since_mark is of the bus, and --file has none')
    return {...one, ...(name === undefined ? {} : {name})}
  } catch (error) {
    if (!(error instanceof LogflowError)) throw error
    throw new LogflowError('BAD_CONFIG', `${where}: ${error.message}`, {cause: error, suggestions: error.suggestions})
  }
}

function idsOf(flags: ExpectFlags): Array<string | undefined> {
  return [flags['trace-id'], flags['correlation-id'], flags['request-id']]
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw tellFileError('read', path, error)
  }
}
