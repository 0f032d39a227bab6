import {Flags} from '@oclif/core'
import {LogflowError} from '../lib/errors/logflow-error.js'
import type {ContextBy, ContextOptions} from '../lib/flows/record-context.js'
import {type FlagValue, SavedSearches, savedName} from '../lib/flows/saved-searches.js'
import {formatCursor, type Going, readCursor} from '../lib/flows/search-cursor.js'
import type {SearchOptions} from '../lib/flows/search-records.js'
import {parseSpan} from '../lib/query/parse-time.js'
import type {Context} from './context.js'
import {type Filter, type FilterValues, filterFlags, timeFlags, toFilter} from './filter-flags.js'
import {listFlag} from './global-flags.js'
import {checkRecordFlags, type RecordFlags} from './record-flags.js'
import type {FilesToSearch} from './searchable.js'

const CONTEXT = 'CONTEXT'
const DEFAULT_LIMIT = 100

/** What to look for, and how much of it to give. */
export const searchFlags = {
  ...filterFlags,
  ...timeFlags,
  limit: Flags.string({
    char: 'n',
    description: `At most this many, the newest; all for no limit. ${DEFAULT_LIMIT} unless given, with --file all`,
    helpValue: 'N',
  }),
  sort: Flags.string({description: 'What comes first; oldest unless given', options: ['oldest', 'newest']}),
  cursor: Flags.string({description: 'Go on after the last record of an earlier answer', helpValue: 'TOKEN'}),
  'print-cursor': Flags.boolean({description: 'Where there is more, print "cursor: TOKEN" on stderr, also in a pipe'}),
  file: listFlag({
    description: 'Search these files instead of the store; may be repeated, - is stdin',
    helpValue: 'FILE',
  }),
  context: countFlag(
    'C',
    'Show so many records before and after each match, as grep does; of the same file, or service and host',
  ),
  'before-context': countFlag('B', 'So many before each match'),
  'after-context': countFlag('A', 'So many after each match'),
  'context-by': Flags.string({
    description: 'What stands around a match: records of the same source, service or host',
    options: ['source', 'service', 'host'],
    helpGroup: CONTEXT,
    helpValue: 'WHAT',
  }),
  around: Flags.string({
    description: 'Everything logged around the record with this id, narrowed by the query and filters',
    helpGroup: CONTEXT,
    helpValue: 'ID',
    exclusive: ['context', 'before-context', 'after-context', 'cursor', 'count', 'since', 'until'],
  }),
  window: Flags.string({
    description: 'How far around before and after; 30s unless given',
    helpGroup: CONTEXT,
    helpValue: 'SPAN',
    dependsOn: ['around'],
  }),
  save: Flags.string({description: 'Keep this search, with its flags, as @NAME', helpValue: 'NAME'}),
}

function countFlag(char: 'A' | 'B' | 'C', description: string) {
  return Flags.integer({char, description, min: 0, helpGroup: CONTEXT, helpValue: 'N'})
}

export interface SearchFlags extends FilterValues, RecordFlags {
  limit?: string
  sort?: string
  cursor?: string
  'print-cursor'?: boolean
  file?: string[]
  context?: number
  'before-context'?: number
  'after-context'?: number
  'context-by'?: string
  around?: string
  window?: string
  save?: string
}

/** A search as it is asked: what was typed, and what that means. */
export interface Asked {
  text?: string
  flags: SearchFlags
  filter: Filter
  options: SearchOptions
  /** The limit was not given: that there is more is worth saying. */
  cutUnasked: boolean
  /** Records stand around those that match. */
  context?: Omit<ContextOptions, 'filter' | 'sort'>
  around?: {id: string; windowMs: number; by?: ContextBy}
  cursorOf(going: Going): string
}

/** The files that are searched instead of the store. */
export function filesOf({flags, context, around}: Asked): FilesToSearch | undefined {
  const {file: files, timezone} = flags
  return files && {files, timezone, held: context !== undefined || around !== undefined}
}

