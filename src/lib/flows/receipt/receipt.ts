// The receipt of a run: what it read, what it sent, what became of it, and digests by which a store can be asked
// later whether all of it is there. JSON names are snake_case; the same object is what `--json` prints, without blocks.

import {type ErrorCode, LogflowError} from '../../errors/logflow-error.js'
import {firstFailure, type Problem} from '../../sources/input.js'
import type {SourceResult} from '../../sources/open-sources.js'
import type {ReadCounters} from '../../sources/read-counters.js'
import type {ProcessReport} from '../process-units.js'
import {UnitDigest} from './unit-digest.js'
import type {Block, LedgerEntry} from './unit-ledger.js'

/** Raised when an older logflow could not read what a newer one writes. */
export const RECEIPT_FORMAT = 1

export type Receipt = ShipReceipt | ProcessReceipt

interface ReceiptHead {
  /** Says what the file is, and of which layout. */
  receipt: number
  command: 'ship' | 'process'
  /** A ULID; see newRunId. */
  run_id: string
  /** Of logflow. */
  version: string
  /** RFC 3339. */
  started: string
  /** Absent while the run is under way, and for ever where it was killed. */
  ended?: string
  seconds?: number
  /** The run came to its end, and did everything it was told to. */
  complete: boolean
  interrupted?: true
  /** Why it ended early. */
  error?: {code: ErrorCode; message: string}
  topic: string
  group: string
  bus: 'embedded' | 'kafka' | 'remote'
  store: 'embedded' | 'elasticsearch' | 'remote'
  /** By partition of the topic: one past the last unit sent, or to where the run processed. */
  positions: Record<string, number>
}

export interface ShipReceipt extends ReceiptHead {
  command: 'ship'
  /** `lines + pieces = records + joined + blank` where the run is complete. */
  lines: number
  /** Units that the bus acknowledged: each becomes a record. */
  records: number
  /** Sent when the run was interrupted, and not acknowledged: the bus may have them or not. */
  unacknowledged?: number
  joined: number
  blank: number
  pieces: number
  unterminated: number
  /** Taken from the files, compressed where they are. */
  bytes: number
  multiline: 'auto' | 'off'
  /** Where this process stored too. */
  processed?: ProcessCounts
  files: ReceiptFile[]
  problems: Array<{path: string; code: ErrorCode; reason: string}>
}

/** What a processor did; `read` is the sum of the four after it. */
export interface ProcessCounts {
  read: number
  stored: number
  already_there: number
  dead_lettered: number
  dropped: number
  /** Removed by retention before they were read. */
  missed: number
}

export interface ProcessReceipt extends ReceiptHead, ProcessCounts {
  command: 'process'
}

/** One input; several where a source was read under several names. */
export interface ReceiptFile {
  path: string
  source: string
  compression?: string
  /** Offset of the first unit, and one past the last; absent where there were none. */
  first_offset?: number
  end_offset?: number
  /** Units read, and those the bus acknowledged. */
  units: number
  sent: number
  lines: number
  blank: number
  joined: number
  pieces: number
  bytes: number
  /** Of the ids of all units sent, in any order. */
  digest?: string
  /** Each the columns of BLOCK_COLUMNS. */
  blocks?: ReceiptBlock[]
}

/** from, to, count, digest, sum of the offsets, sum of the checksums of the units sent in [from, to). */
export type ReceiptBlock = [number, number, number, string, number, number]

/** What every receipt of a run says from its beginning. */
export type RunFacts = Pick<ReceiptHead, 'run_id' | 'version' | 'started' | 'topic' | 'group' | 'bus' | 'store'>

/** How a run ended. */
export interface RunEnd {
  ended: Date
  interrupted: boolean
  error?: unknown
}

/** What a ship counted. */
export interface ShipFigures {
  read: ReadCounters
  files: readonly SourceResult[]
  problems: readonly Problem[]
  acknowledged: readonly LedgerEntry[]
  positions: ReadonlyMap<number, number>
  multiline: 'auto' | 'off'
  unacknowledged?: number
  processed?: ProcessReport
}

/** @param end absent for the receipt that is written at the start, for a run that is killed */
export function shipReceipt(facts: RunFacts, figures: ShipFigures, end?: RunEnd): ShipReceipt {
  const {read, problems, acknowledged, processed} = figures
  const failure = firstFailure(problems)
  return {
    ...headOf('ship', facts, figures.positions, end, failure === undefined),
    lines: read.lines,
    records: acknowledged.reduce((sum, entry) => sum + entry.units, 0),
    ...(figures.unacknowledged ? {unacknowledged: figures.unacknowledged} : {}),
    joined: read.joined,
    blank: read.blank,
    pieces: read.pieces,
    unterminated: read.unterminated,
    bytes: read.bytes,
    multiline: figures.multiline,
    ...(processed ? {processed: processCounts(processed)} : {}),
    files: filesOf(figures),
    problems: problems.map(({path, error}) => ({path, code: error.code, reason: error.message})),
  }
}

