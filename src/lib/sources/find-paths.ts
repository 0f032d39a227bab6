import fs, {type Dirent, type Stats} from 'node:fs'
import {readdir, realpath, stat} from 'node:fs/promises'
import {dirname, join, resolve, sep} from 'node:path'
import type {Problem} from './input.js'
import {problem, toProblem} from './problem.js'

export interface FindOptions {
  /** What relative paths begin at. */
  cwd: string
  /** A folder that is left out with all below, also where a named one holds it: the one logflow keeps its data in. */
  exclude?: string
  /** Rejecting makes a problem of the path. */
  onPath: (found: FoundPath) => Promise<void> | void
  onProblem: (problem: Problem) => void
}

export interface FoundPath {
  /** Absolute. */
  path: string
  /** Of what a link leads to; never of a folder. */
  stats: Stats
  /** By the user himself, not found in a folder or by a pattern. */
  named: boolean
}

/**
 * Finds what the arguments name: files, patterns (`*`, `**`, `?`, `{a,b}`), folders with all below. A path that
 * exists is taken as it is, also when it looks like a pattern. In the order of the arguments; what a pattern or folder
 * holds, by name. Hidden files and folders are left out unless they are named. A link is followed; files come as often
 * as they are named. What cannot be read is a problem and the rest goes on.
 */
export async function findPaths(args: readonly string[], options: FindOptions): Promise<void> {
  const excluded = options.exclude === undefined ? undefined : await realpath(options.exclude).catch(() => undefined)
  const search: Search = {options, folders: new Set(), excluded, failed: 0}
  for (const arg of args) await addNamed(arg, search)
}

interface Search {
  options: FindOptions
  /** Folders that have been listed, by device and inode. */
  folders: Set<string>
  excluded: string | undefined
  failed: number
}

function fail(search: Search, found: Problem): void {
  search.failed++
  search.options.onProblem(found)
}

async function addNamed(arg: string, search: Search): Promise<void> {
  const path = resolve(search.options.cwd, arg)
  const stats = await stat(path).catch((error: unknown) => error)
  if (!(stats instanceof Error)) {
    await addPath(path, stats as Stats, search, true)
    return
  }
  const before = search.failed
  const paths = await expandPattern(arg, search)
  if (paths === undefined) fail(search, toProblem(path, stats))
  else if (paths.length === 0 && search.failed === before) fail(search, problem(arg, 'no file matches this pattern'))
  else for (const each of paths) await addMatch(each, search)
}

/** Files that match, by name; `undefined` where the argument is no pattern. */
async function expandPattern(arg: string, search: Search): Promise<string[] | undefined> {
  if (!/[*?[\]{}]|[!+@]\(/.test(arg)) return undefined
  const {glob, isDynamicPattern} = await import('tinyglobby')
  if (!isDynamicPattern(arg)) return undefined
  const {fs: listing, denied} = candidFs()
  const {cwd} = search.options
  const paths = await glob(arg, {cwd, fs: listing, absolute: true, dot: false, expandDirectories: false})
  for (const [path, error] of denied) fail(search, toProblem(path, error))
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
  if (stats instanceof Error) fail(search, toProblem(path, stats))
  else if ((stats as Stats).isFile()) await addPath(path, stats as Stats, search)
}

async function addPath(path: string, stats: Stats, search: Search, named = false): Promise<void> {
  try {
    if (await isExcluded(path, stats, search)) return
    if (stats.isDirectory()) await addFolder(path, stats, search)
    else await search.options.onPath({path, stats, named})
  } catch (error) {
    fail(search, toProblem(path, error))
  }
}

async function isExcluded(path: string, stats: Stats, {excluded}: Search): Promise<boolean> {
  if (excluded === undefined) return false
  const folder = stats.isDirectory() ? path : dirname(path)
  const real = await realpath(folder)
  return real === excluded || real.startsWith(excluded + sep)
}

async function addFolder(path: string, stats: Stats, search: Search): Promise<void> {
  const key = `${stats.dev} ${stats.ino}`
  if (search.folders.has(key)) return
  search.folders.add(key)
  const entries = await readdir(path, {withFileTypes: true})
  const names = entries.map((entry) => entry.name).filter((name) => !name.startsWith('.'))
  for (const name of names.sort(byName)) {
    const child = join(path, name)
    const entry = await stat(child).catch((error: unknown) => error)
    if (entry instanceof Error) fail(search, toProblem(child, entry))
    // A pipe that a folder happens to hold would wait forever for a writer.
    else if ((entry as Stats).isFile() || (entry as Stats).isDirectory()) await addPath(child, entry as Stats, search)
  }
}

/** Bytewise, so that the order is the same everywhere. */
function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
