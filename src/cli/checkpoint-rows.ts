import {basename} from 'node:path'
import {formatBytes, formatCount} from '../lib/output/numbers.js'
import type {RowColumn} from '../lib/output/rows.js'
import type {ListedCheckpoint} from '../lib/sources/checkpoints/list-checkpoints.js'

/** A checkpoint as programs read it; what is not known is left out. */
export interface CheckpointRow {
  path: string
  /** Where a rotation has put it since. */
  moved_to?: string
  source: string
  /** Bytes of the file that the bus has acknowledged. */
  offset: number
  line: number
  /** Of the file, in bytes, while it is there; `lag_bytes` and `percent` likewise. */
  size?: number
  lag_bytes?: number
  percent?: number
  updated: string
  /** Process that follows it. */
  followed_by?: number
}

export function checkpointRow(one: ListedCheckpoint): CheckpointRow {
  const {path, movedTo, source, offset, line, size, updated, followedBy} = one
  const reach =
    size === undefined ? {} : {size, lag_bytes: Math.max(0, size - offset), percent: percentOf(offset, size)}
  const moved = movedTo === undefined ? {} : {moved_to: movedTo}
  const follower = followedBy === undefined ? {} : {followed_by: followedBy}
  return {path, ...moved, source, offset, line, ...reach, updated, ...follower}
}

/** To a tenth, and 100 only where nothing is left. */
function percentOf(offset: number, size: number): number {
  return size <= offset ? 100 : Math.floor((offset / size) * 1_000) / 10
}

const count = (value: unknown) => (typeof value === 'number' ? formatCount(value) : '')

export const CHECKPOINT_COLUMNS: readonly RowColumn[] = [
  {title: 'path', least: 20},
  {key: 'moved_to', title: 'now', show: (value) => (typeof value === 'string' ? basename(value) : '')},
  {title: 'source', least: 8},
  {title: 'offset', align: 'right', show: count},
  {title: 'line', align: 'right', show: count},
  {title: 'size', align: 'right', show: count},
  {
    key: 'lag_bytes',
    title: 'lag',
    align: 'right',
    show: (value) => (typeof value === 'number' ? formatBytes(value) : 'gone'),
  },
  {key: 'percent', title: '%', align: 'right', show: (value) => (typeof value === 'number' ? `${value}` : '')},
  {title: 'updated'},
  {key: 'followed_by', title: 'followed by', show: (value) => (typeof value === 'number' ? `process ${value}` : '')},
]
