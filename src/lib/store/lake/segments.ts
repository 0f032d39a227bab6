import type {DamagedPart} from '../store.js'
import type {Damage} from './damage.js'
import {corrupt, missing, SegmentGone} from './errors.js'
import type {Layout} from './layout.js'
import {type HotSegment, type Manifest, readManifest, type SegmentPart} from './manifest.js'
import {lastTrailer, type Trailer} from './trailer.js'
import type {WordCache} from './views-for.js'
import type {Span} from './windows.js'

/** A segment as one reader sees it: its rows are those of one moment, whatever the writer does next. */
export interface View {
  seq: number
  kind: 'hot' | 'sealed'
  path: string
  rows: number
  bytes: number
  /** Bytes it takes as NDJSON. */
  raw: number
  /** Event times, ms; of an empty segment `min` lies after `max`. */
  min: number
  max: number
  /** Bytes of the longest row; 0 where it is not known. */
  longest: number
  stored?: string
  trailer?: Trailer
  /** As in the manifest. */
  parts?: SegmentPart[]
  /** Where set, only rows of these times are meant, of which there are about `rows`: see viewsFor. */
  spans?: Span[]
}

export interface Snapshot {
  manifest: Manifest | undefined
  /** In the order of arrival; without those known to be damaged. */
  views: View[]
}

/** A lake as what takes snapshots of it sees it. */
export interface Viewed {
  layout: Layout
  damage: Damage
  words: WordCache
}

/** What is stored now. A hot segment that is sealed meanwhile is found under its new name at the second look. */
export function takeSnapshot(lake: Viewed): Snapshot {
  for (let tries = 1; ; tries++) {
    const manifest = readManifest(lake.layout)
    const segments = manifest?.segments.filter(({seq}) => !lake.damage.has(seq)) ?? []
    try {
      return {manifest, views: segments.map((segment) => viewOf(lake.layout, segment))}
    } catch (error) {
      lookAgain(lake, error, tries)
    }
  }
}

const MOST_TRIES = 5

/**
 * Returns where another snapshot may do: a file of the manifest was gone, or a segment is found to be damaged, which the
 * next snapshot is without; then says which. Throws everything else.
 */
export function lookAgain({damage}: Viewed, error: unknown, tries: number): DamagedPart[] {
  if (error instanceof SegmentGone && tries < MOST_TRIES) return []
  const damaged = damage.look(error)
  if (damaged.length > 0) return damaged
  throw error instanceof SegmentGone ? missing(error) : error
}

function viewOf(layout: Layout, segment: Manifest['segments'][number]): View {
  if (segment.kind === 'sealed') return {...segment, path: layout.sealed(segment), longest: 0}
  const path = layout.hot(segment.seq)
  const placed = lastTrailer(path)
  const trailer = placed?.trailer
  requireFull(path, segment, trailer?.rows ?? 0)
  return {
    seq: segment.seq,
    kind: 'hot',
    path,
    rows: trailer?.rows ?? 0,
    bytes: placed?.end ?? 0,
    raw: placed?.end ?? 0,
    min: trailer?.min ?? Number.POSITIVE_INFINITY,
    max: trailer?.max ?? Number.NEGATIVE_INFINITY,
    longest: trailer?.longest ?? 0,
    stored: trailer?.stored,
    trailer,
  }
}

/** A full segment that has lost commits at its end must not be taken for a shorter one. Throws CORRUPT. */
export function requireFull(path: string, {full}: HotSegment, rows: number): void {
  if (full && rows !== full.rows)
    throw corrupt(path, `commits of ${rows} records are left in it, and it was full with ${full.rows}`)
}
