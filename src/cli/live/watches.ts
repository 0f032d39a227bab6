// What the live screen looks at every now and then, beside the stream.

import {setTimeout as wait} from 'node:timers/promises'
import {LogflowError} from '../../lib/errors/logflow-error.js'
import {callerHere} from '../local-caller.js'
import {firstLineOf} from './first-line.js'
import type {Live} from './parts.js'

const LAG_MS = 2_000
const ALERTS_MS = 5_000

/** Does the work now and each time so many milliseconds after its end, until the user has left. */
export async function every(ms: number, ended: AbortSignal, work: () => Promise<void> | void): Promise<void> {
  while (!ended.aborted) {
    await work()
    await wait(ms, undefined, {signal: ended}).catch(() => {})
  }
}

/** How far what is shown is behind. */
export function watchLag(live: Live): Promise<void> {
  return every(LAG_MS, live.ended, async () => {
    const lag = await live.parts.arrivals.lag().catch(() => undefined)
    if (lag !== live.state().health.lag && !live.ended.aborted) live.tell({kind: 'health', health: {lag}})
  })
}

/** Which alerts are open. */
export async function watchAlerts(live: Live): Promise<void> {
  const {alerts} = live.parts
  if (!alerts) return
  await every(ALERTS_MS, live.ended, async () => {
    try {
      const open = await (await alerts()).triggered(callerHere())
      if (!live.ended.aborted) live.tell({kind: 'alerts', alerts: open})
    } catch (error) {
      if (!(error instanceof LogflowError)) throw error
      live.tell({kind: 'note', text: `alerts cannot be read: ${firstLineOf(error)}`, bad: true})
    }
  })
}
