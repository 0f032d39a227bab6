import {join} from 'node:path'

/** Where things lie in the folder of a lake. */
export interface Layout {
  dir: string
  manifest: string
  lock: string
  hotDir: string
  sealedDir: string
  /** What each full segment holds, a file a segment: see Description. */
  descriptionsDir: string
  /** The words of each sealed segment: see segment-words.ts. Searches do without, but slower. */
  wordsDir: string
  /** Damaged segments that were set aside, with a note on each. */
  damagedDir: string
  /** Sorts that do not fit into memory, a folder a process, and segments while they are written. */
  tempDir: string
  spill: string
  hot(seq: number): string
  sealed(segment: SegmentName): string
  words(segment: SegmentName): string
  description(segment: SegmentName): string
  damageNote(seq: number): string
  /** A segment being sealed or merged; there is one writer, so that a dead one's is simply written over. */
  sealing(segment: SegmentName): string
}

/** A segment by its number; one that was merged, by those of its first and last part. */
export interface SegmentName {
  seq: number
  parts?: ReadonlyArray<{seq: number}>
}

export function layoutOf(dir: string): Layout {
  const number = (seq: number) => String(seq).padStart(8, '0')
  const name = ({seq, parts}: SegmentName) => (parts?.[0] ? `${number(parts[0].seq)}-${number(seq)}` : number(seq))
  const hotDir = join(dir, 'hot')
  const sealedDir = join(dir, 'sealed')
  const descriptionsDir = join(dir, 'descriptions')
  const wordsDir = join(dir, 'words')
  const damagedDir = join(dir, 'damaged')
  const tempDir = join(dir, 'tmp')
  return {
    dir,
    manifest: join(dir, 'manifest.json'),
    lock: join(dir, 'lock.db'),
    hotDir,
    sealedDir,
    descriptionsDir,
    wordsDir,
    damagedDir,
    tempDir,
    spill: join(tempDir, `spill-${process.pid}`),
    hot: (seq) => join(hotDir, `${number(seq)}.ndjson`),
    sealed: (segment) => join(sealedDir, `${name(segment)}.parquet`),
    words: (segment) => join(wordsDir, `${name(segment)}.bloom`),
    description: (segment) => join(descriptionsDir, `${name(segment)}.json`),
    damageNote: (seq) => join(damagedDir, `${number(seq)}.json`),
    sealing: (segment) => join(tempDir, `seal-${name(segment)}.parquet`),
  }
}

/** When a hot segment is full, and sealed. */
export interface SealLimits {
  /** Records, or bytes, whichever comes first. */
  records: number
  bytes: number
  /** A writer that closes leaves a segment of fewer records hot: the next writer goes on in it. */
  onClose: number
  /** A writer that had little to do for so long, ms, sees to what may be left for later: see Upkeep. */
  restMs: number
  /** So many neighbouring sealed segments, or more, are merged at once; Infinity: none ever. */
  merge: number
}

export const SEAL_LIMITS: SealLimits = {
  records: 102_400,
  bytes: 64 * 2 ** 20,
  onClose: 20_000,
  restMs: 2_000,
  merge: 8,
}

/** DuckDB sorts and writes 2,048 rows at a time or more: of long ones a segment must hold less to fit into memory. */
const LONG_ROWS = {average: 8 * 2 ** 10, bytes: 16 * 2 ** 20}

export function isFull(rows: number, bytes: number, limits: SealLimits): boolean {
  if (rows >= limits.records || bytes >= limits.bytes) return true
  return bytes >= LONG_ROWS.bytes && bytes > rows * LONG_ROWS.average
}
/** Writing waits while this many segments are still to be sealed. */
export const MOST_UNSEALED = 3
/** How long replaced files stay for readers of an older manifest, ms. */
export const KEEP_REPLACED_MS = 600_000
/** What replaced files may take at the most: one hot segment, so that a store is not a multiple of its records for long. */
export const KEEP_REPLACED_BYTES = 64 * 2 ** 20
/**
 * Rows of a sealed segment that are read or skipped together: five vectors of DuckDB's, one more where they are not full;
 * about nine make a full segment. With twice as many a record that is looked up takes half as long again, a segment is
 * larger by 3 % and sealed with 40 MB more; scans of all records are 5 to 8 % faster.
 */
export const ROW_GROUP = 10_240
/** Readers of hot segments have room for rows of this many bytes, and for longer ones where a trailer says so. */
export const LONGEST_USUAL_ROW = 2 * 2 ** 20
