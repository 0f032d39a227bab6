import {open} from 'node:fs/promises'
import {type FoundPath, findPaths} from './find-paths.js'
import type {Input, Problem} from './input.js'
import {compressionOf, INSPECTED_BYTES, whyBinary} from './inspect-head.js'
import {skipped} from './problem.js'

export interface ResolveOptions {
  /** What relative paths begin at. */
  cwd: string
  /** A folder that is left out with all below: the one logflow keeps its data in. */
  exclude?: string
  /** Reads files that do not look like text, too. */
  force?: boolean
}

export interface Resolved {
  /** In the order of the arguments; what a pattern or folder holds, by name. No file twice. */
  inputs: Input[]
  problems: Problem[]
}

/** Finds what the arguments name, as {@link findPaths} does, and `-` for stdin, and looks into each file. */
export async function resolveInputs(args: readonly string[], options: ResolveOptions): Promise<Resolved> {
  const found: Resolved = {inputs: [], problems: []}
  const seen = new Set<string>()
  const {cwd, exclude, force} = options
  const onPath = async ({path, stats, named}: FoundPath) => {
    if (stats.isFile()) await addFile(path, {found, seen, force}, named)
    else addOnce(found, seen, path, {kind: 'pipe', path})
  }
  const onProblem = (problem: Problem) => void found.problems.push(problem)
  for (const arg of args) {
    if (arg === '-') addOnce(found, seen, 'stdin', {kind: 'stdin'})
    else await findPaths([arg], {cwd, exclude, onPath, onProblem})
  }
  return found
}

interface Search {
  found: Resolved
  seen: Set<string>
  force?: boolean
}

function addOnce(found: Resolved, seen: Set<string>, key: string, input: Input): void {
  if (seen.has(key)) return
  seen.add(key)
  found.inputs.push(input)
}

async function addFile(path: string, {found, seen, force}: Search, named: boolean): Promise<void> {
  const handle = await open(path, 'r')
  try {
    const stats = await handle.stat({bigint: true})
    const key = `${stats.dev} ${stats.ino}`
    if (seen.has(key)) return
    const {buffer, bytesRead} = await handle.read(Buffer.allocUnsafe(INSPECTED_BYTES), 0, INSPECTED_BYTES, 0)
    const head = buffer.subarray(0, bytesRead)
    const binary = force || compressionOf(head) ? undefined : whyBinary(head)
    if (binary) {
      seen.add(key)
      found.problems.push(named ? skipped(path, binary) : {...skipped(path, binary), harmless: true})
      return
    }
    // Files that the system makes up while they are read (/proc) say they are empty.
    const madeUp = stats.size === 0n && bytesRead > 0 && (await handle.stat({bigint: true})).size === 0n
    if (madeUp) addOnce(found, seen, key, {kind: 'pipe', path})
    else
      addOnce(found, seen, key, {
        kind: 'file',
        path,
        size: Number(stats.size),
        device: `${stats.dev}`,
        inode: `${stats.ino}`,
      })
  } finally {
    await handle.close()
  }
}