/** Flags that a saved search keeps. */
const KEPT = [
  'trace-id correlation-id request-id service level min-level since until timezone limit sort',
  'fields template wide context before-context after-context context-by',
].flatMap((names) => names.split(' '))

/** Reads the query and the flags, those of a saved search among them; saves them where that is asked. */
export async function toAsked(context: Context, query: string | undefined, typed: SearchFlags): Promise<Asked> {
  const saved = new SavedSearches(context.config.dataDir)
  const name = savedName(query)
  const kept = name === undefined ? undefined : await saved.read(name)
  const text = name === undefined ? query : kept?.query
  const flags = {...kept?.flags, ...typed} as SearchFlags
  const asked = askedFor(text, flags)
  if (flags.save !== undefined) {
    const given = Object.entries(flags).filter(([key, value]) => KEPT.includes(key) && value !== undefined)
    const search = {...(text === undefined ? {} : {query: text}), flags: Object.fromEntries(given)}
    const again = await saved.save(flags.save, search as {flags: Record<string, FlagValue>})
    context.talk.note(`saved as @${flags.save}${again ? ', in place of what was there' : ''}`)
  }
  return asked
}

function askedFor(text: string | undefined, flags: SearchFlags): Asked {
  checkRecordFlags(flags)
  const about = [text?.trim() ?? '', ...ASKS.map((key) => flags[key] ?? null)]
  const cursor = flags.cursor === undefined ? undefined : readCursor(flags.cursor, about)
  const began = cursor ? new Date(cursor.beganMs) : new Date()
  const filter = toFilter(text, flags, began)
  const all = flags.file !== undefined || flags.around !== undefined
  const limit = toLimit(flags.limit, all ? Number.POSITIVE_INFINITY : DEFAULT_LIMIT)
  const sort = flags.sort === 'newest' ? 'newest' : 'oldest'
  if (cursor && limit === Number.POSITIVE_INFINITY && cursor.going.order !== sort)
    throw new LogflowError('USAGE', `all records after this cursor come ${cursor.going.order} first`, {
      suggestions: [`Add --sort ${cursor.going.order}, or a --limit`],
    })
  return {
    text,
    flags,
    filter,
    options: {...filter, limit, sort, ...(cursor ? {going: cursor.going} : {})},
    cutUnasked: flags.limit === undefined,
    ...contextOf(flags),
    cursorOf: (going) => formatCursor({going, beganMs: began.getTime()}, about),
  }
}

function contextOf(flags: SearchFlags): Pick<Asked, 'context' | 'around'> {
  const by = flags['context-by'] as ContextBy | undefined
  const before = flags['before-context'] ?? flags.context ?? 0
  const after = flags['after-context'] ?? flags.context ?? 0
  if (flags.around !== undefined) {
    const windowMs = parseSpan(flags.window ?? '30s')
    if (windowMs === undefined)
      throw new LogflowError('USAGE', `--window ${JSON.stringify(flags.window)} is no length of time`, {
        suggestions: ['Write it as 30s, 5m or 1h'],
      })
    return {around: {id: flags.around, windowMs, by}}
  }
  if (before + after > 0) return {context: {before, after, by}}
  if (by === undefined) return {}
  throw new LogflowError('USAGE', '--context-by goes with --context or --around')
}

/** What makes two searches ask for different records. */
const ASKS = [
  'trace-id',
  'correlation-id',
  'request-id',
  'service',
  'level',
  'min-level',
  'since',
  'until',
  'timezone',
  'file',
] as const

/** A whole number over zero, or `all`. */
export function toLimit(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (text === 'all') return Number.POSITIVE_INFINITY
  const limit = Number(text)
  if (Number.isSafeInteger(limit) && limit > 0) return limit
  throw new LogflowError('USAGE', `--limit takes a whole number over 0, or all, not ${JSON.stringify(text)}`)
}
