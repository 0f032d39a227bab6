import {afterAll, beforeAll, describe} from 'vitest'
import {openKafkaBus} from '../../src/lib/bus/kafka/kafka-bus.js'
import {busContract} from '../contracts/bus.js'
import {hasKafka, type RunningKafka, useKafka} from './start-kafka.js'

const PARTITIONS = 3

describe.skipIf(!hasKafka('the bus contract on Kafka'))('kafka', () => {
  let kafka: RunningKafka
  beforeAll(async () => {
    kafka = await useKafka(19_092)
  })
  afterAll(() => kafka?.stop())

  let topics = 0
  const run = Date.now().toString(36)

  busContract(
    'bus contract',
    async () => {
      const open = () => openKafkaBus({brokers: kafka.addresses, partitions: PARTITIONS})
      const bus = await open()
      return {
        bus,
        partitions: PARTITIONS,
        freshTopic: () => `contract-${run}-${topics++}`,
        another: open,
        close: () => bus.close(),
      }
    },
    {timeout: 120_000},
  )
})
