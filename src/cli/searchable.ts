import {openApp} from '../lib/compose.js'
import {explainNothing} from '../lib/flows/explain-nothing.js'
import {HeldRecords} from '../lib/flows/held-records.js'
import {countUnits, matchingUnits, searchUnits} from '../lib/flows/search-files.js'
import type {AskRecords} from '../lib/flows/search-records.js'
import type {NothingFound} from '../lib/query/nothing-found.js'
import type {LogRecord} from '../lib/record/record.js'
import type {Problem} from '../lib/sources/input.js'
import type {RecordText, Store} from '../lib/store/store.js'
import type {Context} from './context.js'
import type {Filter} from './filter-flags.js'
import {openInputs} from './open-inputs.js'

/** What can be searched: the store, or plain files read here and now. */
export interface Searchable extends AsyncDisposable {
  /** Records in one order; of files that are not held only once. */
  ask: AskRecords
  get(id: string): Promise<LogRecord | undefined>
  /** What every record that matches says, in no order and constant memory; files are read once. */
  texts(filter: Filter, signal?: AbortSignal): AsyncIterable<RecordText[]>
  /** How many match. After a search of files it is known; before one they are read for it, once. */
  count(filter: Filter): Promise<number>
  explainNothing(filter: Filter): Promise<NothingFound>
  /** What could not be read, so that the answer may lack something. */
  problems(): readonly Problem[]
  /** The store, where that is searched. */
  store?: Store
}

export interface FilesToSearch {
  files: string[]
  /** Zone of times that name none. */
  timezone?: string
  /** They are asked more than once: all their records are kept in memory. */
  held: boolean
}

export async function openSearchable(context: Context, named?: FilesToSearch): Promise<Searchable> {
  if (named) return filesSearchable(context, named)
  const app = openApp(context.config, context.talk.detail, context.talk.warn)
  const store = await app.store()
  return {
    ask: (request, signal) => store.search(request, signal),
    get: (id) => store.get(id),
    texts: (filter, signal) =>
      store.texts?.(filter, signal) ??
      store.search({...filter, order: 'oldest', limit: Number.POSITIVE_INFINITY}, signal),
    count: (filter) => store.count(filter),
    explainNothing: (filter) => explainNothing(store, filter),
    problems: () => [],
    store,
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}

async function filesSearchable(context: Context, {files, timezone, held}: FilesToSearch): Promise<Searchable> {
  const {sources, problems} = await openInputs(context, files, {timezone})
  const records = held ? await HeldRecords.of(sources) : undefined
  let counts = {matching: 0, total: 0}
  return {
    ask: (request) => records?.ask(request) ?? searchUnits(sources, request, counts),
    get: async (id) => records?.get(id),
    texts: (filter) => matchingUnits(sources, filter, counts),
    async count(filter) {
      if (records) return records.count(filter)
      if (counts.total === 0) counts = await countUnits(sources, filter)
      return counts.matching
    },
    explainNothing: async () => ({total: Math.max(counts.total, sources.progress().units), files: true}),
    problems: () => [...problems, ...sources.problems],
    async [Symbol.asyncDispose]() {},
  }
}
