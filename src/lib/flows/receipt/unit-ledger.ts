import {crc32c} from '../../parse/crc32c.js'
import type {UnitBatch} from '../../units/unit-batch.js'
import {UnitDigest} from './unit-digest.js'

/** Units of one source with offsets in [from, to). */
export interface Block {
  from: number
  to: number
  digest: UnitDigest
}

/** What the bus has acknowledged of one source, as it was read from one file. */
export interface LedgerEntry {
  source: string
  /** Absent for pipes. */
  file?: string
  units: number
  /** By rising offset, none without digests. */
  blocks: Block[]
}

/** Most units of a block, until there are too many blocks. */
const BLOCK_UNITS = 1_000
/** Most blocks of a ledger: about 20 MB; then neighbours are joined and blocks are of twice as many units. */
const MOST_BLOCKS = 100_000

/**
 * Keeps what was acknowledged, so that a receipt can say it later: counts alone, or blocks whose digests tell whether
 * every unit is in a store. The memory is bounded: a long run gets longer blocks, not more of them.
 */
export class UnitLedger {
  /** One past the last unit sent, by partition. */
  positions: ReadonlyMap<number, number> = new Map()
  private readonly entries = new Map<string, LedgerEntry>()
  private blockUnits: number
  private mostBlocks: number
  private blocks = 0

  /** @param limits overridden by tests alone */
  constructor(
    readonly withDigests: boolean,
    limits = {blockUnits: BLOCK_UNITS, mostBlocks: MOST_BLOCKS},
  ) {
    this.blockUnits = limits.blockUnits
    this.mostBlocks = limits.mostBlocks
  }

  /** Takes a batch that the bus has made durable. */
  add(batch: UnitBatch): void {
    const entry = this.entryOf(batch)
    entry.units += batch.count
    if (!this.withDigests) return
    for (let first = 0; first < batch.count; first += this.blockUnits)
      this.append(entry.blocks, blockOf(batch, first, Math.min(batch.count, first + this.blockUnits)))
    if (this.blocks > this.mostBlocks) this.widen()
  }

  /** Everything so far. Batches are acknowledged nearly in order: their blocks are put in order here. */
  list(): LedgerEntry[] {
    for (const entry of this.entries.values()) this.tidy(entry)
    return [...this.entries.values()]
  }

  private entryOf({envelope: {source, file}}: UnitBatch): LedgerEntry {
    const key = `${source}\n${file ?? ''}`
    let entry = this.entries.get(key)
    if (!entry) {
      entry = {source, ...(file === undefined ? {} : {file}), units: 0, blocks: []}
      this.entries.set(key, entry)
    }
    return entry
  }

  private append(blocks: Block[], block: Block): void {
    const last = blocks.at(-1)
    if (last && this.fits(last, block)) {
      last.to = block.to
      last.digest.merge(block.digest)
      return
    }
    blocks.push(block)
    this.blocks++
  }

  private fits(last: Block, next: Block): boolean {
    return last.to === next.from && last.digest.count + next.digest.count <= this.blockUnits
  }

  private tidy(entry: LedgerEntry): void {
    const sorted = entry.blocks.sort((a, b) => a.from - b.from || a.to - b.to)
    this.blocks -= sorted.length
    entry.blocks = []
    for (const block of sorted) this.append(entry.blocks, block)
  }

  /** Until there is room again, or nothing left to join: a folder of very many files has a block for each. */
  private widen(): void {
    this.blockUnits *= 2
    this.list()
    if (this.blocks > (this.mostBlocks * 3) / 4) this.mostBlocks *= 2
  }
}

function blockOf({data, starts, ends, offsets, spans}: UnitBatch, first: number, end: number): Block {
  const digest = new UnitDigest()
  for (let i = first; i < end; i++)
    digest.add(offsets[i] as number, crc32c(data, starts[i] as number, ends[i] as number))
  const last = end - 1
  return {from: offsets[first] as number, to: (offsets[last] as number) + (spans[last] as number), digest}
}
