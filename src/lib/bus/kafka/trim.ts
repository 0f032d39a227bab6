// Removing the beginning of a topic (DeleteRecords), and how long Kafka keeps what nobody removes.

import type {Admin} from 'kafkajs'
import type {Position} from '../bus.js'
import {KEEP_UNTIL_TRIMMED, topicExists} from './topics.js'

/** `ConfigResourceTypes.TOPIC` of kafkajs, which is loaded lazily elsewhere. */
const TOPIC = 2

/** Moves the low-water mark of each partition up to its position, never down and never past the end. */
export async function trimTopic(admin: Admin, topic: string, positions: Position[]): Promise<void> {
  if (positions.length === 0 || !(await topicExists(admin, topic))) return
  const wanted = new Map(positions.map(({partition, nextOffset}) => [partition, nextOffset]))
  const marks = await admin.fetchTopicOffsets(topic)
  const partitions = marks.flatMap(({partition, low, high}) => {
    const offset = Math.min(wanted.get(partition) ?? 0, Number(high))
    return offset > Number(low) ? [{partition, offset: String(offset)}] : []
  })
  if (partitions.length > 0) await admin.deleteTopicRecords({topic, partitions})
}

/** True where the topic loses units by age, by size or by compaction; a topic that is not there loses none. */
export async function topicExpires(admin: Admin, topic: string): Promise<boolean> {
  if (!(await topicExists(admin, topic))) return false
  const names = KEEP_UNTIL_TRIMMED.map(({name}) => name)
  const {resources} = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{type: TOPIC, name: topic, configNames: names}],
  })
  const entries = resources[0]?.configEntries ?? []
  const settingOf = (name: string) => entries.find(({configName}) => configName === name)?.configValue ?? ''
  const limited = [settingOf('retention.ms'), settingOf('retention.bytes')].some((limit) => !limit.startsWith('-'))
  const policy = settingOf('cleanup.policy')
  return policy.includes('compact') || (policy.includes('delete') && limited)
}
