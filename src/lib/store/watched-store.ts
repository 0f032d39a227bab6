import type {FollowRequest, Store, StoreWriter, WriteBatch} from './store.js'

/** A question to the store that is under way. */
export interface OpenQuestion {
  /** What runs within is part of it. */
  run<T>(work: () => T): T
  /** @param seconds spent in the store; what the asker did between two pages is not in it */
  end(seconds: number, error?: unknown): void
}

/** Called as a question begins: `search`, `texts`, `count`, `aggregate`, `get`, `keys`, `values`, `status`, `write`, … */
export type OnQuestion = (operation: string) => OpenQuestion

/** The same store, with somebody told of each question. `follow` is none: it stays open. */
export function watchedStore(store: Store, onQuestion: OnQuestion): Store {
  const once = async <T>(operation: string, ask: () => Promise<T>): Promise<T> => {
    const question = onQuestion(operation)
    const started = performance.now()
    try {
      const answer = await question.run(ask)
      question.end(secondsSince(started))
      return answer
    } catch (error) {
      question.end(secondsSince(started), error)
      throw error
    }
  }
  const pages = <T>(operation: string, ask: () => AsyncIterable<T>) => watchedPages(onQuestion, operation, ask)
  const {texts, explain, inspect} = store
  return {
    kind: store.kind,
    followsBestEffort: store.followsBestEffort,
    async openWriter() {
      const writer = await once('open_writer', () => store.openWriter())
      return watchedWriter(writer, once)
    },
    search: (request, signal) => pages('search', () => store.search(request, signal)),
    ...(texts ? {texts: (filter, signal) => pages('texts', () => texts.call(store, filter, signal))} : {}),
    count: (filter) => once('count', () => store.count(filter)),
    ...(explain ? {explain: (filter) => explain.call(store, filter)} : {}),
    aggregate: (questions, signal) => once('aggregate', () => store.aggregate(questions, signal)),
    aggregateEach: (questions, signal) => once('aggregate', () => store.aggregateEach(questions, signal)),
    get: (id) => once('get', () => store.get(id)),
    refresh: () => once('refresh', () => store.refresh()),
    keys: (ranges, signal) => pages('keys', () => store.keys(ranges, signal)),
    values: (field, limit) => once('values', () => store.values(field, limit)),
    position: () => once('position', () => store.position()),
    follow: (request: FollowRequest, signal: AbortSignal) => store.follow(request, signal),
    status: () => once('status', () => store.status()),
    ...(inspect ? {inspect: (options) => inspect.call(store, options)} : {}),
    close: () => store.close(),
  }
}

type Once = <T>(operation: string, ask: () => Promise<T>) => Promise<T>

function watchedWriter(writer: StoreWriter, once: Once): StoreWriter {
  return {
    streams: writer.streams,
    write: (batch: WriteBatch) => once('write', () => writer.write(batch)),
    storedPosition: (topic, partition) => writer.storedPosition(topic, partition),
    refresh: () => once('refresh', () => writer.refresh()),
    close: () => writer.close(),
  }
}

/** Begins with the first page that is asked for, and ends with the last, or when nobody wants more. */
async function* watchedPages<T>(
  onQuestion: OnQuestion,
  operation: string,
  ask: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  const question = onQuestion(operation)
  let seconds = 0
  let failure: unknown
  const inStore = async <R>(work: () => Promise<R>): Promise<R> => {
    const started = performance.now()
    try {
      return await question.run(work)
    } catch (error) {
      failure = error
      throw error
    } finally {
      seconds += secondsSince(started)
    }
  }
  try {
    const iterator = ask()[Symbol.asyncIterator]()
    let ended = false
    try {
      for (;;) {
        const page = await inStore(() => iterator.next())
        if (page.done) {
          ended = true
          return
        }
        yield page.value
      }
    } finally {
      if (!ended && failure === undefined) await inStore(async () => iterator.return?.())
    }
  } finally {
    question.end(seconds, failure)
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1_000
}
