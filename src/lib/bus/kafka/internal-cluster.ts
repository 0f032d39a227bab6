// The part of kafkajs below its public face that knows brokers and leaders: for requests kafkajs makes only inside a
// consumer group, or not at all. Fits the pinned version (kafkajs-patches.ts), as everything here.

import type {Kafka} from 'kafkajs'
import {LogflowError} from '../../errors/logflow-error.js'

export interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  /** Asks for the leaders of a topic from now on; rejects where there is no such topic. */
  addTargetTopic(topic: string): Promise<void>
  refreshMetadata(): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  findTopicPartitionMetadata(topic: string): Array<{partitionId: number; leader: number}>
  findBroker(node: {nodeId: string}): Promise<Broker>
  brokerPool: {seedBroker: {connectionPool: {send(request: unknown): Promise<number | undefined>}}}
}

export interface Broker {
  /** Rejects with the first error of any partition in the answer. */
  fetch(request: FetchRequest): Promise<{responses: Array<{topicName: string; partitions: FetchedPartition[]}>}>
}

export interface FetchRequest {
  maxWaitTime: number
  minBytes: number
  maxBytes: number
  /** 1: only what transactions have committed. */
  isolationLevel: 0 | 1
  topics: Array<{topic: string; partitions: Array<{partition: number; fetchOffset: string; maxBytes: number}>}>
}

export interface FetchedPartition {
  partition: number
  highWatermark: string
  /** Up to here transactions are decided; absent from brokers that know none. */
  lastStableOffset?: string
  messages: Array<{offset: string}>
}

/** A connection pool of its own; connect it, and disconnect it in the end. */
export function createCluster(kafka: Kafka, options: {metadataMaxAge?: number} = {}): Cluster {
  const [create] = Object.getOwnPropertySymbols(kafka).filter(
    ({description}) => description === 'private:Kafka:createCluster',
  )
  const make = create && (kafka as unknown as Record<symbol, (options: object) => Cluster>)[create]
  if (!make) throw new LogflowError('INTERNAL', 'kafkajs has no clusters to itself')
  return make({allowAutoTopicCreation: false, ...options})
}
