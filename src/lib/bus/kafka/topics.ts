// Topics: made when missing, described, and where a group stands on them.

import {setTimeout as sleep} from 'node:timers/promises'
import type {Admin} from 'kafkajs'
import type {TopicState} from '../bus.js'
import {isUnknownTopic} from './errors.js'
import type {CompleteSettings} from './settings.js'

/** Largest batch a topic of ours takes: a unit of 8 MiB fits with room to spare, compressed or not. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024

/** Settings of a topic that keeps everything until it is trimmed, whatever the brokers' defaults are. */
export const KEEP_UNTIL_TRIMMED = [
  {name: 'cleanup.policy', value: 'delete'},
  {name: 'retention.ms', value: '-1'},
  {name: 'retention.bytes', value: '-1'},
]

const MOST_REPLICAS = 3
const CREATE_MS = 15_000
/** A topic just made may be unknown for a moment to the broker that is asked next. */
const NEW_TOPIC_TRIES = 50
const NEW_TOPIC_PAUSE_MS = 100

/** Number of partitions of the topic, which is made if it is not there; one that is there is used as it is. */
export async function ensureTopic(
  admin: Admin,
  topic: string,
  settings: CompleteSettings,
  brokerCount: number,
  keep?: 'until-trimmed',
): Promise<number> {
  if (!(await topicExists(admin, topic))) {
    const creating = admin.createTopics({
      timeout: CREATE_MS,
      waitForLeaders: true,
      topics: [
        {
          topic,
          numPartitions: settings.partitions,
          replicationFactor: settings.replication ?? Math.min(MOST_REPLICAS, brokerCount),
          configEntries: [
            {name: 'max.message.bytes', value: String(MAX_MESSAGE_BYTES)},
            ...(keep === 'until-trimmed' ? KEEP_UNTIL_TRIMMED : []),
          ],
        },
      ],
    })
    // It is there, but a broker that has just come up, and is asked for its leaders, has not heard of it.
    await creating.catch((error) => {
      if (!isUnknownTopic(error)) throw error
    })
  }
  for (let tries = 1; ; tries++) {
    try {
      const {topics} = await admin.fetchTopicMetadata({topics: [topic]})
      const partitions = topics[0]?.partitions.length ?? 0
      if (partitions > 0) return partitions
    } catch (error) {
      if (!isUnknownTopic(error) || tries >= NEW_TOPIC_TRIES) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, NEW_TOPIC_PAUSE_MS))
  }
}

export async function topicExists(admin: Admin, topic: string): Promise<boolean> {
  return (await admin.listTopics()).includes(topic)
}

export async function describeTopic(admin: Admin, topic: string, group?: string): Promise<TopicState> {
  if (!(await topicExists(admin, topic))) return {topic, partitions: []}
  const [marks, committed] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    group === undefined ? new Map<number, number>() : committedOffsets(admin, topic, group),
  ])
  const partitions = marks
    .map(({partition, low, high}) => {
      const position = committed.get(partition)
      const state = {partition, earliest: Number(low), next: Number(high)}
      return position === undefined ? state : {...state, committed: position}
    })
    .sort((a, b) => a.partition - b.partition)
  return {topic, partitions}
}

/** A coordinator that is being elected or is still loading: seconds after a broker's start or its leader's death. */
const COORDINATOR_UNSETTLED = new Set([
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
])
const COORDINATOR_TRIES = 50
const COORDINATOR_PAUSE_MS = 200

/** The group's committed positions, of those partitions that have one. Waits up to 10 s for a coordinator. */
export async function committedOffsets(admin: Admin, topic: string, group: string): Promise<Map<number, number>> {
  const [answer] = await fetchOffsets(admin, topic, group)
  const positions = answer?.partitions.map(({partition, offset}) => [partition, Number(offset)] as const) ?? []
  return new Map(positions.filter(([, offset]) => offset >= 0))
}

async function fetchOffsets(admin: Admin, topic: string, group: string) {
  for (let tries = 1; ; tries++) {
    try {
      return await admin.fetchOffsets({groupId: group, topics: [topic]})
    } catch (error) {
      const type = error instanceof Error && 'type' in error ? String(error.type) : ''
      if (!COORDINATOR_UNSETTLED.has(type) || tries === COORDINATOR_TRIES) throw error
      await sleep(COORDINATOR_PAUSE_MS)
    }
  }
}
