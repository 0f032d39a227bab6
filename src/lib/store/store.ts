// A store keeps records and answers queries on them. It keeps one record of an id, however often it comes.
// A member never changes a record and never refuses one in silence: each item is stored, already there, or rejected.
// lake/ is the default; test/contracts/store.ts is what every member must pass.

import type {Inspection, InspectOptions} from '../errors/inspection.js'
import type {Group, Question} from '../metrics/question.js'
import type {RecordFilter} from '../query/record-filter.js'
import type {LogRecord} from '../record/record.js'
import type {Answer} from './answers.js'

export type {RecordFilter} from '../query/record-filter.js'

export interface Store {
  readonly kind: 'embedded' | 'elasticsearch' | 'remote'
  /** The embedded store has one writer at a time: rejects with LOCK_HELD while another process holds it. */
  openWriter(): Promise<StoreWriter>
  /** Pages of matching records in the asked order; ends early when the signal aborts. Constant memory. */
  search(request: SearchRequest, signal?: AbortSignal): AsyncIterable<LogRecord[]>
  /**
   * Of every record that matches the few fields that a {@link RecordText} has, in no order, from one moment of the store.
   * Constant memory. Absent where whole records are read as quickly.
   */
  texts?(filter: RecordFilter, signal?: AbortSignal): AsyncIterable<RecordText[]>
  count(filter: RecordFilter): Promise<number>
  /** What the engine is asked for the records of a filter, for people who want to know. Asks it nothing. */
  explain?(filter: RecordFilter): Promise<Explanation>
  /**
   * The groups of each question, exact, all from one moment of the store. Rejects where an answer would not be exact,
   * and when the signal aborts. What a question means: metrics/question.ts.
   */
  aggregate(questions: readonly Question[], signal?: AbortSignal): Promise<Group[][]>
  /**
   * The same for many questions that have nothing to do with each other, such as those of alert rules: one that is refused
   * says why in its place, and the others are answered. Rejects where none can be: the store does not answer.
   */
  aggregateEach(questions: readonly Question[], signal?: AbortSignal): Promise<Answer[]>
  get(id: string): Promise<LogRecord | undefined>
  /** After this, questions see everything that was acknowledged before the call. */
  refresh(): Promise<void>
  /**
   * Pages of the keys of every record in these ranges, one source after the other, by rising offset; a record that is
   * there twice comes twice. Sees everything that was acknowledged before the call. Constant memory.
   * @param ranges of different sources
   */
  keys(ranges: readonly KeyRange[], signal?: AbortSignal): AsyncIterable<RecordKey[]>
  /** Distinct values of a field, most frequent first: for hints like "did you mean payment?". */
  values(field: 'service' | 'host' | 'environment' | 'level', limit: number): Promise<string[]>
  /** A place in the order of arrival; `follow` from it misses nothing stored after this call. Opaque. */
  position(): Promise<string>
  /** True where `follow` cannot know the order of arrival exactly, and may miss what a sender's clock puts far back. */
  readonly followsBestEffort: boolean
  /** Records in the order of arrival, from a position on, until the signal aborts. */
  follow(request: FollowRequest, signal: AbortSignal): AsyncIterable<FollowEvent>
  status(): Promise<StoreStatus>
  /** Reads everything that is kept and says what is damaged. Absent where servers see to their own disks. */
  inspect?(options: InspectOptions): Promise<Inspection>
  close(): Promise<void>
}

/** What a record says, when, and in whose name. Attributes may be left out of records that have a message. */
export type RecordText = Pick<LogRecord, '@timestamp' | 'level' | 'service' | 'message' | 'attributes'>

export interface Explanation {
  /** Name and version. */
  engine: string
  /** In the engine's own language: a statement, or a query as JSON. */
  asked: string | object
  /** False where the engine finds candidates, of which some may still be tested one by one. */
  exact: boolean
  /** What else there is to know, a sentence each. */
  notes: string[]
}

export interface FollowRequest {
  filter: RecordFilter
  from: string
  /** True: an outage is waited out, however long; false: it is thrown at once; else the store's own patience holds. */
  wait?: boolean
}

/**
 * The total order is by `@timestamp`, then `source.id`, then `source.offset`: lines of one file that share a
 * time keep their order. `newest` is that order backwards.
 */
export interface SearchRequest extends RecordFilter {
  order: 'newest' | 'oldest'
  /** Infinity for all. */
  limit: number
  /** Only what comes after this place in the asked order. */
  after?: RecordPlace
}

