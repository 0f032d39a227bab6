import type {KeyRange, Store} from '../../store/store.js'
import {blocksOf, type ReceiptFile, type ShipReceipt} from './receipt.js'
import {UnitDigest, type UnitKey} from './unit-digest.js'
import type {Block} from './unit-ledger.js'

/** A block of a receipt, and the input it was read from. */
export interface SentBlock extends Block {
  file: ReceiptFile
}

/** What a store has in the stretch of a block. */
export interface StoredBlock {
  block: SentBlock
  /** By rising offset, each once. */
  keys: UnitKey[]
  /** Those that are there more than once. */
  doubled: UnitKey[]
  /** All that was sent is there once, and nothing else. */
  agrees: boolean
}

/** Sources that one question to the store is about. */
const MOST_SOURCES = 200

export function sentBlocks(receipt: ShipReceipt): SentBlock[] {
  return receipt.files.flatMap((file) => blocksOf(file).map((block) => ({...block, file})))
}

/**
 * Asks the store for what lies in each block. Holds the keys of one block at a time. The blocks of one source and file
 * come by rising offset.
 */
export async function* compareBlocks(
  store: Pick<Store, 'keys'>,
  blocks: readonly SentBlock[],
  signal: AbortSignal,
): AsyncGenerator<StoredBlock> {
  for (const lanes of groups(blocks)) {
    for await (const page of store.keys([...lanes.values()].map(rangeOf), signal)) {
      for (const {source, offset, crc} of page) yield* lanes.get(source)?.take({offset, crc}) ?? []
    }
    // An aborted question ends like one that found no more: that must not look like a loss.
    if (signal.aborted) return
    for (const lane of lanes.values()) yield* lane.rest()
  }
}

/** Blocks of one source that do not overlap, by rising offset, and how far the store's keys have come in them. */
class Lane {
  private at = 0
  private keys: UnitKey[] = []
  private doubled: UnitKey[] = []

  constructor(
    readonly source: string,
    readonly blocks: SentBlock[],
  ) {}

  *take(key: UnitKey): Generator<StoredBlock> {
    for (let block = this.blocks[this.at]; block && key.offset >= block.to; block = this.blocks[this.at])
      yield this.close(block)
    const block = this.blocks[this.at]
    if (!block || key.offset < block.from) return
    const last = this.keys.at(-1)
    if (last?.offset === key.offset && last.crc === key.crc) this.doubled.push(key)
    else this.keys.push(key)
  }

  *rest(): Generator<StoredBlock> {
    for (let block = this.blocks[this.at]; block; block = this.blocks[this.at]) yield this.close(block)
  }

  private close(block: SentBlock): StoredBlock {
    const {keys, doubled} = this
    this.at++
    this.keys = []
    this.doubled = []
    return {block, keys, doubled, agrees: doubled.length === 0 && UnitDigest.of(keys).equals(block.digest)}
  }
}

function rangeOf({source, blocks}: Lane): KeyRange {
  const [first] = blocks as [SentBlock]
  return {source, from: first.from, to: (blocks.at(-1) as SentBlock).to}
}

/** Lanes of different sources, some at a time. What was read twice overlaps itself and comes in lanes of its own. */
function* groups(blocks: readonly SentBlock[]): Generator<Map<string, Lane>> {
  const bySource = new Map<string, SentBlock[]>()
  for (const block of blocks) {
    const known = bySource.get(block.file.source)
    if (known) known.push(block)
    else bySource.set(block.file.source, [block])
  }
  let group = new Map<string, Lane>()
  let left = [...bySource]
  while (left.length > 0) {
    const overlapping: typeof left = []
    for (const [source, own] of left) {
      const {lane, over} = firstLane(own)
      group.set(source, new Lane(source, lane))
      if (over.length > 0) overlapping.push([source, over])
      if (group.size < MOST_SOURCES) continue
      yield group
      group = new Map()
    }
    if (group.size > 0) yield group
    group = new Map()
    left = overlapping
  }
}

function firstLane(blocks: SentBlock[]): {lane: SentBlock[]; over: SentBlock[]} {
  const lane: SentBlock[] = []
  const over: SentBlock[] = []
  let end = Number.NEGATIVE_INFINITY
  for (const block of blocks.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (block.from < end) over.push(block)
    else {
      lane.push(block)
      end = block.to
    }
  }
  return {lane, over}
}
