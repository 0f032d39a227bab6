// `ship --follow`: files are read to their end and then on as they grow, through every kind of rotation. One loop
// looks at each file in turn, so that the memory of all of them together is that of one and of what the bus holds.

import type {Stats} from 'node:fs'
import {resolve} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {UnitBatch} from '../../units/unit-batch.js'
import type {Checkpoints} from '../checkpoints/open-checkpoints.js'
import {findPaths} from '../find-paths.js'
import type {OpenSourcesOptions, SourceProgress, SourceResult, Sources} from '../open-sources.js'
import {addCounters, newCounters} from '../read-counters.js'
import type {SourceTable} from '../source-table.js'
import {Handles} from './handles.js'
import {leftBehind} from './left-behind.js'
import type {FollowNotice} from './notices.js'
import {PlainFile} from './plain-file.js'
import {Positions} from './positions.js'
import {fileAt, keyOf, type Shared, WAITS, type Waits, type Watched} from './watched.js'
import {YoungFile} from './young-file.js'

/** How often files that grow are looked at. */
const BUSY_MS = 100
/** Files that do not grow are looked at less and less, down to this; to half a millisecond a file where they are many. */
const IDLE_MS = 250
const IDLE_MS_PER_FILE = 0.5
/** The search for names takes at most this part of the time. */
const SCAN_SHARE = 10
const SAVE_MS = 1_000

export interface FollowOptions extends Pick<OpenSourcesOptions, 'envelope' | 'multiline' | 'force' | 'now'> {
  /** Files, patterns and folders; what is not there yet is waited for. */
  args: readonly string[]
  cwd: string
  /** The folder logflow keeps its data in: never followed. */
  exclude: string
  table: SourceTable
  checkpoints: Checkpoints
  /** Begin at the end of files that are there at the start and have no checkpoint. */
  fromEnd: boolean
  /** Wait for files that another process follows, instead of rejecting. */
  wait: boolean
  signal: AbortSignal
  onNotice: (notice: FollowNotice) => void
  /**
   * Called after each look at the files that left nothing of them unread, but for last events that may go on: those are
   * handed out once their file is silent for `waits.silence`.
   */
  onRead?: () => void
  /** Milliseconds that no step of the clock disturbs; overridden by tests alone. */
  clock?: () => number
  mostOpen?: number
  waits?: Waits
}

export interface Follow extends Sources {
  /** Tells what the bus has made durable: checkpoints follow it. */
  acknowledged(batch: UnitBatch): void
  /** Saves the last checkpoints and lets other followers have the files. Call it when all is acknowledged that will be. */
  close(): Promise<void>
}

/** Follows until the signal aborts. Rejects with LOCK_HELD, and where table or checkpoints fail. */
export function openFollow(options: FollowOptions): Follow {
  const follower = new Follower(options)
  return {
    problems: [],
    get results() {
      return follower.results()
    },
    progress: () => follower.progress(),
    acknowledged: (batch) => follower.shared.positions.acknowledged(batch),
    close: () => follower.close(),
    [Symbol.asyncIterator]: () => follower.run(),
  }
}

class Follower {
  readonly shared: Shared
  private watched: Watched[] = []
  private readonly lookAt = new Map<Watched, {at: number; delay: number}>()
  private scanAt = 0
  private saveAt = 0
  private scanned = false
  /** Files at the start, until that is told: once they have checkpoints, so that what is told outlives a kill. */
  private begins: number | undefined
  private lookBehind = true
  /** What was wrong with a path when it was last looked for. */
  private unreadable = new Map<string, string>()

  constructor(private readonly options: FollowOptions) {
    const {envelope, table, checkpoints, force = false, now} = options
    this.shared = {
      envelope,
      table,
      checkpoints,
      force,
      now,
      positions: new Positions(),
      handles: new Handles(options.mostOpen),
      waits: options.waits ?? WAITS,
      joins: options.multiline !== 'off',
      clock: options.clock ?? (() => performance.now()),
      notify: options.onNotice,
      tallies: new Map(),
      readers: new Map(),
      lookForFiles: (behind) => {
        this.scanAt = 0
        this.lookBehind ||= behind === true
      },
    }
  }

  progress(): SourceProgress {
    const sum = newCounters()
    for (const {counters} of this.shared.tallies.values()) addCounters(sum, counters)
    return {...sum, files: 0, totalFiles: this.watched.length, lastIsPipe: false}
  }

  results(): SourceResult[] {
    return [...this.shared.tallies].map(([source, {path, counters, firstOffset, endOffset}]) => {
      const {units, lines, joined, blank, pieces, bytes} = counters
      const range = firstOffset === undefined ? {} : {firstOffset, endOffset}
      return {path, source, ...range, units, lines, joined, blank, pieces, bytes}
    })
  }

  async *run(): AsyncGenerator<UnitBatch, void> {
    const {signal} = this.options
    try {
      while (!signal.aborted) {
        await this.scan()
        yield* this.lookAtFiles()
        await this.save()
        if (this.begins !== undefined) this.shared.notify({kind: 'following', files: this.begins})
        this.begins = undefined
        if (this.isRead()) this.options.onRead?.()
        await this.pause()
      }
      for (const file of this.watched) yield* file.finish()
    } finally {
      this.shared.handles.closeAll()
    }
  }

