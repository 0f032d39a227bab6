import type {App} from '../lib/compose.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {RecentIds} from '../lib/flows/recent-ids.js'
import type {Arrivals} from '../lib/flows/tail-arrivals.js'
import {BusArrivals} from '../lib/flows/tail-bus.js'
import {REMEMBERED_IDS} from '../lib/flows/tail-records.js'
import {StoreArrivals} from '../lib/flows/tail-store.js'
import type {RecordFilter} from '../lib/store/store.js'
import type {Context} from './context.js'

export interface ArrivalsChoice {
  /** Absent: the bus where it is Kafka and can be read, else the store. */
  by?: 'bus' | 'store'
  filter: RecordFilter
  wait: boolean
  follow: boolean
}

/** What a tail follows; says on stderr what the choice costs. */
export async function openArrivals(context: Context, app: App, choice: ArrivalsChoice): Promise<Arrivals> {
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
