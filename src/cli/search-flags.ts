import {Flags} from '@oclif/core'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {type FlagValue, SavedSearches, savedName} from '../lib/flows/saved-searches.js'
import {type Cursor, formatCursor, type Going, readCursor} from '../lib/flows/search-cursor.js'
import type {SearchOptions} from '../lib/flows/search-records.js'
import type {Context} from './context.js'
import {type Filter, type FilterValues, filterFlags, timeFlags, toFilter} from './filter-flags.js'
import type {RecordFlags} from './record-flags.js'

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
  file: Flags.string({
    description: 'Search these files instead of the store; may be repeated, - is stdin',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FILE',
  }),
  save: Flags.string({description: 'Keep this search, with its flags, as @NAME', helpValue: 'NAME'}),
}

export interface SearchFlags extends FilterValues, RecordFlags {
  limit?: string
  sort?: string
  cursor?: string
  'print-cursor'?: boolean
  file?: string[]
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
  cursorOf(going: Going): string
}

/** Flags that a saved search keeps. */
const KEPT = [
  'trace-id correlation-id request-id service level min-level since until timezone limit sort',
  'fields template wide',
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
  const typed = toFilter(text, flags, new Date())
  const about = [text?.trim() ?? '', ...ASKS.map((key) => flags[key] ?? null)]
  const cursor = flags.cursor === undefined ? undefined : readCursor(flags.cursor, about)
  const filter = cursor ? timesOf(typed, cursor) : typed
  const limit = toLimit(flags.limit, flags.file === undefined ? DEFAULT_LIMIT : Number.POSITIVE_INFINITY)
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
    cursorOf: (going) => formatCursor({...filter, going}, about),
  }
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

/** The times are those of when the search began, not of now. */
function timesOf({query}: Filter, {since, until}: Cursor): Filter {
  return {query, ...(since === undefined ? {} : {since}), ...(until === undefined ? {} : {until})}
}

/** A whole number over zero, or `all`. */
function toLimit(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (text === 'all') return Number.POSITIVE_INFINITY
  const limit = Number(text)
  if (Number.isSafeInteger(limit) && limit > 0) return limit
  throw new LogflowError('USAGE', `--limit takes a whole number over 0, or all, not ${JSON.stringify(text)}`)
}

/** The times that were asked for, as they were typed. */
export function spanText(flags: {since?: string; until?: string}): string | undefined {
  const parts = [flags.since && `since ${flags.since}`, flags.until && `until ${flags.until}`]
  return parts.filter(Boolean).join(' ') || undefined
}
