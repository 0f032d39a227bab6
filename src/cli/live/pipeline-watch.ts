// How the pipeline is, looked at every now and then: cheap questions, and the dear ones only where something changed.

import type {TopicState} from '../../lib/bus/bus.js'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {deadLetterTopic} from '../../lib/flows/dead-letters.js'
import {countPending} from '../../lib/flows/dlq/find-letters.js'
import {PaceMeter} from '../../lib/flows/pipeline-pace.js'
import type {Health} from '../../lib/tui/pipeline.js'
import {tellLetters} from './letter-effects.js'
import type {Live} from './parts.js'
import {every} from './watches.js'

const PACE_MS = 2_000
const LETTERS_MS = 4_000
const STORE_MS = 10_000
/** Units of dead letters that are read to count the pending ones. */
const MOST_COUNTED = 20_000

/** How quickly lines come and are processed, and since when the bus does not answer. */
export async function watchPace(live: Live): Promise<void> {
  const {pipeline, now} = live.parts
  if (!pipeline) return
  const meter = new PaceMeter()
  await whileThere(live, PACE_MS, {away: 'busAway', without: {pace: undefined}}, async () => {
    const state = await (await pipeline.bus()).describe(pipeline.topic, pipeline.group)
    return {pace: meter.look(state, now())}
  })
}

/** How many dead letters are pending; which they are, where somebody looks at them. */
export async function watchDeadLetters(live: Live): Promise<void> {
  const {pipeline} = live.parts
  if (!pipeline) return
  let seen = ''
  const unknown = {deadLetters: undefined, deadLettersAtMost: undefined}
  await whileThere(live, LETTERS_MS, {away: 'busAway', without: unknown}, async () => {
    const {deadLetters} = live.state().health
    const bus = await pipeline.bus()
    const ends = endsOf(await bus.describe(deadLetterTopic(pipeline.topic)))
    if (ends === seen && deadLetters !== undefined) return {}
    const {count, exact} = await countPending(bus, pipeline.topic, MOST_COUNTED)
    seen = ends
    if (live.state().mode.kind === 'dead-letters') await tellLetters(live)
    return {deadLetters: count, deadLettersAtMost: !exact}
  })
}

/** What the store holds, and since when it does not answer. */
export async function watchStore(live: Live): Promise<void> {
  const {store} = live.parts
  if (!store) return
  const away = {away: 'storeAway', without: {store: undefined}} as const
  await whileThere(live, STORE_MS, away, async () => ({store: await (await store()).status()}))
}

interface Outage {
  away: 'busAway' | 'storeAway'
  /** What nobody can tell meanwhile: it is not shown as it was. */
  without: Health
}

async function whileThere(live: Live, ms: number, outage: Outage, ask: () => Promise<Health>): Promise<void> {
  await every(ms, live, () => look(live, outage, ask))
}

/** Asks once, and tells the answer; where there is none, it tells since when. */
export async function look(live: Live, {away, without}: Outage, ask: () => Promise<Health>): Promise<void> {
  let health: Health
  try {
    health = {...(await ask()), [away]: undefined}
  } catch (error) {
    if (!(error instanceof LogflowError)) throw error
    // That something may not be asked, or not here, is no outage.
    if (!error.retriable) return
    health = {...without, [away]: live.state().health[away] ?? live.parts.now()}
  }
  if (!live.ended.aborted) live.tell({kind: 'health', health})
}

function endsOf({incarnation, partitions}: TopicState): string {
  return JSON.stringify([incarnation, partitions.map(({earliest, next}) => [earliest, next])])
}
