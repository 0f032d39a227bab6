import {afterAll, beforeAll, describe, test} from 'vitest'
import {runWell, type Setting, startLogflow} from './support/children.js'
import {type KillPlan, killRounds, LOG} from './support/kill-rounds.js'
import {patience, rounds} from './support/rounds.js'
import {canUseServers, type Servers, useServers} from './support/servers.js'

// SIGKILL of whoever ships to Kafka or stores in Elasticsearch: each line is stored once.

const suite = 'SIGKILL on Kafka and Elasticsearch'
const shipAll = async (setting: Setting) => void (await runWell(['ship', LOG], setting))
const processAll = async (setting: Setting) => void (await runWell(['process', '--once'], setting))
const both = async (setting: Setting) => {
  await shipAll(setting)
  await processAll(setting)
}

const plans: Array<Omit<KillPlan, 'environment'>> = [
  {
    fault: 'SIGKILL of ship to Kafka',
    rounds: rounds(30, 3),
    lines: 8_000,
    perHome: 10,
    victims: (setting) => [startLogflow(['ship', LOG], setting)],
    recover: both,
  },
  {
    fault: 'SIGKILL of process, Kafka to Elasticsearch',
    rounds: rounds(30, 3),
    lines: 8_000,
    perHome: 10,
    prepare: shipAll,
    victims: (setting) => [startLogflow(['process', '--once'], setting)],
    recover: processAll,
  },
  {
    fault: 'SIGKILL of ship and process on servers, both at work',
    rounds: rounds(20, 3),
    lines: 8_000,
    perHome: 10,
    victims: (setting) => [startLogflow(['process'], setting), startLogflow(['ship', LOG], setting)],
    recover: both,
  },
]

describe.skipIf(!canUseServers(suite))(suite, () => {
  let servers: Servers
  beforeAll(async () => {
    servers = await useServers({kafka: 19_170, elasticsearch: 19_270})
  })
  afterAll(() => servers?.stop())

  test.each(plans)(
    '$fault: nothing lost, nothing doubled',
    (plan) => killRounds({...plan, environment: () => servers.environment()}),
    patience(30, 60),
  )
})
