import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'vitest'
import {runWell, type Setting, startLogflow, until} from './support/children.js'
import {awaitStored, endFollowing, startFollowing} from './support/follow.js'
import {type KillPlan, killRounds, LOG} from './support/kill-rounds.js'
import {patience, rounds} from './support/rounds.js'

// SIGKILL of whoever reads, carries or stores, on the embedded bus and store: each line is stored once.

const ship = async (setting: Setting) => void (await runWell(['ship', LOG], setting))
const shipOnly = async (setting: Setting) => void (await runWell(['ship', LOG, '--no-process'], setting))
const processAll = async (setting: Setting) => void (await runWell(['process', '--once'], setting))

/** Follows until every line of the file is stored. */
async function followToEnd(setting: Setting): Promise<void> {
  const lines = readFileSync(join(setting.home, LOG), 'utf8').split('\n').length - 1
  const follower = await startFollowing(setting, LOG)
  await awaitStored(setting, lines)
  await endFollowing(follower)
}

/** A segment is being sealed. */
const sealing = (setting: Setting, victims: readonly {isAlive(): boolean}[]) =>
  until('a segment is sealed', () => !victims[0]?.isAlive() || isSealing(setting.home), {every: 1})

function isSealing(home: string): boolean {
  try {
    return readdirSync(join(home, '.local/share/logflow/lake/tmp')).some((name) => name.startsWith('seal-'))
  } catch {
    return false
  }
}

const plans: KillPlan[] = [
  {
    fault: 'SIGKILL of ship',
    rounds: rounds(25, 3),
    lines: 6_000,
    perHome: 10,
    victims: (setting) => [startLogflow(['ship', LOG, '--no-process'], setting)],
    recover: ship,
  },
  {
    fault: 'SIGKILL of ship --follow',
    rounds: rounds(20, 0),
    lines: 12_000,
    perHome: 10,
    victims: (setting) => [startLogflow(['ship', '--follow', LOG], setting)],
    moment: (_, [victim]) => until('a follower begins', () => victim?.said.stderr.includes('following') === true),
    within: 2_000,
    recover: followToEnd,
  },
  {
    fault: 'SIGKILL of ship that stores, a processor beside it',
    rounds: rounds(20, 2),
    lines: 70_000,
    perHome: 3,
    victims: (setting) => [startLogflow(['ship', LOG], setting)],
    recover: ship,
  },
  {
    fault: 'SIGKILL of process',
    rounds: rounds(25, 3),
    lines: 12_000,
    perHome: 10,
    prepare: shipOnly,
    victims: (setting) => [startLogflow(['process', '--once'], setting)],
    recover: processAll,
  },
  {
    fault: 'SIGKILL of process while it seals',
    rounds: rounds(20, 3),
    lines: 24_000,
    perHome: 5,
    prepare: shipOnly,
    victims: (setting) => [startLogflow(['process', '--once'], setting)],
    moment: sealing,
    within: 150,
    recover: processAll,
  },
  {
    fault: 'SIGKILL of ship and process, both at work',
    rounds: rounds(20, 2),
    lines: 12_000,
    perHome: 10,
    victims: (setting) => [startLogflow(['process'], setting), startLogflow(['ship', LOG, '--no-process'], setting)],
    recover: ship,
  },
]

test.each(plans.filter((plan) => plan.rounds > 0))(
  '$fault: nothing lost, nothing doubled',
  (plan) => killRounds(plan),
  patience(30, 20),
)
