// What the live screen looks at every now and then, beside the stream.

import {setTimeout as wait} from 'node:timers/promises'
import {tellAbout, tellAlerts} from './alert-effects.js'
import {firstLineOf} from './first-line.js'
import type {Live} from './parts.js'

const LAG_MS = 2_000
const ALERTS_MS = 5_000

/**
 * Does the work now and each time so many milliseconds after its end, until the user has left. Where it fails, that is
 * told (the same trouble once, until the work has succeeded again), and it is tried again.
 */
export async function every(
  ms: number,
  {ended, tell}: Pick<Live, 'ended' | 'tell'>,
  work: () => Promise<void> | void,
): Promise<void> {
  let told: string | undefined
  while (!ended.aborted) {
    try {
      await work()
      told = undefined
    } catch (error) {
      const trouble = firstLineOf(error)
      if (trouble !== told && !ended.aborted) tell({kind: 'note', text: `${trouble}; trying again`, bad: true})
      told = trouble
    }
    await wait(ms, undefined, {signal: ended}).catch(() => {})
  }
}

/** How far what is shown is behind. */
export function watchLag(live: Live): Promise<void> {
  return every(LAG_MS, live, async () => {
    const lag = await live.parts.arrivals.lag().catch(() => undefined)
    if (lag !== live.state().health.lag && !live.ended.aborted) live.tell({kind: 'health', health: {lag}})
  })
}

/** Which alerts are open, and what happened to the one that is looked at. */
export async function watchAlerts(live: Live): Promise<void> {
  const {alerts} = live.parts
  if (!alerts) return live.tell({kind: 'alerts', alerts: [], problem: 'plain files have no alert rules'})
  await every(ALERTS_MS, live, async () => {
    try {
      await tellAlerts(live, await alerts())
      const {mode} = live.state()
      if (mode.kind === 'alerts' && mode.chosen !== undefined) await tellAbout(live, mode.chosen)
    } catch (error) {
      const problem = `alerts cannot be read: ${firstLineOf(error)}`
      if (live.ended.aborted) return
      if (problem !== live.state().alertsProblem) live.tell({kind: 'note', text: problem, bad: true})
      live.tell({kind: 'alerts', alerts: live.state().alerts, problem})
    }
  })
}
