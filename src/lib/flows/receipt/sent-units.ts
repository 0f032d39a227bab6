import {stat} from 'node:fs/promises'
import {keyOf} from '../../parse/to-record.js'
import {openSources} from '../../sources/open-sources.js'
import type {UnitBatch} from '../../units/unit-batch.js'
import type {SentBlock} from './compare-blocks.js'
import {UnitDigest, type UnitKey} from './unit-digest.js'

export interface SentUnit extends UnitKey {
  /** 1-based; 0 where it is not known. */
  line: number
}

/**
 * Reads again what a run has sent, to name what of it is missing. What the file holds now may be something else: the
 * digest of the receipt decides.
 */
export class SentUnits {
  private path: string | undefined
  private batches: AsyncIterator<UnitBatch> | undefined
  private batch: UnitBatch | undefined
  private index = 0

  constructor(
    private readonly multiline: 'auto' | 'off',
    private readonly signal: AbortSignal,
  ) {}

  /** The units of a block; `undefined` where the file is gone or holds others. Blocks of a file in order are cheap. */
  async of({from, to, digest, file}: SentBlock): Promise<SentUnit[] | undefined> {
    if (this.path !== file.path || from < (await this.nextOffset())) await this.open(file.path)
    const units: SentUnit[] = []
    for (let next = await this.nextOffset(); next < to; next = await this.nextOffset()) {
      if (next >= from) units.push(unitOf(this.batch as UnitBatch, this.index))
      // Much more than was sent is another file.
      if (units.length > digest.count) return undefined
      this.index++
    }
    return UnitDigest.of(units).equals(digest) ? units : undefined
  }

  async close(): Promise<void> {
    const {batches} = this
    this.batches = undefined
    this.batch = undefined
    await batches?.return?.()
  }

  private async open(path: string): Promise<void> {
    await this.close()
    this.path = path
    const stats = await stat(path).catch(() => undefined)
    if (!stats?.isFile()) return
    const sources = openSources({
      inputs: [{kind: 'file', path, size: stats.size, device: `${stats.dev}`, inode: `${stats.ino}`}],
      envelope: {host: '', timezone: 'UTC'},
      multiline: this.multiline,
      force: true,
      now: () => new Date(),
      random: Math.random,
      signal: this.signal,
    })
    this.batches = sources[Symbol.asyncIterator]()
  }

  /** Offset of the unit in hand; Infinity at the end. */
  private async nextOffset(): Promise<number> {
    while (this.batches && (!this.batch || this.index >= this.batch.count)) {
      const {value, done} = await this.batches.next()
      this.batch = done ? undefined : (value as UnitBatch)
      this.index = 0
      if (done) this.batches = undefined
    }
    return this.batch ? (this.batch.offsets[this.index] as number) : Number.POSITIVE_INFINITY
  }
}

function unitOf(batch: UnitBatch, index: number): SentUnit {
  const {offset, crc} = keyOf(batch, index)
  return {offset, crc, line: batch.lines[index] as number}
}
