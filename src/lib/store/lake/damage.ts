import {mkdirSync, readdirSync, readFileSync, renameSync, statSync} from 'node:fs'
import {basename, join} from 'node:path'
import {setImmediate as nextTurn} from 'node:timers/promises'
import {LogflowError} from '../../errors/logflow-error.js'
import type {DamagedPart} from '../store.js'
import {readDescription} from './descriptions.js'
import {remove, replaceFile, syncDir} from './durable.js'
import {codeOf, fileError, SegmentGone} from './errors.js'
import {damageOf, hasItsLength, pathOf, rangesOf} from './inspect-segment.js'
import type {Layout} from './layout.js'
import {type Manifest, readManifest, type SealedSegment, type Segment, writeManifest} from './manifest.js'
import {StoredRanges} from './stored-ranges.js'
import {lastTrailer} from './trailer.js'

/** Written by whoever finds a segment damaged: readers may not move it, the next writer does. */
interface Note extends Omit<DamagedPart, 'setAside'> {
  seq: number
}

/** The damaged segments of a lake, as one reader knows them: it goes on without them, and tells of each once. */
export class Damage {
  #known: Map<number, DamagedPart> | undefined

  constructor(
    private readonly layout: Layout,
    private readonly tell: (damaged: DamagedPart) => void,
  ) {}

  /** Whether the segment is damaged, as far as is known. */
  has(seq: number): boolean {
    return this.#all().has(seq)
  }

