// The lake: a store in one folder of open formats. A manifest names segments, hot ones (NDJSON, growing) and sealed
// ones (Parquet, sorted by time); DuckDB in memory answers over both. One writer, readers without a lock.
// Only duckdb.ts talks to DuckDB, only errors.ts reads its messages; writer.ts and search.ts are where to begin.

import type {Inspection, InspectOptions} from '../../errors/inspection.js'
import type {Group, Question} from '../../metrics/question.js'
import {parseId} from '../../record/id.js'
import type {LogRecord} from '../../record/record.js'
import {type Answer, everyAnswer} from '../answers.js'
import {describeDamage, mendDamage} from '../describe-damage.js'
import type {
  DamagedPart,
  Explanation,
  FollowEvent,
  FollowRequest,
  KeyRange,
  RecordFilter,
  RecordKey,
  RecordText,
  SearchRequest,
  Store,
  StoreStatus,
  StoreWriter,
} from '../store.js'
import {aggregateLake} from './aggregate.js'
import {countLake, getFromLake, valuesOfLake} from './ask.js'
import {Damage, listDamaged} from './damage.js'
import {Duck} from './duckdb.js'
import {explainLake} from './explain.js'
import {followLake, lakePosition} from './follow.js'
import {keysOfLake} from './keys.js'
import {type Layout, layoutOf, SEAL_LIMITS, type SealLimits} from './layout.js'
import type {Readable} from './scan.js'
import {searchLake} from './search.js'
import {wordless} from './segment-words.js'
import {takeSnapshot, type Viewed} from './segments.js'
import {textsOfLake} from './texts.js'
import {WordCache} from './views-for.js'
import {type LakeWriter, openLakeWriter} from './writer.js'

export interface LakeOptions {
  /** The lake's folder, absolute; made by the first writer. */
  dir: string
  /** Ms since 1970. */
  now?: () => number
  /** What DuckDB may use before it spills to the folder. */
  memoryLimitMb?: number
  threads?: number
  /** Do not start DuckDB before something asks for it: for those that only write or look at the status. */
  lazy?: boolean
  /** Told once of every segment that is found damaged; searches go on without it. */
  onDamage?: (damaged: DamagedPart) => void
  /** When segments are sealed, where that is to differ from what suits most. */
  limits?: Partial<SealLimits>
}

const MEMORY_MB = 256
const THREADS = 2

/** Opens the store in a folder. DuckDB starts at once in a thread of its own, while the caller goes on. */
export async function openLake(options: LakeOptions): Promise<Store> {
  const lake = new Lake(options)
  if (!options.lazy) lake.start()
  return lake
}

class Lake implements Store {
  readonly kind = 'embedded'
  readonly followsBestEffort = false
  readonly #layout: Layout
  readonly #now: () => number
  readonly #options: LakeOptions
  readonly #damage: Damage
  readonly #words: WordCache
  #duck: Duck | undefined
  #writer: LakeWriter | undefined

  constructor(options: LakeOptions) {
    this.#options = options
    this.#layout = layoutOf(options.dir)
    this.#now = options.now ?? Date.now
    this.#words = new WordCache(this.#layout)
    this.#damage = new Damage(this.#layout, (damaged) => options.onDamage?.(damaged))
  }

  /** Starts the engine of searches, unless it runs. */
  start(): Duck {
    this.#duck ??= this.#startDuck(this.#options.threads ?? THREADS, 1)
    return this.#duck
  }

  #startDuck(threads: number, memory: number): Duck {
    const memoryLimitMb = memory * (this.#options.memoryLimitMb ?? MEMORY_MB)
    return new Duck({memoryLimitMb, threads, tempDir: this.#layout.spill})
  }

  async openWriter(): Promise<StoreWriter> {
    const limits = {...SEAL_LIMITS, ...this.#options.limits}
    // One thread: sealing goes on beside parsing, on machines of two cores.
    const options = {
      layout: this.#layout,
      now: this.#now,
      limits,
      startDuck: (memory: number) => this.#startDuck(1, memory),
      onDamage: (damaged: DamagedPart) => this.#options.onDamage?.(damaged),
    }
    const writer = await openLakeWriter(options, () => {
      this.#writer = undefined
    })
    this.#writer = writer
    return writer
  }

  search(request: SearchRequest, signal?: AbortSignal): AsyncIterable<LogRecord[]> {
    return searchLake(this.#readable(), request, signal)
  }

  texts(filter: RecordFilter, signal?: AbortSignal): AsyncIterable<RecordText[]> {
    return textsOfLake(this.#readable(), filter, signal)
  }

  count(filter: RecordFilter): Promise<number> {
    return countLake(this.#readable(), filter)
  }

  async aggregate(questions: readonly Question[], signal?: AbortSignal): Promise<Group[][]> {
    return everyAnswer(await this.aggregateEach(questions, signal))
  }

  aggregateEach(questions: readonly Question[], signal?: AbortSignal): Promise<Answer[]> {
    return aggregateLake(this.#readable(), questions, signal)
  }

  async explain(filter: RecordFilter): Promise<Explanation> {
    return explainLake(this.#readable(), filter)
  }

  async get(id: string): Promise<LogRecord | undefined> {
    const parts = parseId(id)
    return parts && getFromLake(this.#readable(), parts)
  }

  /** Every commit is seen by whoever looks after it. */
  async refresh(): Promise<void> {}

  keys(ranges: readonly KeyRange[], signal?: AbortSignal): AsyncIterable<RecordKey[]> {
    return keysOfLake(this.#readable(), ranges, signal)
  }

  values(field: 'service' | 'host' | 'environment' | 'level', limit: number): Promise<string[]> {
    return valuesOfLake(this.#readable(), field, limit)
  }

  async position(): Promise<string> {
    return lakePosition(this.#readable())
  }

  follow(request: FollowRequest, signal: AbortSignal): AsyncIterable<FollowEvent> {
    return followLake(this.#readable(), request, signal)
  }

  async status(): Promise<StoreStatus> {
    const {manifest, views} = takeSnapshot(this.#viewed)
    const newest = Math.max(...views.map(({max}) => max))
    const stored = views.flatMap((view) => view.stored ?? []).sort()
    return {
      kind: 'embedded',
      version: `lake 1, DuckDB ${this.start().version}`,
      location: this.#layout.dir,
      records: views.reduce((sum, {rows}) => sum + rows, 0),
      bytes: views.reduce((sum, {bytes}) => sum + bytes, 0),
      newest: Number.isFinite(newest) ? new Date(newest).toISOString() : undefined,
      lastStored: stored.at(-1),
      parts: {
        hot: views.filter(({kind}) => kind === 'hot').length,
        sealed: views.filter(({kind}) => kind === 'sealed').length,
      },
      positions: views.findLast(({trailer}) => trailer)?.trailer?.positions ?? manifest?.positions ?? {},
      damaged: listDamaged(this.#layout),
    }
  }

  async inspect({onProgress, signal}: InspectOptions): Promise<Inspection> {
    const records = await this.#damage.inspect((progress) => onProgress?.(progress), signal)
    const damaged = this.#damage.list().map((part) => ({finding: describeDamage(part), fix: mendDamage(part)}))
    return {records, findings: [...damaged, ...wordless(this.#layout)]}
  }

  async close(): Promise<void> {
    await this.#writer?.close()
    await this.#duck?.close()
  }

  get #viewed(): Viewed {
    return {layout: this.#layout, damage: this.#damage, words: this.#words}
  }

  #readable(): Readable {
    return {...this.#viewed, duck: this.start()}
  }
}
