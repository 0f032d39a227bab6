import type {Bus, TopicState} from '../../bus/bus.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {RecordFilter} from '../../query/record-filter.js'
import type {LogRecord} from '../../record/record.js'
import type {Store} from '../../store/store.js'
import {unitsBehind} from '../pipeline-status.js'
import type {Evidence} from './expect-records.js'

export interface StoreEvidenceOptions {
  store: Pick<Store, 'count' | 'search' | 'refresh'>
  bus: () => Promise<Bus>
  topic: string
  /** The consumer group that stores the topic. */
  group: string
}

/** The store, and the bus that feeds it: what is on the bus and not yet stored is still to come. */
export function storeEvidence({store, bus, topic, group}: StoreEvidenceOptions): Evidence {
  return {
    count: (filter) => store.count(filter),
    async show(filter: RecordFilter, limit: number): Promise<LogRecord[]> {
      const records: LogRecord[] = []
      for await (const page of store.search({...filter, order: 'oldest', limit})) records.push(...page)
      return records
    },
    async horizon() {
      const state = await (await bus()).describe(topic, group)
      const ends = new Map(state.partitions.map(({partition, next}) => [partition, next]))
      return async () => {
        const behind = behindEnds(state, await (await bus()).describe(topic, group), ends)
        // What is acknowledged to the group may not be searchable yet.
        if (behind === 0) await store.refresh()
        return behind
      }
    },
  }
}

/** Units before the ends that the group has not passed. Throws NOT_CAUGHT_UP where the topic is another one by now. */
function behindEnds(then: TopicState, now: TopicState, ends: ReadonlyMap<number, number>): number {
  if (then.incarnation !== now.incarnation)
    throw new LogflowError('NOT_CAUGHT_UP', `topic "${now.topic}" was made anew meanwhile`)
  return unitsBehind(now.partitions, ({partition}) => ends.get(partition))
}