  async close(): Promise<void> {
    await this.save(true)
    for (const source of this.shared.readers.keys()) await this.shared.checkpoints.release(source)
  }

  private async *lookAtFiles(): AsyncGenerator<UnitBatch> {
    const {clock} = this.shared
    for (const file of [...this.watched]) {
      const look = this.lookAt.get(file)
      if (!look || look.at > clock()) continue
      if (this.options.signal.aborted) return
      yield* file.advance()
      look.delay = this.delayAfter(file, look.delay)
      look.at = clock() + look.delay
      if (file.becomes) this.add(file.becomes)
    }
    await this.letGo()
  }

  /** Files that were never looked at are due since the beginning of time. */
  private isRead(): boolean {
    return this.watched.every((file) => file.pace !== 'behind' && this.lookAt.get(file)?.at !== 0)
  }

  private delayAfter({pace}: Watched, last: number): number {
    if (pace === 'behind') return 0
    if (pace === 'busy') return BUSY_MS
    return Math.min(Math.max(BUSY_MS, last * 1.5), Math.max(IDLE_MS, this.watched.length * IDLE_MS_PER_FILE))
  }

  private add(file: Watched): void {
    this.watched.push(file)
    this.lookAt.set(file, {at: 0, delay: BUSY_MS})
  }

  private async letGo(): Promise<void> {
    const done = this.watched.filter((file) => file.done)
    if (done.length === 0) return
    this.watched = this.watched.filter((file) => !file.done)
    for (const file of done) this.lookAt.delete(file)
  }

  /** Looks for files that have come. */
  private async scan(): Promise<void> {
    const {clock, notify, waits} = this.shared
    const begun = clock()
    if (begun < this.scanAt) return
    const found = new Map<string, {path: string}>()
    const problems = new Map<string, string>()
    this.scanAt = Number.POSITIVE_INFINITY
    await findPaths(this.options.args, {
      cwd: this.options.cwd,
      exclude: this.options.exclude,
      onPath: ({path, stats}) => addFile(found, path, stats),
      onProblem: ({path, error}) => void problems.set(path, error.message),
    })
    this.tell(problems)
    const known = new Map(this.watched.map((file) => [file.key, file]))
    for (const [key, {path}] of found) {
      const file = known.get(key)
      if (file instanceof PlainFile) file.wanted = true
      if (file) continue
      if (this.scanned) notify({kind: 'new-file', path})
      const fromEnd = this.options.fromEnd && !this.scanned
      this.add(new YoungFile(path, key, this.shared, {fromEnd, refuseHeld: !this.options.wait && !this.scanned}))
    }
    if (this.scanned && this.lookBehind) this.addLeftBehind(found)
    for (const file of this.watched) if (file instanceof PlainFile && !found.has(file.key)) file.wanted = false
    if (!this.scanned) this.begins = found.size
    this.scanned = true
    const took = clock() - begun
    // A file that was rotated in the meantime has asked for the next look at once.
    if (this.scanAt > 0) this.scanAt = clock() + Math.max(waits.scan, took * SCAN_SHARE)
  }

  /** What was rotated away, not yet read to its end, while nobody had it open. Asked once those that are there are known. */
  private addLeftBehind(found: ReadonlyMap<string, {path: string}>): void {
    const {args, cwd} = this.options
    const wanted = [...args.map((arg) => resolve(cwd, arg)), ...[...found.values()].map(({path}) => path)]
    const {checkpoints, readers} = this.shared
    this.lookBehind = false
    for (const {path, key} of leftBehind(checkpoints.all(), wanted, (source) => readers.has(source), found))
      this.add(new YoungFile(path, key, this.shared, {fromEnd: false, refuseHeld: false, resume: true}))
  }

  /** Once for each path that cannot be read, and once when it can. */
  private tell(problems: Map<string, string>): void {
    const {notify} = this.shared
    for (const [path, reason] of problems)
      if (this.unreadable.get(path) !== reason) notify({kind: 'unreadable', path, reason})
    for (const path of this.unreadable.keys()) if (!problems.has(path)) notify({kind: 'readable', path})
    this.unreadable = problems
  }

  private async save(last = false): Promise<void> {
    const {clock, positions, now, checkpoints} = this.shared
    if (!last && !positions.hasNew && clock() < this.saveAt) return
    const changed = positions.takeChanged(now().toISOString())
    if (changed.length > 0) await checkpoints.save(changed)
    this.saveAt = clock() + SAVE_MS
  }

  private async pause(): Promise<void> {
    const {clock} = this.shared
    let next = this.scanAt
    for (const {at} of this.lookAt.values()) next = Math.min(next, at)
    const ms = next - clock()
    if (ms > 0) await sleep(ms, undefined, {signal: this.options.signal}).catch(() => undefined)
  }
}

/** Everything that has a size: pipes and devices are read by plain ship. */
function addFile(found: Map<string, {path: string}>, path: string, stats: Stats): void {
  if (!stats.isFile()) return
  const here = fileAt(path)
  if (!here) return
  const key = keyOf(here)
  if (!found.has(key)) found.set(key, {path})
}