/** A place in the total order, whether or not a record is there. */
export interface RecordPlace {
  /** RFC 3339 in UTC. */
  time: string
  source: string
  offset: number
}

export interface StoreWriter {
  /**
   * True where `write` takes items one by one, so that each may be made when it is asked for and few live at once;
   * false where all must be there before the first byte goes out: then they are better made while a write is under way.
   */
  readonly streams: boolean
  /**
   * Stores a batch and, with it, how far the bus has been read. Resolves once every item is durable, already
   * there, or rejected. Rejects as a whole (retriable) when the store cannot take anything now; then nothing
   * of the batch counts as stored, and writing it again is safe.
   */
  write(batch: WriteBatch): Promise<WriteResult>
  /** Next bus offset by partition, where the store is its own checkpoint; `undefined` where it keeps none. */
  storedPosition(topic: string, partition: number): number | undefined
  /** After this, `search` sees everything written. */
  refresh(): Promise<void>
  /** Finishes background work (sealing) and releases the lock. */
  close(): Promise<void>
}

export interface WriteBatch {
  /** Iterated once a write; the same items each time. */
  items: Iterable<StoreItem>
  /** What the bus position becomes once these items are stored. */
  positions: Array<{topic: string; partition: number; nextOffset: number}>
  /**
   * Awaited before the positions become durable: whoever stores its own positions must not pass a rejected item
   * that is not yet safe elsewhere. When it rejects, so does the write, and nothing of the batch counts as stored.
   */
  onRejected?: (rejected: Rejection[]) => Promise<void>
  /**
   * Called for each record that this write adds to the store, before it resolves: for counts by what a record says. May
   * have been called in vain for a write that rejects.
   */
  onStored?: (record: LogRecord) => void
}

/** A record with the parts of its id, and how many bytes of its source it stands for (see UnitBatch.spans). */
export interface StoreItem {
  record: LogRecord
  key: RecordKey
  span: number
  /**
   * How many of these bytes are the unit's own; all unless said. The rest is line ends and blank lines, of which more
   * may have come when the unit is read another time.
   */
  length?: number
}

export interface RecordKey {
  source: string
  offset: number
  /** CRC-32C (Castagnoli, RFC 3720 §12.1) of the unit's bytes, unsigned. */
  crc: number
}

/** The offsets [from, to) of one source. */
export interface KeyRange {
  source: string
  from: number
  to: number
}

export interface WriteResult {
  stored: number
  alreadyThere: number
  rejected: Rejection[]
}

export interface Rejection {
  /** Place in `items`, from 0. */
  index: number
  reason: string
  status?: number
}

export type FollowEvent =
  /**
   * `next` is a position: to follow from it goes on after these records. A store that follows best effort may give some
   * of the last once more then.
   */
  | {kind: 'records'; records: LogRecord[]; next: string}
  /** Everything stored so far has been delivered. */
  | {kind: 'caught-up'; next: string}
  /** Something may have been missed, and why: in words, and as what happened. */
  | {kind: 'gap'; reason: string; cause: GapCause}

/**
 * `removed`: retention took what came next. `restarted`: what is followed began anew. `away`: nothing was heard for a
 * while. `damaged`: a part cannot be read. `overrun`: more came at once than can be watched.
 */
export type GapCause = 'removed' | 'restarted' | 'away' | 'damaged' | 'overrun'

export interface StoreStatus {
  kind: string
  /** Name and version of what answered. */
  version: string
  /** Where it lives: a folder or a URL without credentials. */
  location: string
  records: number
  bytes: number
  /** Newest event time and newest storing time, RFC 3339. */
  newest?: string
  lastStored?: string
  /** Number of segments or indices, by kind. */
  parts: Record<string, number>
  /** Next bus offset stored, by `topic/partition`, where known. */
  positions: Record<string, number>
  /** Parts that can no longer be read; the rest answers without them. */
  damaged?: DamagedPart[]
}

export interface DamagedPart {
  /** The path it has, or had before it was set aside. */
  file: string
  reason: string
  records?: number
  /** Event times of its first and last record, RFC 3339. */
  from?: string
  to?: string
  /** Moved out of the way: its records can be stored again. Otherwise the next writer moves it. */
  setAside: boolean
  /** It is known what it held, so that shipping the same sources again stores that, and only that. */
  restorable: boolean
}
