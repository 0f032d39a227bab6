import {openApp} from '../lib/compose.js'
import {explainNothing} from '../lib/flows/explain-nothing.js'
import {countUnits, searchUnits} from '../lib/flows/search-files.js'
import {type Answer, type SearchOptions, searchRecords} from '../lib/flows/search-records.js'
import type {NothingFound} from '../lib/query/nothing-found.js'
import type {Problem} from '../lib/sources/input.js'
import type {Store} from '../lib/store/store.js'
import type {Context} from './context.js'
import type {Filter} from './filter-flags.js'
import {openInputs} from './open-inputs.js'

/** What can be searched: the store, or plain files read here and now. */
export interface Searchable extends AsyncDisposable {
  search(options: SearchOptions, signal?: AbortSignal): Answer
  /** How many match. After a search of files it is known; before one they are read for it, once. */
  count(filter: Filter): Promise<number>
  explainNothing(filter: Filter): Promise<NothingFound>
  /** What could not be read, so that the answer may lack something. */
  problems(): readonly Problem[]
  /** The store, where that is searched. */
  store?: Store
}

/** @param timezone zone of times in files that name none */
export async function openSearchable(context: Context, files?: string[], timezone?: string): Promise<Searchable> {
  if (files) return filesSearchable(context, files, timezone)
  const app = openApp(context.config, context.talk.detail, context.talk.warn)
  const store = await app.store()
  return {
    search: (options, signal) => searchRecords((request, stop) => store.search(request, stop), options, signal),
    count: (filter) => store.count(filter),
    explainNothing: (filter) => explainNothing(store, filter),
    problems: () => [],
    store,
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}

async function filesSearchable(context: Context, files: string[], timezone?: string): Promise<Searchable> {
  const {sources, problems} = await openInputs(context, files, {timezone})
  let counts = {matching: 0, total: 0}
  return {
    search: (options) => searchRecords((request) => searchUnits(sources, request, counts), options),
    async count(filter) {
      if (counts.total === 0) counts = await countUnits(sources, filter)
      return counts.matching
    },
    explainNothing: async () => ({total: Math.max(counts.total, sources.progress().units), files: true}),
    problems: () => [...problems, ...sources.problems],
    async [Symbol.asyncDispose]() {},
  }
}
