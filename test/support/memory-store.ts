import type {LogflowError} from '../../src/lib/errors/logflow-error.js'
import {Aggregator} from '../../src/lib/metrics/aggregator.js'
import type {Group, Question} from '../../src/lib/metrics/question.js'
import {isAsked} from '../../src/lib/query/record-filter.js'
import {compareTimes} from '../../src/lib/record/order.js'
import type {LogRecord} from '../../src/lib/record/record.js'
import type {SearchRequest, Store, StoreItem} from '../../src/lib/store/store.js'

export interface MemoryStore extends Pick<Store, 'aggregateEach' | 'search' | 'refresh'> {
  /** One that is there already is not added again. */
  add(item: StoreItem): void
  /** Every question so far. */
  asked: Question[]
  /** Why a question has no answer, given or thrown; nothing is refused unless set. */
  refuse: (question: Question) => LogflowError | undefined
}

/** A store that keeps records in memory and answers by the meaning that all stores are tested against. */
export function memoryStore(): MemoryStore {
  const records = new Map<string, LogRecord>()
  const answer = (question: Question): Group[] => {
    const aggregator = new Aggregator([question])
    for (const record of records.values()) aggregator.add(record)
    return aggregator.answers()[0] as Group[]
  }
  const store: MemoryStore = {
    asked: [],
    refuse: () => undefined,
    add: ({record}) => records.set(record.id, record),
    async aggregateEach(questions) {
      store.asked.push(...questions)
      return questions.map((question) => store.refuse(question) ?? answer(question))
    },
    async *search(request: SearchRequest) {
      const found = [...records.values()].filter((record) => isAsked(record, request))
      found.sort((a, b) => compareTimes(b['@timestamp'], a['@timestamp']))
      yield found.slice(0, request.limit)
    },
    refresh: async () => {},
  }
  return store
}
