import {afterAll, beforeAll, describe} from 'vitest'
import {openKafkaBus} from '../../src/lib/bus/kafka/kafka-bus.js'
import {type BusUnderTest, busContract} from '../contracts/bus.js'
import {busReaderContract} from '../contracts/bus-readers.js'
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

  async function open(): Promise<BusUnderTest> {
    const another = () => openKafkaBus({brokers: kafka.addresses, partitions: PARTITIONS})
    const bus = await another()
    return {
      bus,
      partitions: PARTITIONS,
      freshTopic: () => `contract-${run}-${topics++}`,
      another,
      close: () => bus.close(),
    }
  }

  busContract('bus contract', open, {timeout: 120_000})
  busReaderContract('contract of readers', open, {timeout: 120_000})
})
