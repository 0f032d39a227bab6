// Shares the partitions of a group among its members. kafkajs's own assigner knows only the topics of the member
// that leads: two processors of one group on two topics, and one of them is given nothing, without a word.

import type {Assigner, Cluster, PartitionAssigner} from 'kafkajs'
import type {KafkajsModule} from './kafkajs-patches.js'

const NAME = 'logflow-by-topic'
const VERSION = 0

export interface Member {
  memberId: string
  topics: string[]
}

/** By member, then by topic: the partitions it holds. Every member has an entry. */
export type Shares = Map<string, Record<string, number[]>>

/** Each topic goes round among the members that read it, beginning with the one that has least. */
export function shareOut(members: Member[], partitionsOf: (topic: string) => number[]): Shares {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const shares: Shares = new Map(sorted.map(({memberId}) => [memberId, {}]))
  const load = new Map(sorted.map(({memberId}) => [memberId, 0]))
  const topics = [...new Set(members.flatMap((member) => member.topics))].sort()
  for (const topic of topics) {
    const readers = sorted.filter((member) => member.topics.includes(topic)).map(({memberId}) => memberId)
    for (const partition of [...partitionsOf(topic)].sort((a, b) => a - b)) {
      const [first, ...others] = readers
      if (first === undefined) break
      const least = others.reduce((best, id) => ((load.get(id) ?? 0) < (load.get(best) ?? 0) ? id : best), first)
      load.set(least, (load.get(least) ?? 0) + 1)
      const share = shares.get(least) ?? {}
      share[topic] = [...(share[topic] ?? []), partition]
      shares.set(least, share)
    }
  }
  return shares
}

/** An error kafkajs joins again after. */
class TopicNotLoaded extends Error {
  override readonly name = 'KafkaJSTopicMetadataNotLoaded'
  readonly retriable = true
}

export function byTopicAssigner({AssignerProtocol}: KafkajsModule): PartitionAssigner {
  const {MemberMetadata, MemberAssignment} = AssignerProtocol
  return ({cluster}): Assigner => ({
    name: NAME,
    version: VERSION,
    protocol: ({topics}) => ({
      name: NAME,
      metadata: MemberMetadata.encode({version: VERSION, topics, userData: Buffer.alloc(0)}),
    }),
    assign: async ({members, topics: own}) => {
      const subscribed = members.map(({memberId, memberMetadata}) => ({
        memberId,
        topics: MemberMetadata.decode(memberMetadata)?.topics ?? [],
      }))
      await learn(cluster, new Set(subscribed.flatMap(({topics}) => topics)))
      const partitionsOf = (topic: string) =>
        cluster.findTopicPartitionMetadata(topic).map(({partitionId}) => partitionId)
      for (const topic of own) {
        if (partitionsOf(topic).length === 0) throw new TopicNotLoaded(`no partitions of topic ${topic} are known`)
      }
      return [...shareOut(subscribed, partitionsOf)].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({version: VERSION, assignment, userData: Buffer.alloc(0)}),
      }))
    },
  })
}

/** Another member's topic may be gone: then nobody is given partitions of it. */
async function learn(cluster: Cluster, topics: Set<string>): Promise<void> {
  for (const topic of topics) await cluster.addMultipleTargetTopics([topic]).catch(() => undefined)
}
