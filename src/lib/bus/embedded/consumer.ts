// One member of a consumer group: it reads while it holds the group's lock, and stands by while another does.

import {setImmediate as nextTurn} from 'node:timers/promises'
import type {Statement} from 'libsql'
import {LogflowError} from '../../errors/logflow-error.js'
import type {BusConsumer, BusEvent, ConsumerOptions, Position} from '../bus.js'
import type {BusFile} from './bus-file.js'
import type {GroupLock} from './group-lock.js'
import {News, pause} from './news.js'
import type {Read, TopicReader} from './reading.js'
import {PARTITION, type Topics} from './topics.js'

/** A member that stands by tries the lock so often. */
const LOOK_AT_LOCK = 100
/** Idle is said again after so long. */
const REPEAT_IDLE = 500

export interface ConsumerParts {
  file: BusFile
  topics: Topics
  reader: TopicReader
  dataVersion: Statement
  lock: GroupLock
  /** Writes the group's position durably. */
  commit(next: number): Promise<void>
  /** Called between reads and at the end: the time for housekeeping. */
  rest(): Promise<void>
  /** Called once closed. */
  left(consumer: BusConsumer): void
}

export class EmbeddedConsumer implements BusConsumer {
  readonly #end = new AbortController()
  readonly #news: News
  #closed = false
  /** Offset to read next; unknown until the lock is held. */
  #next: number | undefined

  constructor(
    private readonly options: ConsumerOptions,
    private readonly parts: ConsumerParts,
  ) {
    this.#news = new News(parts.dataVersion, this.#end.signal)
    if (options.signal?.aborted) this.#end.abort()
    else options.signal?.addEventListener('abort', this.#stop, {once: true})
  }

  [Symbol.asyncIterator](): AsyncGenerator<BusEvent, void, void> {
    return this.#untilClosed()
  }

  async commit(positions: Position[]): Promise<void> {
    if (this.#closed) throw new LogflowError('INTERNAL', `The consumer of ${this.options.topic} is closed`)
    for (const {topic, partition, nextOffset} of positions) {
      if (topic !== this.options.topic || partition !== PARTITION) {
        throw new LogflowError(
          'INTERNAL',
          `${topic}/${partition} is not read by this consumer of ${this.options.topic}`,
        )
      }
      await this.parts.commit(nextOffset)
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#stop()
    this.#closed = true
    this.options.signal?.removeEventListener('abort', this.#stop)
    // Housekeeping that fails is met again by whoever reads next; leaving the group must not depend on it.
    await this.parts.rest().catch(() => undefined)
    this.parts.lock.release()
    this.parts.left(this)
  }

  readonly #stop = (): void => this.#end.abort()

  get #ended(): boolean {
    return this.#end.signal.aborted
  }

  async *#untilClosed(): AsyncGenerator<BusEvent, void, void> {
    try {
      yield* this.#events()
    } catch (error) {
      // The file may have been closed between two steps.
      if (!this.#closed) throw error
    }
  }

  async *#events(): AsyncGenerator<BusEvent, void, void> {
    yield* this.#standBy()
    while (!this.#ended) {
      const {version, found} = await this.#read()
      if (this.#ended) return
      if (!found) {
        yield {
          kind: 'idle',
          positions: [{topic: this.options.topic, partition: PARTITION, nextOffset: this.#next ?? 0}],
        }
        await this.parts.rest()
        await this.#news.wait(version, REPEAT_IDLE)
      } else {
        this.#news.came()
        this.#next = found.kind === 'gap' ? found.to : found.nextOffset
        yield found
      }
      // A reader that never waits for anything real would keep signals and timers from being served.
      await nextTurn()
    }
  }

  /** Ends when this member holds the lock. */
  async *#standBy(): AsyncGenerator<BusEvent, void, void> {
    let waited = REPEAT_IDLE
    while (!this.#ended && !this.parts.lock.take()) {
      if (waited >= REPEAT_IDLE) {
        waited = 0
        yield {kind: 'idle', positions: []}
      }
      await pause(LOOK_AT_LOCK, this.#end.signal)
      waited += LOOK_AT_LOCK
    }
  }

  /** What comes next, and the change counter from just before. */
  #read(): Promise<{version: number; found: Read | undefined}> {
    return this.parts.file.patiently('read', () => {
      const {version} = this.#news
      this.#next ??= this.#start()
      return {version, found: this.parts.reader.after(this.options.topic, this.#next)}
    })
  }

  /**
   * Where to begin. A position past the end comes from a bus that is no more: reading from its earliest unit gives the
   * store some it has already and knows by their ids; waiting there would skip what comes in.
   */
  #start(): number {
    const {topic: name, group, from, startAt} = this.options
    const topic = this.parts.topics.find(name) ?? {id: -1, incarnation: '', next: 0, earliest: 0}
    const fallback = from === 'latest' ? topic.next : topic.earliest
    const wanted = startAt?.(PARTITION) ?? this.parts.topics.committed(topic.id, group) ?? fallback
    return wanted > topic.next ? topic.earliest : wanted
  }
}
