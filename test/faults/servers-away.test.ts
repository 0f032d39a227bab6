import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, test} from 'vitest'
import {FULL, rounds} from './support/rounds.js'
import {canKillServers, type Servers, startServers} from './support/servers.js'
import {SteadyRoad} from './support/steady-road.js'

// Kafka and Elasticsearch are killed for a while, one after the other and together, while lines are written, shipped
// and stored; with three brokers (replication 3, min.insync.replicas 2) each of them in its turn. In the full run only.

const AWAY_MS = rounds(60_000, 15_000)
const LINES_PER_SECOND = 2_000

interface Outage {
  fault: string
  brokers: number
  ports: {kafka: number; elasticsearch: number}
  injuries: (servers: Servers) => Array<() => Promise<void>>
}

const elasticsearchAway = async ({elasticsearch}: Servers) => {
  await elasticsearch.kill()
  await sleep(AWAY_MS)
  await elasticsearch.revive()
}
const brokerAway = async ({kafka}: Servers, broker: number, ms = AWAY_MS) => {
  await kafka.kill(broker)
  await sleep(ms)
  await kafka.revive(broker)
}

const outages: Outage[] = [
  {
    fault: 'Elasticsearch, Kafka, then both killed and away',
    brokers: 1,
    ports: {kafka: 19_160, elasticsearch: 19_260},
    injuries: (servers) => [
      () => elasticsearchAway(servers),
      () => brokerAway(servers, 1),
      async () => void (await Promise.all([elasticsearchAway(servers), brokerAway(servers, 1)])),
    ],
  },
  {
    fault: 'one of three brokers killed, each in its turn',
    brokers: 3,
    ports: {kafka: 19_180, elasticsearch: 19_265},
    injuries: (servers) => [1, 2, 3].map((broker) => () => brokerAway(servers, broker, AWAY_MS / 3)),
  },
]

const suite = 'servers that are killed and come back'
describe.skipIf(!FULL || !canKillServers(suite)).each(outages)('$fault', ({fault, brokers, ports, injuries}) => {
  let servers: Servers
  beforeAll(async () => {
    servers = await startServers({...ports, brokers})
  })
  afterAll(() => servers?.stop())

  test('nothing lost, nothing doubled', async () => {
    const environment = servers.environment()
    const road = await SteadyRoad.start({fault, environment, linesPerSecond: LINES_PER_SECOND, withProcessor: true})
    for (const injury of injuries(servers)) await road.injure(injury)
    await road.finish()
  }, 1_800_000)
})
