import {readFileSync} from 'node:fs'
import type {Finding} from '../../errors/inspection.js'
import {checksum} from './checksum.js'
import type {Duck} from './duckdb.js'
import {replaceFile} from './durable.js'
import type {Layout, SegmentName} from './layout.js'
import {readManifest, type SealedSegment} from './manifest.js'
import {quotePath, readSealed} from './sql.js'
import {WordCollector, type WordFilter} from './word-filter.js'

// words/<segment>.bloom, little-endian: a head of 32 bytes (magic, CRC-32C of all that follows the two, version, `seq`,
// rows and bytes of the segment it is of, number of blocks), 24 bytes a block (first and last time, rows, bits), and
// the bits of each block, from a whole byte on. A block is what Parquet reads or skips together (or nearly that: an older
// logflow cut them otherwise).

const MAGIC = 0x4b574c46
const VERSION = 2
const HEAD = 32
const CHECKED_FROM = 8
const PER_BLOCK = 24

/** Fields whose values are among the words: a segment is passed over sooner than Parquet's own filters are read. */
export const WORD_FIELDS = ['trace_id', 'correlation_id', 'request_id'] as const

/** The words of neighbouring rows of a sealed segment, which is sorted by time. */
export interface WordBlock {
  /** Times of its first and last row, ms. */
  from: number
  to: number
  rows: number
  /** Undefined where some row has words that are not known: it may hold any. */
  words: WordFilter | undefined
}

/** Which segment the words are of: another one by the same name is told by these. */
export type WordsOf = Pick<SealedSegment, 'seq' | 'rows' | 'bytes'>

/** Stands for the number of bits where words are not known. */
const UNKNOWN = 0xffff_ffff

/** Reads the words of a sealed segment, and writes them beside it; nothing is written where the signal aborts. */
export async function makeWords(
  duck: Duck,
  layout: Layout,
  segment: SealedSegment,
  signal?: AbortSignal,
): Promise<void> {
  const path = layout.sealed(segment)
  const blocks: WordBlock[] = []
  let first = 0
  for (const group of await rowGroups(duck, path)) {
    // A block a query, so that it is its texts that memory holds, not those of the whole segment.
    blocks.push({...group, words: await readBlock(duck, path, group, first, signal)})
    if (signal?.aborted) return
    first += group.rows
    // Between two blocks, those who write get their turn.
    await new Promise(setImmediate)
  }
  replaceFile(layout.words(segment), encodeWords(segment, blocks))
}

type RowGroup = Omit<WordBlock, 'words'>

/** What the file itself says of the parts that it is read in: where blocks are the same, one is read for one hit. */
async function rowGroups(duck: Duck, path: string): Promise<RowGroup[]> {
  const groups = await duck.rows(
    `SELECT CAST(stats_min AS BIGINT), CAST(stats_max AS BIGINT), row_group_num_rows
    FROM parquet_metadata(${quotePath(path)}) WHERE path_in_schema = 'time' ORDER BY row_group_id`,
  )
  return groups.map(([from, to, rows]) => ({from: Number(from), to: Number(to), rows: Number(rows)}))
}

/**
 * Messages that are not ASCII have their words in a column of their own, as have the values of records without one. An
 * older logflow did not write the latter: what is in them is not known.
 */
