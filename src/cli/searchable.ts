import {openApp} from '../lib/compose.js'
import {explainNothing} from '../lib/flows/explain-nothing.js'
import {countUnits, searchUnits} from '../lib/flows/search-files.js'
import {type SearchOptions, searchRecords} from '../lib/flows/search-records.js'
import type {NothingFound} from '../lib/query/nothing-found.js'
import type {LogRecord} from '../lib/record/record.js'
import type {Problem} from '../lib/sources/input.js'
import type {Context} from './context.js'
import type {Filter} from './filter-flags.js'
import {openInputs} from './open-inputs.js'

/** What can be searched: the store, or plain files read here and now. */
export interface Searchable extends AsyncDisposable {
  search(options: SearchOptions, signal?: AbortSignal): AsyncIterable<LogRecord[]>
  count(filter: Filter): Promise<number>
  explainNothing(filter: Filter): Promise<NothingFound>
  /** What could not be read, so that the answer may lack something. */
  problems(): readonly Problem[]
}

export async function openSearchable(context: Context, files: string[] | undefined): Promise<Searchable> {
  if (files) return filesSearchable(context, files)
  const app = openApp(context.config, context.talk.detail, context.talk.warn)
  const store = await app.store()
  return {
    search: (options, signal) => searchRecords(store, options, signal),
    count: (filter) => store.count(filter),
    explainNothing: (filter) => explainNothing(store, filter),
    problems: () => [],
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}

async function filesSearchable(context: Context, files: string[]): Promise<Searchable> {
  const {sources, problems} = await openInputs(context, files, {})
  let seen = {matching: 0, total: 0}
  return {
    search: (options) => searchUnits(sources, options),
    async count(filter) {
      seen = await countUnits(sources, filter)
      return seen.matching
    },
    explainNothing: async () => ({total: Math.max(seen.total, sources.progress().units), files: true}),
    problems: () => [...problems, ...sources.problems],
    async [Symbol.asyncDispose]() {},
  }
}
