import {isAsked, type RecordFilter} from '../../query/record-filter.js'
import type {LogRecord} from '../../record/record.js'
import type {UnitBatch} from '../../units/unit-batch.js'
import {parseUnits} from '../parse-units.js'
import type {Evidence} from './expect-records.js'

/** Matching records kept for each filter, to be shown. */
const MOST_KEPT = 100
/** A pipe from which nothing came for so long has been read to where it stands; ms. Longer than a unit is waited for. */
const QUIET_MS = 1_500
/** More than a pipe and our own buffers hold: who has read so much further has read what was in them. */
const FAR_BYTES = 4 * 2 ** 20

export interface FileEvidenceOptions {
  batches: AsyncIterable<UnitBatch>
  /** All that will be asked about: what is read is not kept. */
  filters: readonly RecordFilter[]
  /** Bytes read so far. */
  bytes: () => number
  /** Whether nothing is left to be read but a pipe, which may never end; files do, and are read until then. */
  onlyPipeLeft: () => boolean
  /** Milliseconds of a clock that never goes back. */
  now: () => number
}

/** Files and pipes, read once: nothing more can come when all have been read to their end. */
export class FileEvidence implements Evidence {
  private readonly seen = new Map<RecordFilter, {count: number; records: LogRecord[]}>()
  private ended = false
  private failure: unknown

  constructor(private readonly options: FileEvidenceOptions) {
    for (const filter of options.filters) this.seen.set(filter, {count: 0, records: []})
    this.read().catch((error: unknown) => {
      this.failure = error
    })
  }

  isOver(): boolean {
    return this.ended || this.failure !== undefined
  }

  async count(filter: RecordFilter): Promise<number> {
    if (this.failure) throw this.failure
    return this.of(filter).count
  }

  async show(filter: RecordFilter, limit: number): Promise<LogRecord[]> {
    return this.of(filter).records.slice(0, limit)
  }

  /** Passed when files have been read to their end, and of a pipe what it held: it is quiet, or was read far on. */
  async horizon(): Promise<() => Promise<number>> {
    const {bytes, now, onlyPipeLeft} = this.options
    let from: number | undefined
    let last = {bytes: 0, at: 0}
    return async () => {
      if (!onlyPipeLeft()) return 1
      if (from === undefined) {
        from = bytes()
        last = {bytes: from, at: now()}
      }
      if (bytes() > last.bytes) last = {bytes: bytes(), at: now()}
      return bytes() - from > FAR_BYTES || now() - last.at >= QUIET_MS ? 0 : 1
    }
  }

  tellBehind(): string {
    return 'the input is not read to its end yet'
  }

  private of(filter: RecordFilter) {
    return this.seen.get(filter) ?? {count: 0, records: []}
  }

  private async read(): Promise<void> {
    for await (const page of parseUnits(this.options.batches)) {
      for (const record of page) {
        for (const [filter, found] of this.seen) {
          if (!isAsked(record, filter)) continue
          found.count++
          if (found.records.length < MOST_KEPT) found.records.push(record)
        }
      }
    }
    this.ended = true
  }
}
