// The bus on Apache Kafka 3.x and 4.x, through kafkajs 2.2.4 with some of its parts replaced (kafkajs-patches.ts).
// A member of this room never sends one request to several partitions, and never lets kafkajs choose a position.
// record-batch.ts is the smallest whole piece; producer.ts and consumer.ts are the two sides of the port.

import {LogflowError} from '../../errors/logflow-error.js'
import type {
  Bus,
  BusConsumer,
  BusProducer,
  BusReader,
  ConsumerOptions,
  Position,
  ProducerOptions,
  ReaderOptions,
  TopicState,
} from '../bus.js'
import {connectKafka, type KafkaClient, type Log} from './client.js'
import {KafkaConsumer} from './consumer.js'
import {toLogflowError} from './errors.js'
import {KafkaProducer} from './producer.js'
import {KafkaReader} from './reader.js'
import {askRelease} from './release.js'
import {type CompleteSettings, completeSettings, type KafkaSettings} from './settings.js'
import {describeTopic, ensureTopic} from './topics.js'
import {topicExpires, trimTopic} from './trim.js'

export type {KafkaSettings} from './settings.js'

export interface KafkaBusOptions {
  /** Gets what kafkajs says, for --verbose; it is dropped otherwise. */
  log?: Log
  /** Milliseconds since 1970: the time a message gets. */
  now?: () => number
}

/** Connects; throws BUS_UNREACHABLE, UNAUTHORISED or USAGE. */
export async function openKafkaBus(settings: KafkaSettings, options: KafkaBusOptions = {}): Promise<Bus> {
  const complete = completeSettings(settings)
  const log = options.log ?? (() => undefined)
  return new KafkaBus(await connectKafka(complete, log), complete, log, options.now ?? Date.now)
}

class KafkaBus implements Bus {
  readonly kind = 'kafka'
  readonly #open = new Set<{close(): Promise<void>}>()

  constructor(
    private readonly client: KafkaClient,
    private readonly settings: CompleteSettings,
    private readonly log: Log,
    private readonly now: () => number,
  ) {}

  async openProducer({topic, key, keep}: ProducerOptions): Promise<BusProducer> {
    const {client, settings, log, now} = this
    return this.#attempt(`write to topic ${topic}`, topic, async () => {
      const partitions = await ensureTopic(client.admin, topic, settings, client.brokerCount, keep)
      const producer = new KafkaProducer({kafka: client.kafka, settings, topic, partitions, key, now, log})
      return this.#keep(await producer.open())
    })
  }

  async openConsumer(options: ConsumerOptions): Promise<BusConsumer> {
    const {client, settings, log} = this
    const {topic} = options
    return this.#attempt(`read topic ${topic}`, topic, async () => {
      await ensureTopic(client.admin, topic, settings, client.brokerCount)
      const {kafka, admin, clusterId} = client
      return this.#keep(await new KafkaConsumer({kafka, admin, clusterId, settings, options, log}).open())
    })
  }

  trim(topic: string, positions: Position[]): Promise<void> {
    return this.#attempt(`trim topic ${topic}`, topic, () => trimTopic(this.client.admin, topic, positions))
  }

  expires(topic: string): Promise<boolean> {
    return this.#attempt(`ask for the settings of topic ${topic}`, topic, () => topicExpires(this.client.admin, topic))
  }

  async openReader(options: ReaderOptions): Promise<BusReader> {
    const {client, settings, log} = this
    const {topic} = options
    return this.#attempt(`read topic ${topic}`, topic, async () => {
      const {partitions} = await describeTopic(client.admin, topic)
      const {hasty: kafka, admin, clusterId} = client
      return this.#keep(new KafkaReader({kafka, admin, clusterId, settings, options, partitions, log}))
    })
  }

  describe(topic: string, group?: string): Promise<TopicState> {
    return this.#attempt(`describe topic ${topic}`, topic, async () => {
      const state = await describeTopic(this.client.admin, topic, group)
      return state.partitions.length === 0 ? state : {...state, incarnation: this.client.clusterId}
    })
  }

  version(): Promise<string> {
    return this.#attempt('ask for the version', undefined, async () => {
      const {brokers, clusterId} = await this.client.admin.describeCluster()
      const count = brokers.length === 1 ? '1 broker' : `${brokers.length} brokers`
      return `Kafka ${await askRelease(this.client.kafka)} (cluster ${clusterId}, ${count})`
    })
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((member) => member.close()))
    this.#open.clear()
    await this.client.close()
  }

  #keep<T extends {close(): Promise<void>}>(member: T): T {
    this.#open.add(member)
    return member
  }

  async #attempt<T>(doing: string, topic: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof LogflowError) throw error
      throw toLogflowError(error, {doing, brokers: this.settings.brokers, ...(topic !== undefined && {topic})})
    }
  }
}