export function processReceipt(facts: RunFacts, report: ProcessReport, end?: RunEnd): ProcessReceipt {
  return {...headOf('process', facts, report.positions, end, report.missed === 0), ...processCounts(report)}
}

export function processCounts({read, stored, alreadyThere, deadLettered, dropped, missed}: ProcessReport) {
  return {read, stored, already_there: alreadyThere, dead_lettered: deadLettered, dropped, missed}
}

/** What a processor did, from what it printed. */
export function reportOf({already_there, dead_lettered, ...counts}: ProcessReceipt): ProcessReport {
  const {read, stored, dropped, missed} = counts
  const positions = new Map(Object.entries(counts.positions).map(([partition, next]) => [Number(partition), next]))
  return {read, stored, alreadyThere: already_there, deadLettered: dead_lettered, dropped, missed, positions}
}

/** The blocks of a file as digests. */
export function blocksOf(file: ReceiptFile): Block[] {
  return (file.blocks ?? []).map(([from, to, count, text, offsets, crcs]) => {
    const digest = UnitDigest.parse(text, {count, offsets, crcs})
    if (!digest) throw new LogflowError('USAGE', `the receipt has no digest of ${from} to ${to} in ${file.path}`)
    return {from, to, digest}
  })
}

/** The receipt without its blocks: for people, and for `--json`. */
export function withoutBlocks<R extends Receipt>(receipt: R): R {
  if (receipt.command === 'process') return receipt
  return {...receipt, files: receipt.files.map(({blocks: _, ...file}) => file)}
}

function headOf<C extends 'ship' | 'process'>(
  command: C,
  facts: RunFacts,
  positions: ReadonlyMap<number, number>,
  end: RunEnd | undefined,
  whole: boolean,
) {
  return {
    receipt: RECEIPT_FORMAT,
    command,
    ...facts,
    ...(end ? endOf(facts, end) : {}),
    complete: end !== undefined && whole && !end.interrupted && end.error === undefined,
    ...(end?.interrupted ? {interrupted: true as const} : {}),
    ...(end?.error === undefined ? {} : {error: errorOf(end.error)}),
    positions: Object.fromEntries(positions),
  }
}

function endOf({started}: RunFacts, {ended}: RunEnd) {
  return {ended: ended.toISOString(), seconds: (ended.getTime() - Date.parse(started)) / 1_000}
}

function errorOf(error: unknown): {code: ErrorCode; message: string} {
  if (error instanceof LogflowError) return {code: error.code, message: error.message}
  return {code: 'INTERNAL', message: error instanceof Error ? error.message : String(error)}
}

/** Results and acknowledgements, joined by source and path; a source that was renamed while it was read has two. */
function filesOf({files, acknowledged}: ShipFigures): ReceiptFile[] {
  const left = new Map(acknowledged.map((entry) => [keyOf(entry.source, entry.file), entry]))
  const take = (result: SourceResult): LedgerEntry | undefined => {
    const key = [keyOf(result.source, result.path), keyOf(result.source)].find((candidate) => left.has(candidate))
    const entry = key === undefined ? undefined : left.get(key)
    if (key !== undefined) left.delete(key)
    return entry
  }
  const known = files.map((result) => toFile(result, take(result)))
  return [...known, ...[...left.values()].map(fromLedger)]
}

function keyOf(source: string, file = ''): string {
  return `${source}\n${file}`
}

function toFile(result: SourceResult, entry: LedgerEntry | undefined): ReceiptFile {
  const {path, source, compression, firstOffset, endOffset, units, lines, blank, joined, pieces, bytes} = result
  return {
    path,
    source,
    ...(compression === undefined ? {} : {compression}),
    ...(firstOffset === undefined ? {} : {first_offset: firstOffset}),
    ...(endOffset === undefined ? {} : {end_offset: endOffset}),
    units,
    sent: entry?.units ?? 0,
    lines,
    blank,
    joined,
    pieces,
    bytes,
    ...(entry ? digestsOf(entry) : {}),
  }
}

/** What was acknowledged of a source that is still being read, or that has another name by now. */
function fromLedger(entry: LedgerEntry): ReceiptFile {
  const {source, file, units, blocks} = entry
  const ends = blocks.length ? {first_offset: blocks[0]?.from, end_offset: blocks.at(-1)?.to} : {}
  const unknown = {lines: 0, blank: 0, joined: 0, pieces: 0, bytes: 0}
  return {path: file ?? 'stdin', source, ...ends, units, sent: units, ...unknown, ...digestsOf(entry)}
}

function digestsOf({blocks}: LedgerEntry): Pick<ReceiptFile, 'digest' | 'blocks'> {
  if (blocks.length === 0) return {}
  const whole = new UnitDigest()
  for (const {digest} of blocks) whole.merge(digest)
  return {digest: `${whole}`, blocks: blocks.map(toReceiptBlock)}
}

function toReceiptBlock({from, to, digest}: Block): ReceiptBlock {
  return [from, to, digest.count, `${digest}`, digest.offsets, digest.crcs]
}