async function readBlock(
  duck: Duck,
  path: string,
  {from, to, rows}: RowGroup,
  first: number,
  signal?: AbortSignal,
): Promise<WordFilter | undefined> {
  const values = WORD_FIELDS.map((field) => `string_agg(DISTINCT ${field}, chr(10))`)
  const manyLines = WORD_FIELDS.map((field) => `coalesce(bool_or(contains(${field}, chr(10))), false)`)
  const texts = `SELECT string_agg(message, ' ') FILTER (words IS NULL), string_agg(words, ' '),
      bool_or(words IS NULL AND coalesce(message, '') = '') OR ${manyLines.join(' OR ')},
      ${values.join(', ')}
    FROM ${readSealed([path], 'file_row_number=true')}
    WHERE time BETWEEN ${from} AND ${to} AND file_row_number >= ${first} AND file_row_number < ${first + rows}`
  for await (const {columns} of duck.query(texts, [], signal)) {
    const [ascii, cut, unknown, ...fields] = columns.map(([value]) => value)
    if (unknown) return undefined
    const collector = new WordCollector()
    if (typeof ascii === 'string') collector.addAscii(ascii)
    if (typeof cut === 'string') collector.addCut(cut)
    for (const [at, field] of WORD_FIELDS.entries()) {
      const lines = fields[at]
      if (typeof lines === 'string') collector.addValues(field, lines)
    }
    return collector.finish()
  }
  return undefined
}

export function encodeWords(of: WordsOf, blocks: readonly WordBlock[]): Buffer {
  const bits = blocks.reduce((sum, {words}) => sum + (words?.bytes.length ?? 0), 0)
  const file = Buffer.alloc(HEAD + blocks.length * PER_BLOCK + bits)
  file.writeUInt32LE(MAGIC, 0)
  file.writeUInt32LE(VERSION, 8)
  file.writeUInt32LE(of.seq, 12)
  file.writeUInt32LE(of.rows, 16)
  file.writeDoubleLE(of.bytes, 20)
  file.writeUInt32LE(blocks.length, 28)
  let at = HEAD + blocks.length * PER_BLOCK
  for (const [i, {from, to, rows, words}] of blocks.entries()) {
    const head = HEAD + i * PER_BLOCK
    file.writeDoubleLE(from, head)
    file.writeDoubleLE(to, head + 8)
    file.writeUInt32LE(rows, head + 16)
    file.writeUInt32LE(words?.bits ?? UNKNOWN, head + 20)
    if (!words) continue
    file.set(words.bytes, at)
    at += words.bytes.length
  }
  file.writeUInt32LE(checksum()(file.subarray(CHECKED_FROM)), 4)
  return file
}

/** `undefined` where the file is not there, torn, of another version, or of another segment. */
export function readWords(layout: Layout, of: WordsOf & SegmentName): WordBlock[] | undefined {
  try {
    return decodeWords(readFileSync(layout.words(of)), of)
  } catch {
    return undefined
  }
}

/** What is to be said of sealed segments that have none, or none that can be read; the damaged ones have their own. */
export function wordless(layout: Layout): Finding[] {
  const sealed = (readManifest(layout)?.segments ?? []).filter((segment) => segment.kind === 'sealed')
  const count = sealed.filter((segment) => !readWords(layout, segment)).length
  if (count === 0) return []
  const finding = `the words beside ${count} of ${sealed.length} sealed segments are missing, or cannot be read: searches for words are slower`
  return [{finding, fix: 'run logflow process: whoever writes to the store makes them anew', harmless: true}]
}

export function decodeWords(file: Buffer, of: WordsOf): WordBlock[] | undefined {
  if (file.length < HEAD || file.readUInt32LE(0) !== MAGIC || file.readUInt32LE(8) !== VERSION) return undefined
  if (file.readUInt32LE(12) !== of.seq || file.readUInt32LE(16) !== of.rows || file.readDoubleLE(20) !== of.bytes)
    return undefined
  if (file.readUInt32LE(4) !== checksum()(file.subarray(CHECKED_FROM))) return undefined
  const count = file.readUInt32LE(28)
  let at = HEAD + count * PER_BLOCK
  return Array.from({length: count}, (_, i) => {
    const head = HEAD + i * PER_BLOCK
    const bits = file.readUInt32LE(head + 20)
    const size = bits === UNKNOWN ? 0 : Math.ceil(bits / 8)
    const words = bits === UNKNOWN ? undefined : {bits, bytes: file.subarray(at, at + size)}
    at += size
    return {from: file.readDoubleLE(head), to: file.readDoubleLE(head + 8), rows: file.readUInt32LE(head + 16), words}
  })
}
