// Reads a topic without a group: no lock, nothing committed, any number at once.

import {setImmediate as nextTurn} from 'node:timers/promises'
import type {Statement} from 'libsql'
import type {BusReader, ReaderEvent, ReaderOptions} from '../bus.js'
import type {BusFile} from './bus-file.js'
import {News} from './news.js'
import type {TopicReader} from './reading.js'
import {PARTITION, type TopicRow, type Topics} from './topics.js'

/** Idle is said again after so long, in milliseconds. */
const REPEAT_IDLE = 500

export interface ReaderParts {
  file: BusFile
  topics: Topics
  reader: TopicReader
  dataVersion: Statement
  /** The topic while the reader was opened. */
  topic: TopicRow | undefined
  /** Called once closed. */
  left(reader: BusReader): void
}

export class EmbeddedReader implements BusReader {
  readonly #end = new AbortController()
  readonly #news: News
  #closed = false
  /** Offset to read next; unknown until the topic is there. */
  #next: number | undefined

  constructor(
    private readonly options: ReaderOptions,
    private readonly parts: ReaderParts,
  ) {
    this.#news = new News(parts.dataVersion, this.#end.signal)
    if (options.signal?.aborted) this.#end.abort()
    else options.signal?.addEventListener('abort', this.#stop, {once: true})
    if (parts.topic) this.#next = startIn(parts.topic, options.from)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReaderEvent, void, void> {
    try {
      yield* this.#events()
    } catch (error) {
      // The file may have been closed between two steps.
      if (!this.#closed) throw error
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#stop()
    this.#closed = true
    this.options.signal?.removeEventListener('abort', this.#stop)
    this.parts.left(this)
  }

  readonly #stop = (): void => this.#end.abort()

  get #ended(): boolean {
    return this.#end.signal.aborted
  }

  async *#events(): AsyncGenerator<ReaderEvent, void, void> {
    const {topic} = this.options
    while (!this.#ended) {
      const {version, found} = await this.#read()
      if (this.#ended) return
      if (found) {
        this.#news.came()
        this.#next = found.kind === 'units' ? found.nextOffset : found.to
        yield found
      } else {
        const positions = this.#next === undefined ? [] : [{topic, partition: PARTITION, nextOffset: this.#next}]
        // A file without a name gets no news any more: that must not look like quiet.
        this.parts.file.requireSame()
        yield {kind: 'idle', positions}
        await this.#news.wait(version, REPEAT_IDLE)
      }
      // A reader that never waits for anything real would keep signals and timers from being served.
      await nextTurn()
    }
  }

  /** What comes next, and the change counter from just before. */
  #read(): Promise<{version: number; found: Exclude<ReaderEvent, {kind: 'idle'}> | undefined}> {
    const {topic: name, from} = this.options
    return this.parts.file.patiently('read', () => {
      const {version} = this.#news
      if (this.#next === undefined) {
        const topic = this.parts.topics.find(name)
        // It came after the reader did, so all of it is new.
        if (topic) this.#next = from instanceof Map ? startIn(topic, from) : topic.earliest
      }
      if (this.#next === undefined) return {version, found: undefined}
      const found = this.parts.reader.after(name, this.#next)
      return {version, found: found ?? this.#restart(this.#next)}
    })
  }

  /** A position past the end comes from a bus that is no more. */
  #restart(next: number): (ReaderEvent & {kind: 'restart'}) | undefined {
    const {topic: name} = this.options
    const topic = this.parts.topics.find(name)
    if (!topic || next <= topic.next) return undefined
    return {kind: 'restart', topic: name, partition: PARTITION, from: next, to: topic.earliest}
  }
}

function startIn({earliest, next}: TopicRow, from: ReaderOptions['from']): number {
  if (from === 'latest') return next
  return (from === 'earliest' ? undefined : from.get(PARTITION)) ?? earliest
}
