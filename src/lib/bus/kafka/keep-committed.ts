// What a fetch brought without what aborted transactions wrote and without their markers, as kafkajs sorts it out for
// its consumers.

import {createRequire} from 'node:module'
import type {FetchedPartition} from './internal-cluster.js'

const require = createRequire(import.meta.url)

export interface Fetched extends FetchedPartition {
  abortedTransactions: Array<{producerId: string; firstOffset: string}>
}

type Batch = new (topic: string, fetchedOffset: string, fetched: Fetched) => {messages: object[]}

/** The messages from offset `from` on that a reader may see. Load kafkajs first (kafkajs-patches.ts). */
export function keepCommitted(topic: string, from: number, fetched: Fetched): object[] {
  const KafkajsBatch = require('kafkajs/src/consumer/batch') as Batch
  return new KafkajsBatch(topic, String(from), fetched).messages
}