  list(): DamagedPart[] {
    return [...this.#all().values()]
  }

  /**
   * After a failure that damage may be the reason of: looks at every byte of every segment. Returns what is newly found;
   * nothing where the failure has another reason.
   */
  look(error: unknown): DamagedPart[] {
    if (!maybeDamage(error)) return []
    const known = this.#all()
    const segments = readManifest(this.layout)?.segments.filter(({seq}) => !known.has(seq)) ?? []
    return segments.flatMap((segment) => this.#lookAt(segment) ?? [])
  }

  /** Looks at every byte of every segment, whatever is known; returns the records of those that are whole. */
  async inspect(
    onProgress: (progress: {done: number; total: number; records: number}) => void,
    signal?: AbortSignal,
  ): Promise<number> {
    const known = this.#all()
    const segments = readManifest(this.layout)?.segments ?? []
    const sizes = segments.map((segment) => statSync(pathOf(this.layout, segment), {throwIfNoEntry: false})?.size ?? 0)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    let [done, records] = [0, 0]
    for (const [i, segment] of segments.entries()) {
      if (signal?.aborted) break
      const damaged = known.get(segment.seq) ?? this.#lookAt(segment)
      done += sizes[i] as number
      if (!damaged) records += rowsOf(this.layout, segment)
      onProgress({done, total, records})
      await nextTurn()
    }
    return records
  }

  #lookAt(segment: Segment): DamagedPart | undefined {
    const reason = damageOf(this.layout, segment)
    // Sealed or merged, and removed meanwhile: then another manifest names it no more.
    if (reason === undefined || !isNamed(this.layout, segment)) return undefined
    const damaged = note(this.layout, segment, reason)
    this.#known?.set(segment.seq, damaged)
    this.tell(damaged)
    return damaged
  }

  #all(): Map<number, DamagedPart> {
    if (this.#known) return this.#known
    const known = new Map(readNotes(this.layout).map(({seq, ...damaged}) => [seq, asPart(this.layout, seq, damaged)]))
    this.#known = known
    for (const damaged of known.values()) this.tell(damaged)
    return known
  }
}

function rowsOf(layout: Layout, segment: Segment): number {
  if (segment.kind === 'sealed') return segment.rows
  return statSync(layout.hot(segment.seq), {throwIfNoEntry: false})
    ? (lastTrailer(layout.hot(segment.seq))?.trailer.rows ?? 0)
    : 0
}

function maybeDamage(error: unknown): boolean {
  if (error instanceof SegmentGone) return true
  return error instanceof LogflowError && (error.code === 'CORRUPT' || error.code === 'INTERNAL')
}

function isNamed(layout: Layout, segment: Segment): boolean {
  const path = pathOf(layout, segment)
  return readManifest(layout)?.segments.some((named) => pathOf(layout, named) === path) ?? false
}

/** Every damaged segment there is a note on. */
export function listDamaged(layout: Layout): DamagedPart[] {
  return readNotes(layout).map(({seq, ...damaged}) => asPart(layout, seq, damaged))
}

function asPart(layout: Layout, seq: number, damaged: Omit<DamagedPart, 'setAside'>): DamagedPart {
  return {...damaged, setAside: !readManifest(layout)?.segments.some((segment) => segment.seq === seq)}
}

/** Leaves a note on a damaged segment, where that is possible: a reader may not be allowed to. */
function note(layout: Layout, segment: Segment, reason: string): DamagedPart {
  const known = segment.kind === 'sealed' ? segment : undefined
  const damaged: Omit<DamagedPart, 'setAside'> = {
    file: pathOf(layout, segment),
    reason,
    records: known?.rows ?? (segment.kind === 'hot' ? segment.full?.rows : undefined),
    from: known && new Date(known.min).toISOString(),
    to: known && new Date(known.max).toISOString(),
    restorable: rangesOf(layout, segment) !== undefined,
  }
  try {
    mkdirSync(layout.damagedDir, {recursive: true, mode: 0o700})
    replaceFile(layout.damageNote(segment.seq), Buffer.from(JSON.stringify({seq: segment.seq, ...damaged})))
  } catch {
    // The next writer looks at the lengths of all segments anyway, and doctor at every byte.
  }
  return {...damaged, setAside: false}
}

function readNotes({damagedDir}: Layout): Note[] {
  let names: string[]
  try {
    names = readdirSync(damagedDir).filter((name) => name.endsWith('.json'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return []
    throw fileError(error, 'read', damagedDir)
  }
  return names.sort().flatMap((name) => readNote(join(damagedDir, name)))
}

function readNote(path: string): Note[] {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Note> | null
    const whole =
      Number.isSafeInteger(value?.seq) && typeof value?.file === 'string' && typeof value.reason === 'string'
    return whole ? [value as Note] : []
  } catch {
    return []
  }
}

/**
 * The writer's part: segments that are damaged, by a look at their lengths and at every byte of those that a note is on,
 * are moved to `damaged/`, and what they held is taken out of the stored ranges, so that it can be shipped again.
 * @param each is told of every segment set aside
 */
export function setDamagedAside(layout: Layout, manifest: Manifest, each: (damaged: DamagedPart) => void): Manifest {
  const noted = new Set(readNotes(layout).map(({seq}) => seq))
  let left = manifest
  for (const segment of manifest.segments) {
    const suspect = noted.has(segment.seq) || hasWrongLength(layout, segment)
    if (!suspect) continue
    const reason = damageOf(layout, segment)
    if (reason === undefined) remove(layout.damageNote(segment.seq))
    else left = setAside(layout, left, segment, reason, each)
  }
  return left
}

/** The file goes first: where that is all that was done, the next writer finds it missing, and goes on from there. */
export function setAside(
  layout: Layout,
  manifest: Manifest,
  segment: Segment,
  reason: string,
  each: (damaged: DamagedPart) => void,
): Manifest {
  const earlier = readNote(layout.damageNote(segment.seq))[0]
  const damaged = note(layout, segment, earlier?.reason ?? reason)
  const path = pathOf(layout, segment)
  const ranges = rangesWithout(layout, manifest, segment)
  try {
    renameSync(path, join(layout.damagedDir, basename(path)))
    syncDir(layout.damagedDir)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw fileError(error, 'move', path)
  }
  const segments = manifest.segments.filter(({seq}) => seq !== segment.seq)
  const left: Manifest = {...manifest, segments, ranges, setAside: Math.max(manifest.setAside ?? 0, segment.seq)}
  writeManifest(layout, left)
  each({...damaged, setAside: true})
  return left
}

/** What is stored without a segment: others may hold stretches that overlap with its own. */
function rangesWithout(layout: Layout, manifest: Manifest, lost: Segment): Manifest['ranges'] {
  const held = rangesOf(layout, lost)
  if (!held) return manifest.ranges
  const ranges = new StoredRanges()
  ranges.merge(manifest.ranges)
  ranges.subtract(held)
  for (const segment of manifest.segments) {
    // Those that are hot and not described tell of theirs when they are opened.
    const own = segment.seq === lost.seq ? undefined : readDescription(layout, segment)
    if (own) ranges.merge(own.ranges)
  }
  return ranges.toJSON()
}

function hasWrongLength(layout: Layout, segment: Segment): boolean {
  const size = statSync(pathOf(layout, segment), {throwIfNoEntry: false})?.size
  if (segment.kind === 'sealed') return !hasItsLength(size, segment as SealedSegment)
  return segment.full !== undefined && (size === undefined || size < segment.full.bytes)
}
