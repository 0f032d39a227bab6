import fs, {type Dirent, type Stats} from 'node:fs'
import {open, readdir, stat} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import type {Input, Problem} from './input.js'
import {compressionOf, INSPECTED_BYTES, whyBinary} from './inspect-head.js'
import {problem, skipped, toProblem} from './problem.js'

export interface ResolveOptions {
  /** What relative paths begin at. */
  cwd: string
  /** Reads files that do not look like text, too. */
  force?: boolean
}

export interface Resolved {
  /** In the order of the arguments; what a pattern or folder holds, by name. No file twice. */
  inputs: Input[]
  problems: Problem[]
}

/**
 * Finds what the arguments name: files, patterns (`*`, `**`, `?`, `{a,b}`), folders with all below, `-` for stdin. A path
 * that exists is taken as it is, also when it looks like a pattern. Hidden files and folders are left out unless
 * they are named. A link is followed. What cannot be read is a problem and the rest goes on.
 */
export async function resolveInputs(args: readonly string[], options: ResolveOptions): Promise<Resolved> {
  const found: Resolved = {inputs: [], problems: []}
  const seen = new Set<string>()
  for (const arg of args) {
    if (arg === '-') addOnce(found, seen, 'stdin', {kind: 'stdin'})
    else await addNamed(arg, {found, seen, options})
  }
  return found
}

interface Search {
  found: Resolved
  seen: Set<string>
  options: ResolveOptions
}

function addOnce(found: Resolved, seen: Set<string>, key: string, input: Input): void {
  if (seen.has(key)) return
  seen.add(key)
  found.inputs.push(input)
}

async function addNamed(arg: string, search: Search): Promise<void> {
  const path = resolve(search.options.cwd, arg)
  const stats = await stat(path).catch((error: unknown) => error)
  if (!(stats instanceof Error)) {
    await addPath(path, stats as Stats, search, true)
    return
  }
  const before = search.found.problems.length
  const paths = await expandPattern(arg, search)
  if (paths === undefined) search.found.problems.push(toProblem(path, stats))
  else if (paths.length === 0 && search.found.problems.length === before)
    search.found.problems.push(problem(arg, 'no file matches this pattern'))
  else for (const each of paths) await addMatch(each, search)
}

/** Files that match, by name; `undefined` where the argument is no pattern. */
async function expandPattern(arg: string, {options, found}: Search): Promise<string[] | undefined> {
  if (!/[*?[\]{}]|[!+@]\(/.test(arg)) return undefined
  const {glob, isDynamicPattern} = await import('tinyglobby')
  if (!isDynamicPattern(arg)) return undefined
  const {fs: listing, denied} = candidFs()
  const paths = await glob(arg, {cwd: options.cwd, fs: listing, absolute: true, dot: false, expandDirectories: false})
  found.problems.push(...[...denied].map(([path, error]) => toProblem(path, error)))
  return paths.map((path) => resolve(path)).sort(byName)
}

/**
 * The pattern library leaves out, without a word, folders that cannot be listed and links that lead nowhere: this
 * remembers the first, and shows it the second as files, whose reading fails later.
 */
function candidFs() {
  const denied = new Map<string, Error>()
  const list = (path: string, options: {withFileTypes: true}, done: (error: Error | null, list: Dirent[]) => void) =>
    fs.readdir(path, options, (error, entries) => {
      if (error && error.code !== 'ENOENT' && error.code !== 'ENOTDIR') denied.set(resolve(path), error)
      done(error, entries)
    })
  const realpath = (path: string, done: (error: null, path: string) => void) =>
    fs.realpath(path, (error, real) => done(null, error ? path : real))
  const status = (path: string, done: (error: Error | null, stats: Stats) => void) =>
    fs.stat(path, (error, stats) => (error ? fs.lstat(path, done) : done(null, stats)))
  return {fs: {readdir: list, realpath, stat: status} as unknown as Partial<typeof fs>, denied}
}

/** Patterns mean files: a link to a folder, or a pipe, is none. */
async function addMatch(path: string, search: Search): Promise<void> {
  const stats = await stat(path).catch((error: unknown) => error)
  if (stats instanceof Error) search.found.problems.push(toProblem(path, stats))
  else if ((stats as Stats).isFile()) await addPath(path, stats as Stats, search)
}

/** @param named by the user himself, not found in a folder or by a pattern */
async function addPath(path: string, stats: Stats, search: Search, named = false): Promise<void> {
  const {found, seen} = search
  try {
    if (stats.isDirectory()) await addFolder(path, stats, search)
    else if (stats.isFile()) await addFile(path, search, named)
    else addOnce(found, seen, path, {kind: 'pipe', path})
  } catch (error) {
    found.problems.push(toProblem(path, error))
  }
}

async function addFolder(path: string, stats: Stats, search: Search): Promise<void> {
  const key = `folder ${stats.dev} ${stats.ino}`
  if (search.seen.has(key)) return
  search.seen.add(key)
  const entries = await readdir(path, {withFileTypes: true})
  const names = entries.map((entry) => entry.name).filter((name) => !name.startsWith('.'))
  for (const name of names.sort(byName)) {
    const child = join(path, name)
    const entry = await stat(child).catch((error: unknown) => error)
    if (entry instanceof Error) search.found.problems.push(toProblem(child, entry))
    // A pipe that a folder happens to hold would wait forever for a writer.
    else if ((entry as Stats).isFile() || (entry as Stats).isDirectory()) await addPath(child, entry as Stats, search)
  }
}

async function addFile(path: string, {found, seen, options}: Search, named: boolean): Promise<void> {
  const handle = await open(path, 'r')
  try {
    const stats = await handle.stat({bigint: true})
    const key = `${stats.dev} ${stats.ino}`
    if (seen.has(key)) return
    const {buffer, bytesRead} = await handle.read(Buffer.allocUnsafe(INSPECTED_BYTES), 0, INSPECTED_BYTES, 0)
    const head = buffer.subarray(0, bytesRead)
    const binary = options.force || compressionOf(head) ? undefined : whyBinary(head)
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

/** Bytewise, so that the order is the same everywhere. */
function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
