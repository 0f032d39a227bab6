import {existsSync, statSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {LogflowError} from '../../errors/logflow-error.js'
import {familyOf, findByInode} from '../follow/rotations.js'
import type {Checkpoint} from './checkpoint.js'
import {writeCheckpoints} from './checkpoint-file.js'
import {openClaims} from './claims.js'
import {type CheckpointFile, newest, readAll} from './open-checkpoints.js'

export interface ListedCheckpoint extends Checkpoint {
  /** Of the file, where it is still there, at its place or at `movedTo`. */
  size?: number
  /** Where a rotation has put the file, in the same folder. */
  movedTo?: string
  /** Process that follows the source. */
  followedBy?: number
}

/** What is known of every source, by path. Damaged files are told and left where they are. */
export async function listCheckpoints(
  dir: string,
  onProblem: (error: LogflowError) => void,
): Promise<ListedCheckpoint[]> {
  if (!existsSync(dir)) return []
  const claims = await openClaims(dir)
  try {
    const living = await claims.living()
    const best = newest(await readAll(dir, (_name, error) => onProblem(error)))
    return [...best.values()]
      .map((one) => ({...one, ...placeOf(one), followedBy: living.get(one.source)}))
      .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.source < b.source ? -1 : 1))
  } finally {
    claims.close()
  }
}

/**
 * Forgets the checkpoints of sources, each named by its id or its path; of all sources where none is
 * named. @returns what was forgotten. Rejects with USAGE for what names none, with LOCK_HELD where a process follows one:
 * then none is forgotten.
 */
export async function forgetCheckpoints(
  dir: string,
  names: readonly string[] | undefined,
  options: {cwd: string; onProblem: (error: LogflowError) => void},
): Promise<Checkpoint[]> {
  if (!existsSync(dir)) return chosen([], names, options.cwd)
  const claims = await openClaims(dir)
  try {
    return await claims.alone(async (lives) => {
      const files = await readAll(dir, (_name, error) => options.onProblem(error))
      const forgotten = chosen([...newest(files).values()], names, options.cwd)
      const sources = new Set(forgotten.map((one) => one.source))
      const holds = ({checkpoints}: CheckpointFile) => checkpoints.some((one) => sources.has(one.source))
      // A follower writes again what it has saved, also of a source it has let go.
      const held = files.find((file) => lives(file.name) && holds(file))
      if (held) throw followed(held, sources)
      for (const file of furthestLast(files.filter(holds), sources)) {
        const checkpoints = file.checkpoints.filter((one) => !sources.has(one.source))
        await writeCheckpoints(join(dir, `${file.name}.json`), {pid: file.pid, checkpoints})
      }
      return forgotten
    })
  } finally {
    claims.close()
  }
}

/** Where we die half-way, nothing less far ahead may be left that would count then. */
function furthestLast(files: CheckpointFile[], sources: ReadonlySet<string>): CheckpointFile[] {
  const reach = ({checkpoints}: CheckpointFile) =>
    Math.max(...checkpoints.filter((one) => sources.has(one.source)).map((one) => one.offset))
  return files.sort((a, b) => reach(a) - reach(b))
}

function chosen(known: readonly Checkpoint[], names: readonly string[] | undefined, cwd: string): Checkpoint[] {
  if (names === undefined) return [...known]
  const found = names.flatMap((name) => {
    const matches = known.filter(({source, path}) => source === name || path === resolve(cwd, name))
    if (matches.length > 0) return matches
    throw new LogflowError('USAGE', `there is no checkpoint of ${JSON.stringify(name)}`, {
      suggestions: ['logflow checkpoints list  to see them'],
    })
  })
  return [...new Set(found)]
}

function followed(file: CheckpointFile, sources: ReadonlySet<string>): LogflowError {
  const one = file.checkpoints.find(({source}) => sources.has(source)) as Checkpoint
  return new LogflowError('LOCK_HELD', `${one.path} is followed by process ${file.pid}`, {
    retriable: true,
    suggestions: [`Stop it first: kill ${file.pid}`],
  })
}

function placeOf(one: Checkpoint): Pick<ListedCheckpoint, 'size' | 'movedTo'> {
  const size = sizeOf(one, one.path)
  if (size !== undefined) return {size}
  const movedTo = findByInode(one.path, `${one.device} ${one.inode}`)
  return movedTo === undefined || familyOf(movedTo) !== familyOf(one.path) ? {} : {size: sizeOf(one, movedTo), movedTo}
}

function sizeOf({device, inode}: Checkpoint, path: string): number | undefined {
  try {
    const stats = statSync(path, {bigint: true})
    return `${stats.dev}` === device && `${stats.ino}` === inode ? Number(stats.size) : undefined
  } catch {
    return undefined
  }
}
