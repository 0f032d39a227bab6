// Followers: a `ship --follow` that runs, and the wait until what was written is stored.

import {runLogflow} from '../../support/run-logflow.js'
import {type Running, type Setting, startLogflow, until} from './children.js'

/** Starts to follow, and waits until it has said so. */
export async function startFollowing(setting: Setting, ...args: string[]): Promise<Running> {
  const running = startLogflow(['ship', '--follow', ...args], setting)
  await until('a follower begins', () => running.said.stderr.includes('following') || !running.isAlive())
  if (!running.isAlive()) throw new Error(`the follower has ended: ${running.said.stderr.slice(-2_000)}`)
  return running
}

/** Records in the store; `undefined` while it can not say, as when it has just come back. */
async function countStored({home, env}: Setting): Promise<number | undefined> {
  const {status, stdout, stderr} = await runLogflow(['search', '--count', '-o', 'pretty'], {home, env})
  if (status === 0) return Number(stdout)
  if (status === 3) return undefined
  throw new Error(`the count ended with ${status}: ${stderr.slice(-2_000)}`)
}

/**
 * Waits until so many records are stored. Ends as well when their number stands still for long, and when whoever
 * ships them has ended: a comparison tells.
 */
export async function awaitStored(setting: Setting, count: number, shipper?: Running): Promise<void> {
  let [last, since] = [-1, performance.now()]
  await until(
    `${count} records are stored`,
    async () => {
      const stored = (await countStored(setting)) ?? last
      if (stored !== last) [last, since] = [stored, performance.now()]
      return stored >= count || shipper?.isAlive() === false || performance.now() - since > STANDS_STILL_MS
    },
    {timeout: 600_000, every: 500},
  )
}

const STANDS_STILL_MS = 90_000

/** Ends a follower as an operator does; what it has read is stored then. */
export async function endFollowing(running: Running): Promise<void> {
  running.child.kill('SIGTERM')
  const {status, signal, stderr} = await running.ended
  if (status !== 0) throw new Error(`the follower ended with ${status ?? signal}: ${stderr.slice(-2_000)}`)
}
