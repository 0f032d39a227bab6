import {randomBytes} from 'node:crypto'
import {statSync} from 'node:fs'
import {readdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {LogflowError} from '../../errors/logflow-error.js'
import {syncFolder} from '../replace-file.js'
import {type Checkpoint, isAhead} from './checkpoint.js'
import {readCheckpoints, type SavedCheckpoints, writeCheckpoints} from './checkpoint-file.js'
import {openClaims} from './claims.js'

export interface Checkpoints {
  /** How far the source was read, by whoever did: also by followers that have ended. */
  of(source: string): Checkpoint | undefined
  /** Everybody's, as they were when these were opened, and our own. */
  all(): Checkpoint[]
  /** One follower a source: false while another living process has it. What that one saved last is then in `of`. */
  claim(source: string): Promise<boolean>
  release(source: string): Promise<void>
  /** On disk when it resolves. Rejects with DISK_FULL (what was saved before is still there, and it may be tried again). */
  save(checkpoints: readonly Checkpoint[]): Promise<void>
  /** Frees the claims; what was saved stays. */
  close(): Promise<void>
}

export interface CheckpointsOptions {
  now: () => Date
  /** Checkpoints that are older, and whose file is gone, are forgotten. Milliseconds. */
  keepAgeMs: number
  /** A damaged file was set aside, or one could not be read: its sources are read again from the start. */
  onProblem: (error: LogflowError) => void
}

/** Opens the checkpoints of a folder for a process that follows; makes the folder. */
export async function openCheckpoints(dir: string, options: CheckpointsOptions): Promise<Checkpoints> {
  const claims = await openClaims(dir)
  const owner = {name: `${process.pid}-${randomBytes(4).toString('hex')}`, pid: process.pid}
  const path = join(dir, `${owner.name}.json`)
  let leave: () => void
  let known: Map<string, Checkpoint>
  try {
    leave = await claims.enter(owner)
    known = await claims.alone((lives) => takeStock(dir, lives, options))
  } catch (error) {
    claims.close()
    throw error
  }
  const others = watchFiles(dir, owner.name)
  const saved = new Map<string, Checkpoint>()
  let writing: Promise<unknown> = Promise.resolve()
  return {
    of: (source) => known.get(source),
    all: () => [...known.values()],
    async claim(source) {
      if (!(await claims.claim(source, owner))) return false
      // Whoever had it until now may have saved more since we looked.
      for (const one of (await others.changed()).values())
        if (isAhead(one, known.get(one.source))) known.set(one.source, one)
      return true
    },
    release: (source) => claims.release(source, owner),
    save(checkpoints) {
      const mine = writing.then(async () => {
        for (const one of checkpoints) saved.set(one.source, one)
        await writeCheckpoints(path, {pid: process.pid, checkpoints: [...saved.values()]})
        for (const one of checkpoints) known.set(one.source, one)
      })
      writing = mine.catch(() => {})
      return mine
    },
    async close() {
      await writing
      leave()
      claims.close()
    },
  }
}

export interface CheckpointFile extends SavedCheckpoints {
  /** Of the owner. */
  name: string
}

/** Every file of checkpoints that can be read. */
export async function readAll(
  dir: string,
  onBad: (name: string, error: LogflowError) => void | Promise<void>,
): Promise<CheckpointFile[]> {
  const files: CheckpointFile[] = []
  for (const name of await namesIn(dir)) {
    const file = await readOne(dir, name, onBad)
    if (file) files.push(file)
  }
  return files
}

async function namesIn(dir: string): Promise<string[]> {
  const files = (await readdir(dir)).filter((entry) => entry.endsWith('.json'))
  return files.map((entry) => entry.slice(0, -'.json'.length)).sort()
}

async function readOne(
  dir: string,
  name: string,
  onBad: (name: string, error: LogflowError) => void | Promise<void>,
): Promise<CheckpointFile | undefined> {
  try {
    return {name, ...(await readCheckpoints(join(dir, `${name}.json`)))}
  } catch (error) {
    if (!(error instanceof LogflowError) || error.code === 'BACKEND_REFUSED') throw error
    // Gone since the folder was listed: what it said stands in another by now.
    if ((error.cause as {code?: unknown} | undefined)?.code !== 'ENOENT') await onBad(name, error)
    return undefined
  }
}

/** Tells what was written since the last question: thousands of claims do not read everything thousands of times. */
function watchFiles(dir: string, own: string) {
  const seen = new Map<string, string>()
  return {
    async changed(): Promise<Map<string, Checkpoint>> {
      const files: CheckpointFile[] = []
      for (const name of await namesIn(dir)) {
        if (name === own) continue
        const stats = statSync(join(dir, `${name}.json`), {bigint: true, throwIfNoEntry: false})
        const state = `${stats?.ino} ${stats?.mtimeNs}`
        if (seen.get(name) === state) continue
        seen.set(name, state)
        const file = await readOne(dir, name, () => {})
        if (file) files.push(file)
      }
      return newest(files)
    },
  }
}

/** The checkpoint of each source that is furthest ahead. */
export function newest(files: readonly CheckpointFile[]): Map<string, Checkpoint> {
  const known = new Map<string, Checkpoint>()
  for (const {checkpoints} of files)
    for (const one of checkpoints) if (isAhead(one, known.get(one.source))) known.set(one.source, one)
  return known
}

/** Reads what there is; sets damaged files aside and removes those that say nothing of use any more. */
async function takeStock(
  dir: string,
  lives: (name: string) => boolean,
  {now, keepAgeMs, onProblem}: CheckpointsOptions,
): Promise<Map<string, Checkpoint>> {
  const files = await readAll(dir, async (name, error) => {
    onProblem(error.code === 'CORRUPT' && !lives(name) ? await setAside(dir, name, error) : error)
  })
  const best = newest(files)
  const oldest = now().getTime() - keepAgeMs
  let removed = false
  for (const {name, checkpoints} of files) {
    if (lives(name)) continue
    for (const one of checkpoints) if (best.get(one.source) === one && isExpired(one, oldest)) best.delete(one.source)
    if (checkpoints.some((one) => best.get(one.source) === one)) continue
    await rm(join(dir, `${name}.json`), {force: true})
    removed = true
  }
  if (removed) await syncFolder(dir)
  return best
}

async function setAside(dir: string, name: string, error: LogflowError): Promise<LogflowError> {
  const aside = join(dir, `${name}.json.damaged`)
  await rename(join(dir, `${name}.json`), aside)
  return new LogflowError(error.code, `${error.message}; it was set aside as ${aside}`, {
    cause: error.cause,
    suggestions: ['Nothing to do: its files are read again from the start, and what is stored is not stored twice'],
  })
}

/** Long not saved, and the file is not there: a clock that was set wrong forgets nothing that is still needed. */
function isExpired({updated, path, device, inode}: Checkpoint, oldest: number): boolean {
  if (!(Date.parse(updated) < oldest)) return false
  try {
    const stats = statSync(path, {bigint: true})
    return `${stats.dev}` !== device || `${stats.ino}` !== inode
  } catch {
    return true
  }
}
