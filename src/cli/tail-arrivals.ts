import {type App, openApp} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {explainNothing} from '../lib/flows/explain-nothing.js'
import {RecentIds} from '../lib/flows/recent-ids.js'
import type {Arrivals} from '../lib/flows/tail-arrivals.js'
import {BusArrivals} from '../lib/flows/tail-bus.js'
import {REMEMBERED_IDS} from '../lib/flows/tail-records.js'
import {StoreArrivals} from '../lib/flows/tail-store.js'
import type {NothingFound} from '../lib/query/nothing-found.js'
import type {RecordFilter} from '../lib/store/store.js'
import type {Context} from './context.js'
import {followedFiles} from './tail-files.js'

export interface TailChoice {
  /** Absent: the bus where it is Kafka and can be read, else the store. */
  by?: 'bus' | 'store'
  /** Followed instead of both. */
  files?: string[]
  /** Zone of times in files that name none. */
  timezone?: string
  filter: RecordFilter
  wait: boolean
  follow: boolean
  /** Nothing of what is there already is wanted. */
  fromEnd: boolean
}

/** What a tail follows, and what can be said of it. */
export interface Tailed extends AsyncDisposable {
  arrivals: Arrivals
  explainNothing(): Promise<NothingFound>
  /** Throws what was wrong with a part of it, once the tail has ended. */
  check(): void
}

export async function openTailed(context: Context, choice: TailChoice): Promise<Tailed> {
  const {files, filter} = choice
  if (files) {
    const followed = await followedFiles(context, {...choice, files})
    return {
      arrivals: followed.arrivals,
      explainNothing: async () => ({total: followed.arrivals.seen, files: true}),
      check: () => followed.check(),
      [Symbol.asyncDispose]: () => followed.close(),
    }
  }
  const app = openApp(context.config, context.talk.detail, context.talk.warn)
  try {
    return {
      arrivals: await openArrivals(context, app, choice),
      explainNothing: async () => explainNothing(await app.store(), filter),
      check() {},
      [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
    }
  } catch (error) {
    await app[Symbol.asyncDispose]()
    throw error
  }
}

/** Says on stderr what the choice costs. */
async function openArrivals(context: Context, app: App, choice: TailChoice): Promise<Arrivals> {
  const {config, talk} = context
  const {topic, group} = config
  const parts = {...app, topic, group, filter: choice.filter, shown: new RecentIds(REMEMBERED_IDS)}
  const kafka = config.bus === 'kafka'
  if (choice.follow && (choice.by ?? (kafka ? 'bus' : 'store')) === 'bus') {
    const unreadable = choice.by ? undefined : await whyUnreadable(app, topic)
    if (unreadable === undefined) return new BusArrivals(parts)
    talk.note(`following the store: ${unreadable}`)
  }
  if (choice.follow && (await app.store()).followsBestEffort) {
    talk.note('best-effort: the store is polled by ingested_at, and a sender whose clock is far behind may be missed')
  }
  return new StoreArrivals({...parts, wait: choice.wait})
}

async function whyUnreadable(app: App, topic: string): Promise<string | undefined> {
  try {
    await (await app.bus()).describe(topic)
    return undefined
  } catch (error) {
    if (error instanceof LogflowError) return error.message
    throw error
  }
}
